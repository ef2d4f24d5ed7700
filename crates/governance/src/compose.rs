//! How envelopes combine: which one binds where several govern a change, whether one lies within another, and in what a
//! changed declaration is looser than before.

mod contains;
mod loosened;

use crate::{
    decimal::Decimal,
    dimension::Unit,
    envelope::Envelope,
    limits::{Bound, Mark},
    time::Date,
};
pub use contains::contains;
pub use loosened::{approver_changed, is_restriction, loosened, override_loosened};

/// The envelope that leaves least room for a unit, and what the others leave.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Binding<'e> {
    /// The binding envelope.
    pub envelope: &'e Envelope,
    /// Its mark for the unit.
    pub mark: &'e Mark,
    /// What each envelope that limits the unit leaves to its ceiling, tightest first; negative where it is exceeded, `None`
    /// where it is unlimited on grounds still in force. An unlimited whose grounds have expired leaves nothing.
    pub slack: Vec<(&'e Envelope, Option<Decimal>)>,
}

/// Finds the binding envelope among those that govern a change, each with the total its own footprint would have. `None`
/// when none of them limits the unit, which is not the same as unlimited.
pub fn intersection<'e>(totals: &[(&'e Envelope, Decimal)], unit: Unit, today: Date) -> Option<Binding<'e>> {
    let mut limited: Vec<(&'e Envelope, &'e Mark, Option<Decimal>)> = totals
        .iter()
        .filter_map(|(envelope, total)| {
            let mark = envelope.limits.capacity.mark(unit)?;
            let slack = match mark.ceiling() {
                Bound::At(ceiling) => Some(ceiling.saturating_sub(*total)),
                Bound::Unlimited(grounds) if grounds.is_expired(today) => {
                    Some(Decimal::ZERO.saturating_sub(*total))
                }
                Bound::Unlimited(_) => None,
            };
            Some((*envelope, mark, slack))
        })
        .collect();
    limited.sort_by(|a, b| tightness(a).cmp(&tightness(b)));
    let (envelope, mark, _) = *limited.first()?;
    Some(Binding {
        envelope,
        mark,
        slack: limited.into_iter().map(|(envelope, _, slack)| (envelope, slack)).collect(),
    })
}

/// Unlimited last, then by slack, then by the mark that asks people, then by name, so that the order never depends on input.
fn tightness<'a>(
    entry: &'a (&Envelope, &Mark, Option<Decimal>),
) -> (bool, Option<Decimal>, bool, Option<Decimal>, &'a str) {
    let (envelope, mark, slack) = entry;
    let asks = mark.authorize_above();
    (slack.is_none(), *slack, asks.is_none(), asks, &envelope.name)
}

#[cfg(test)]
mod tests;
