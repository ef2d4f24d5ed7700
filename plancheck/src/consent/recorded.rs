//! Who had to agree and who did, as the decision log keeps it.

use std::collections::BTreeMap;

use remit_decision_log::record::{Approval, Authorization, Required};
use remit_governance::approval::{Counted, Standing};

use super::{Answer, Case, Desk};
use crate::text::escape;

pub(super) fn authorization(case: &Case, answer: &Answer, desk: &Desk<'_>) -> Authorization {
    let required = case
        .policies()
        .into_iter()
        .map(|policy| Required { under: escape(&policy.under.name), quorum: policy.need.to_string() })
        .collect();
    // One signature can count under several envelopes.
    let mut counted: BTreeMap<usize, Approval> = BTreeMap::new();
    let mut void: BTreeMap<usize, String> = BTreeMap::new();
    for (_, outcome) in &answer.outcomes {
        for vote in &outcome.counted {
            counted.insert(vote.index, approval(vote, desk));
        }
        for refused in &outcome.void {
            void.insert(refused.index, escape(&refused.refusal.to_string()));
        }
    }
    void.retain(|index, _| !counted.contains_key(index));
    Authorization {
        required,
        request: answer.request.clone(),
        break_glass: desk.break_glass,
        approvals: counted.into_values().collect(),
        void: void.into_values().collect(),
        standing: standing(case, answer).to_owned(),
    }
}

fn approval(vote: &Counted, desk: &Desk<'_>) -> Approval {
    let statement = desk.signed.get(vote.index).map(|signed| signed.digest().to_string());
    Approval {
        statement: statement.unwrap_or_default(),
        principal: vote.email.to_string(),
        function: vote.function.as_str().to_owned(),
        on_behalf_of: vote.on_behalf_of.as_ref().map(ToString::to_string),
        assurance: vote.assurance.as_str().to_owned(),
        signed_at: vote.signed_at.to_string(),
    }
}

fn standing(case: &Case, answer: &Answer) -> &'static str {
    if case.needs_nobody() {
        return "not_needed";
    }
    if answer.granted {
        return "granted";
    }
    let any =
        |fits: fn(&Standing) -> bool| answer.outcomes.iter().any(|(_, outcome)| fits(&outcome.standing));
    if any(|standing| matches!(standing, Standing::Rejected { .. })) {
        "rejected"
    } else if any(|standing| matches!(standing, Standing::Lapsed { .. })) {
        "lapsed"
    } else {
        "missing"
    }
}
