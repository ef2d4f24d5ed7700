//! Changes of governance in a plan: what of them the provider would refuse as it is, and whom that asks.

use remit_governance::history::{self, Declaration, Envelopes, Evidence, History, Refused, Unapproved};
use remit_governance::time::Timestamp;
use remit_governance::{Approver, Json};

use super::Desk;
use crate::text::escape;
use crate::verdict::CheckError;

/// A change of one declaration.
pub(super) struct Changed {
    address: String,
    prior: Option<History>,
    proposed: Option<Declaration>,
    /// The declaration goes.
    goes: bool,
    /// How envelopes came into force, as an override carries it before and after.
    carried: Vec<History>,
    /// Approvers that an envelope names by their records, before and after.
    approvers: Vec<Approver>,
}

/// Changes of governance in the plan that the provider would refuse as it is.
pub(super) fn transitions(
    changed: &[Changed],
    desk: &Desk<'_>,
    now: Timestamp,
) -> Result<Vec<Unapproved>, CheckError> {
    let mut approvers: Vec<Approver> = desk.lock.approvers().cloned().collect();
    approvers.extend(changed.iter().flat_map(|changed| changed.approvers.iter().cloned()));
    approvers.sort_by_key(Approver::record);
    approvers.dedup();
    let envelopes = envelopes(changed, desk, &approvers, now);
    let evidence = Evidence {
        trust: desk.trust,
        signed: desk.signed,
        approvers: &approvers,
        envelopes: &envelopes,
        now,
    };
    let mut all = Vec::new();
    for changed in changed {
        match changed.refused(&evidence) {
            Some(Refused::Unapproved(unapproved)) => all.extend(unapproved),
            Some(Refused::Broken(why)) => {
                let address = escape(&changed.address);
                return Err(CheckError::new(format!("`{address}` cannot change: {}", escape(&why))));
            }
            None => {}
        }
    }
    all.sort_by_key(|unapproved| (unapproved.moved.kind, unapproved.moved.name.clone()));
    Ok(all)
}

/// How envelopes came into force: as the lock has it, as the state has it, and with what the plan makes of them.
fn envelopes(changed: &[Changed], desk: &Desk<'_>, approvers: &[Approver], now: Timestamp) -> Envelopes {
    let locked =
        desk.lock.envelopes().iter().filter_map(|envelope| desk.lock.history(&envelope.digest())?.ok());
    let stated = changed.iter().flat_map(|changed| changed.prior.iter().chain(&changed.carried).cloned());
    let mut all = Envelopes::verified(locked.chain(stated), desk.trust);
    for changed in changed {
        let in_force = changed.prior.as_ref().and_then(History::in_force);
        if let Some(Declaration::Envelope(envelope)) = &changed.proposed
            && in_force != changed.proposed.as_ref()
        {
            all = all.expecting(envelope.clone(), approvers.to_vec(), now);
        }
    }
    all
}

fn member<'j>(json: &'j Json, name: &str) -> Option<&'j Json> {
    json.as_object()?.get(name)
}

fn text<'j>(json: Option<&'j Json>, name: &str) -> Option<&'j str> {
    member(json?, name)?.as_str()
}

fn declares(entry: &Json) -> bool {
    let kind = text(Some(entry), "type");
    matches!(kind, Some("remit_envelope" | "remit_approver" | "remit_default_override"))
}

impl Changed {
    /// An entry of a plan, if it is about a declaration.
    pub(super) fn of(entry: &Json, desk: &Desk<'_>) -> Option<Self> {
        if !declares(entry) {
            return None;
        }
        let change = member(entry, "change")?;
        let (before, after) = (member(change, "before"), member(change, "after"));
        let history = |text: &str| History::parse(text).ok();
        let prior = text(before, "history").and_then(history);
        let sides = [before, after];
        Some(Self {
            address: text(Some(entry), "address").unwrap_or_default().to_owned(),
            prior: prior.filter(|history| history.verify(desk.trust).is_ok()),
            proposed: text(after, "record").and_then(|text| Declaration::from_record(text).ok()),
            goes: after.is_none_or(|after| *after == Json::Null),
            carried: sides
                .iter()
                .filter_map(|side| text(*side, "envelope_history"))
                .filter_map(history)
                .collect(),
            approvers: sides.into_iter().flatten().flat_map(named_approvers).collect(),
        })
    }

    fn refused(&self, evidence: &Evidence) -> Option<Refused> {
        match (&self.prior, &self.proposed) {
            (prior, Some(proposed)) => history::advance(prior.as_ref(), proposed, evidence).err(),
            (Some(prior), None) if self.goes => history::end(prior, evidence).err(),
            _ => None,
        }
    }
}

/// Approvers that an envelope in a plan names by their records.
fn named_approvers(side: &Json) -> Vec<Approver> {
    let named = member(side, "consent").and_then(|consent| member(consent, "approvers"));
    let Some(Json::Array(records)) = named else { return Vec::new() };
    records.iter().filter_map(Json::as_str).filter_map(|text| Approver::from_record(text).ok()).collect()
}
