//! A limit on an amount: what is told, what pauses for people, and what is never exceeded.

use crate::{
    decimal::{self, Decimal},
    invalid::Kind,
    json::{Json, Members},
    person::Grounds,
    read::{Fields, Reader},
    time::Date,
};
use std::collections::BTreeSet;

/// Where a mark ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bound {
    /// At this total, which is still within.
    At(Decimal),
    /// Nowhere, on these grounds and until they expire.
    Unlimited(Grounds),
}

/// The marks of one amount. All are totals of an envelope's footprint, not sizes of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    ceiling: Bound,
    authorize_above: Option<Decimal>,
    notify_at: BTreeSet<u32>,
}

/// What a mark says about a total that was `before` and becomes `after`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScaleAnswer<'m> {
    /// Nothing is crossed. Slack is what remains to the ceiling; `None` where there is no ceiling in force.
    Within {
        /// What remains to the ceiling.
        slack: Option<Decimal>,
    },
    /// Within, and growth reached this percentage of the ceiling.
    Notify {
        /// The highest percentage reached that had not been reached before.
        percent: u32,
        /// What remains to the ceiling.
        slack: Decimal,
    },
    /// Growth beyond what people need not be asked about.
    NeedsConsent {
        /// The mark.
        authorize_above: Decimal,
        /// What remains to the ceiling; `None` where it is unlimited.
        slack: Option<Decimal>,
    },
    /// Growth beyond the ceiling: not even approval opens this.
    Exceeds {
        /// The ceiling.
        ceiling: Decimal,
        /// By how much the new total is above it.
        by: Decimal,
    },
    /// Above the ceiling, but it was before and does not grow.
    PreExisting {
        /// The ceiling.
        ceiling: Decimal,
        /// By how much the total is above it.
        by: Decimal,
    },
    /// Growth under a grant of unlimited that is in force, which is worth telling.
    Unlimited(&'m Grounds),
    /// Growth under a grant of unlimited that has expired: no limit is declared any more, and that is never a pass.
    UnlimitedExpired(&'m Grounds),
}

impl Mark {
    /// The attributes that a mark is written in.
    pub(crate) const ATTRIBUTES: [&'static str; 4] = ["ceiling", "unlimited", "authorize_above", "notify_at"];

    /// The ceiling, or why there is none.
    pub fn ceiling(&self) -> &Bound {
        &self.ceiling
    }

    /// The total above which people are asked.
    pub fn authorize_above(&self) -> Option<Decimal> {
        self.authorize_above
    }

    /// Percentages of the ceiling at which somebody is told.
    pub fn notify_at(&self) -> impl Iterator<Item = u32> + '_ {
        self.notify_at.iter().copied()
    }

    /// Judges a total that was `before` and becomes `after`. Only growth can cross a mark.
    pub fn judge(&self, before: Decimal, after: Decimal, today: Date) -> ScaleAnswer<'_> {
        let grows = after > before;
        let asks = self.authorize_above.filter(|mark| grows && after > *mark);
        match &self.ceiling {
            Bound::At(ceiling) => self.judge_at(*ceiling, before, after),
            Bound::Unlimited(_) if !grows => ScaleAnswer::Within { slack: None },
            Bound::Unlimited(grounds) if grounds.is_expired(today) => ScaleAnswer::UnlimitedExpired(grounds),
            Bound::Unlimited(grounds) => match asks {
                Some(authorize_above) => ScaleAnswer::NeedsConsent { authorize_above, slack: None },
                None => ScaleAnswer::Unlimited(grounds),
            },
        }
    }

    fn judge_at(&self, ceiling: Decimal, before: Decimal, after: Decimal) -> ScaleAnswer<'_> {
        let grows = after > before;
        if after > ceiling {
            let by = after.saturating_sub(ceiling);
            return if grows {
                ScaleAnswer::Exceeds { ceiling, by }
            } else {
                ScaleAnswer::PreExisting { ceiling, by }
            };
        }
        let slack = ceiling.saturating_sub(after);
        if let Some(authorize_above) = self.authorize_above.filter(|mark| grows && after > *mark) {
            return ScaleAnswer::NeedsConsent { authorize_above, slack: Some(slack) };
        }
        let reached =
            |total: Decimal, percent: u32| at_percent(ceiling, percent).is_some_and(|mark| total >= mark);
        let crossed = self
            .notify_at
            .iter()
            .rev()
            .find(|percent| reached(after, **percent) && !reached(before, **percent));
        match crossed {
            Some(percent) => ScaleAnswer::Notify { percent: *percent, slack },
            None => ScaleAnswer::Within { slack: Some(slack) },
        }
    }

    pub(crate) fn read(r: &mut Reader, json: &Json, whole: bool) -> Option<Self> {
        let fields = r.object(json, &Self::ATTRIBUTES)?;
        Self::read_from(r, fields, whole, 100)
    }

    /// Reads the marks among other attributes. `most` is the highest percentage that can be told about.
    pub(crate) fn read_from(r: &mut Reader, fields: Fields, whole: bool, most: u32) -> Option<Self> {
        let amount = if whole { decimal::read_whole } else { decimal::read };
        let at = r.optional(fields, "ceiling", amount);
        let unlimited = r.optional(fields, "unlimited", Grounds::read);
        let authorize_above = r.optional(fields, "authorize_above", amount);
        let notify_at = r.optional(fields, "notify_at", |r, json| {
            r.set(json, |r, json| decimal::read_count(r, json, 1..=most))
        });
        let notify_at = notify_at.unwrap_or_default();
        match (fields.get("ceiling"), fields.get("unlimited")) {
            (None, None) => r.at_attribute("ceiling", |r| {
                let help = "to have no ceiling, say so with `unlimited = { reason, owner, expires }`";
                r.reject_with(Kind::Missing, "`ceiling` is required", help);
            }),
            (Some(_), Some(_)) => r.at_attribute("unlimited", |r| {
                r.reject_with(
                    Kind::Relation,
                    "`unlimited` and `ceiling` contradict each other",
                    "keep one of them",
                );
            }),
            _ => {}
        }
        if let (Some(ceiling), Some(above)) = (at, authorize_above)
            && above > ceiling
        {
            let (above, ceiling) = (decimal::text(above), decimal::text(ceiling));
            r.at_attribute("authorize_above", |r| {
                r.reject(
                    Kind::Relation,
                    format!("`authorize_above` `{above}` is above `ceiling` `{ceiling}`"),
                );
            });
        }
        if unlimited.is_some() && !notify_at.is_empty() {
            r.at_attribute("notify_at", |r| {
                r.reject(Kind::Relation, "`notify_at` is in percent of a ceiling, and `unlimited` has none");
            });
        }
        let ceiling = at.map(Bound::At).or(unlimited.map(Bound::Unlimited))?;
        Some(Self { ceiling, authorize_above, notify_at })
    }

    pub(crate) fn add_to(&self, members: Members) -> Members {
        let members = match &self.ceiling {
            Bound::At(ceiling) => members.put("ceiling", decimal::normal(*ceiling)),
            Bound::Unlimited(grounds) => members.put("unlimited", grounds.members()),
        };
        members
            .put_some("authorize_above", self.authorize_above.map(decimal::normal))
            .put("notify_at", self.notify_at.iter().map(|percent| Json::from(*percent)).collect::<Json>())
    }

    pub(crate) fn normal(&self) -> Json {
        self.add_to(Members::new()).into()
    }
}

fn at_percent(ceiling: Decimal, percent: u32) -> Option<Decimal> {
    // Dividing first keeps a ceiling near the largest decimal from overflowing.
    ceiling.checked_div(Decimal::ONE_HUNDRED)?.checked_mul(Decimal::from(percent))
}
