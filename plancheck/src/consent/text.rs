//! Requests and their standing in words, for people who answer for money rather than for code.

use std::fmt::Write as _;

use remit_governance::approval::{Policy, Reason, Request, Standing, missing_in_words};

use super::Answer;
use crate::report::Report;
use crate::text::{escape, neutral};

/// What is asked, whole: what would happen, why it pauses, who has to sign, until when, and the code to compare.
pub fn request(request: &Request, policies: &[&Policy]) -> String {
    let mut text = String::new();
    let mut line = |words: &str| {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{}", neutral(words));
    };
    let kind = if request.break_glass { "EMERGENCY request" } else { "Request" };
    line(&format!("{kind} {} ({})", request.code(), request.audience));
    line("");
    for summary in &request.summary {
        line(summary);
    }
    for moved in &request.transitions {
        let what = format!("the {} `{}`", moved.kind.as_str().replace('_', " "), escape(&moved.name));
        line(&match (moved.prior, moved.proposed) {
            (None, _) => format!("- {what} would come into force"),
            (_, None) => format!("- {what} would be destroyed"),
            _ => format!("- {what} would become looser than it is in force"),
        });
    }
    line("");
    line("Who has to sign:");
    for policy in policies {
        line(&format!("- {} (`{}`)", policy.need, escape(&policy.under.name)));
        for voter in &policy.voters {
            let approver = &voter.approver;
            line(&format!("    {} <{}>, {}", escape(&approver.name), approver.email, approver.function));
        }
    }
    if !request.authors.is_empty() {
        let authors: Vec<String> = request.authors.iter().map(|author| escape(author)).collect();
        line(&format!("Took part in the change, and cannot sign: {}", authors.join(", ")));
    }
    line(&format!("To be signed by {}.", request.expires_at));
    line(&format!("Code to compare: {}", request.code()));
    text
}

/// The findings that pause a plan, as lines of a request.
pub(super) fn summary(report: &Report) -> Vec<String> {
    let mut lines = Vec::new();
    for finding in
        report.findings.as_slice().iter().filter(|finding| finding.effect != crate::finding::Effect::Note)
    {
        lines.push(format!("- {}", finding.message));
        lines.extend(finding.why.iter().map(|why| format!("    why: {why}")));
        for place in finding.places.iter().take(20) {
            lines.push(format!("    {} ({})", escape(&place.address), place.action.word()));
        }
        if finding.places.len() > 20 {
            lines.push(format!("    and {} more", finding.places.len().saturating_sub(20)));
        }
    }
    lines.push(format!("- {} objects would change in all", report.changes()));
    lines.push(
        "- what that costs is not known to this version, and no limit on cost is held against it".to_owned(),
    );
    lines
}

/// How far a request got: who signed, who is missing, and what is void and why. `names` are those of what was handed in.
pub fn standing(answer: &Answer, names: &[String]) -> String {
    let mut text = String::new();
    let mut line = |words: &str| {
        let _ = writeln!(text, "{}", neutral(words));
    };
    let name = |index: usize| names.get(index).map_or_else(|| "an approval".to_owned(), |name| escape(name));
    for (policy, outcome) in &answer.outcomes {
        let under = escape(&policy.under.name);
        line(&match &outcome.standing {
            Standing::Granted { until, .. } => {
                format!("`{under}`: approved by {}, until {until}", policy.need)
            }
            Standing::Lapsed { until } => format!("`{under}`: approved, and too late since {until}"),
            Standing::Rejected { by, reason } => {
                let why = reason.as_deref().map(|reason| format!(": {}", escape(reason))).unwrap_or_default();
                format!("`{under}`: rejected by {by}{why}")
            }
            Standing::Missing(missing) => format!("`{under}`: missing {}", missing_in_words(missing)),
        });
        for vote in &outcome.counted {
            let instead =
                vote.on_behalf_of.as_ref().map(|email| format!(" in place of {email}")).unwrap_or_default();
            line(&format!(
                "  signed   {} as {}{instead}, {} at {} ({})",
                vote.email,
                vote.function,
                vote.assurance,
                vote.signed_at,
                name(vote.index)
            ));
        }
        for void in outcome.void.iter().filter(|void| void.refusal.reason != Reason::OtherChange) {
            line(&format!("  void     {}: {}", name(void.index), escape(&void.refusal.to_string())));
        }
        let other = outcome.void.iter().filter(|void| void.refusal.reason == Reason::OtherChange).count();
        if other > 0 {
            line(&format!("  {other} more about other changes, or about what this one was before"));
        }
    }
    text
}
