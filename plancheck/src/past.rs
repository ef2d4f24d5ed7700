//! What the decision log says about earlier changes, as far as growth is judged by it: totals that were seen, and when they rose.
//! Reading and believing a log is the caller's business; here is only what it means.

use remit_decision_log::record::{Predicate, Record, Status, Total};
use remit_governance::limits::Growth;
use remit_governance::time::{Duration, Timestamp};
use remit_governance::{Decimal, Unit, decimal};

use crate::declared::Declared;
use crate::judge::Governance;

/// Earlier decisions, or why they cannot be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    /// In the order of the log; the error is a clause that says why nothing can be told.
    pub seen: Result<Vec<Seen>, String>,
    /// When the first record was written; nothing is known of the time before.
    pub begins: Option<Timestamp>,
}

/// One earlier decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Its id.
    pub id: String,
    /// When it was written.
    pub at: Timestamp,
    /// Workspace of the plan, where it was given.
    pub workspace: Option<String>,
    /// Account of the plan, where it was given.
    pub account: Option<String>,
    /// What there was before it.
    pub before: Vec<Total>,
    /// What it would make of that.
    pub after: Vec<Total>,
    /// When it was applied, as far as the gate wrote that down.
    pub applied: Option<Timestamp>,
}

/// How long back the envelopes look; `None` where none of them judges growth over time.
pub fn reach(governance: Governance<'_>) -> Option<Duration> {
    let declared = match governance {
        Governance::Lock { bytes, .. } => Declared::from_lock(bytes),
        Governance::Files { files, .. } => Declared::from_files(files),
        // What the prior state declares is not known before the plan is read, so nothing may be left out.
        Governance::PriorState => return Some(Duration::hours(3650 * 24)),
    };
    // What cannot be read is told by the check itself.
    let envelopes = declared.map(|declared| declared.envelopes).unwrap_or_default();
    envelopes.iter().filter_map(|envelope| looks_back(envelope.limits.growth.as_ref()?)).max()
}

fn looks_back(growth: &Growth) -> Option<Duration> {
    growth.window.into_iter().chain(growth.cool_down).max()
}

impl Past {
    /// Takes what matters from records, in the order of the log.
    pub fn of(records: impl IntoIterator<Item = Result<Record, String>>, begins: Option<Timestamp>) -> Self {
        let mut seen: Vec<Seen> = Vec::new();
        for record in records {
            let taken = record.and_then(|record| take(&mut seen, record));
            if let Err(why) = taken {
                return Self { seen: Err(why), begins };
            }
        }
        Self { seen: Ok(seen), begins }
    }

    /// Only what is about one workspace and account: the totals of a plan are those of its state.
    #[must_use]
    pub fn about(&self, workspace: Option<&str>, account: Option<&str>) -> Self {
        let same =
            |seen: &&Seen| seen.workspace.as_deref() == workspace && seen.account.as_deref() == account;
        let seen = self.seen.as_ref().map(|all| all.iter().filter(same).cloned().collect());
        Self { seen: seen.map_err(Clone::clone), begins: self.begins }
    }
}

fn take(all: &mut Vec<Seen>, record: Record) -> Result<(), String> {
    let instant = |text: &str| text.parse::<Timestamp>().map_err(|_| "a record has no time".to_owned());
    match record.predicate {
        Predicate::Decision(decision) => all.push(Seen {
            at: instant(&decision.recorded_at)?,
            id: decision.id,
            workspace: decision.decision.value.workspace,
            account: decision.decision.value.account,
            before: decision.decision.value.from,
            after: decision.decision.value.to,
            applied: None,
        }),
        Predicate::Outcome(outcome) if outcome.result.value.status == Status::Applied => {
            let at = instant(&outcome.recorded_at)?;
            for seen in all.iter_mut().filter(|seen| seen.id == outcome.decision) {
                seen.applied = Some(at);
            }
        }
        Predicate::Outcome(_) | Predicate::Review(_) | Predicate::Member(_) => {}
    }
    Ok(())
}

/// A total that was there at some time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Point {
    at: Timestamp,
    amount: Decimal,
    /// A change brought it about at that very time.
    exact: bool,
}

/// When a total rose last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rise {
    /// At this time.
    At(Timestamp),
    /// After the one and not later than the other.
    Between(Timestamp, Timestamp),
}

/// What there was when a window began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Base {
    /// The first total that was seen within the window, or what there is now.
    pub within: Decimal,
    /// The last one before it, if that is less: whether it rose within the window cannot be told.
    pub before: Option<Decimal>,
}

/// What is known of one unit under one envelope.
pub struct Course<'a> {
    seen: &'a [Seen],
    envelope: &'a str,
    unit: Unit,
}

impl<'a> Course<'a> {
    /// The course of a unit.
    pub fn new(seen: &'a [Seen], envelope: &'a str, unit: Unit) -> Self {
        Self { seen, envelope, unit }
    }

    /// What there was when the window began, which ends with `now` total. The error says why it cannot be told.
    pub fn base(&self, start: Timestamp, now: Decimal) -> Result<Base, String> {
        let points = self.points()?;
        let (earlier, within): (Vec<Point>, Vec<Point>) =
            points.into_iter().partition(|point| point.at < start);
        let base = within.first().map_or(now, |point| point.amount);
        let before = earlier.last().map(|point| point.amount).filter(|amount| *amount < base);
        Ok(Base { within: base, before })
    }

    /// When it rose last, up to a total that is there now.
    pub fn last_rise(&self, now: Decimal, at: Timestamp) -> Result<Option<Rise>, String> {
        let mut points = self.points()?;
        points.push(Point { at, amount: now, exact: false });
        let mut rises = points.windows(2).filter_map(|pair| match pair {
            [one, next] if next.amount > one.amount => {
                Some(if next.exact { Rise::At(next.at) } else { Rise::Between(one.at, next.at) })
            }
            _ => None,
        });
        Ok(rises.next_back())
    }

    fn points(&self) -> Result<Vec<Point>, String> {
        let mut points = Vec::new();
        for seen in self.seen {
            if let Some(amount) = self.amount(&seen.before, seen)? {
                points.push(Point { at: seen.at, amount, exact: false });
            }
            if let (Some(at), Some(amount)) = (seen.applied, self.amount(&seen.after, seen)?) {
                points.push(Point { at, amount, exact: true });
            }
        }
        points.sort_by_key(|point| point.at);
        Ok(points)
    }

    fn amount(&self, totals: &[Total], seen: &Seen) -> Result<Option<Decimal>, String> {
        let own = |total: &&Total| total.envelope == self.envelope && total.unit == self.unit.as_str();
        let Some(total) = totals.iter().find(own) else { return Ok(None) };
        let untold = || format!("the decision of {} does not tell how many there were", seen.at);
        total.amount.as_deref().and_then(decimal::parse).map(Some).ok_or_else(untold)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: i64) -> Timestamp {
        Timestamp::from_second(1_790_000_000 + hour * 3600).unwrap()
    }

    fn total(amount: Option<&str>) -> Vec<Total> {
        vec![Total {
            envelope: "team-a".to_owned(),
            unit: "instances".to_owned(),
            amount: amount.map(str::to_owned),
            ceiling: None,
        }]
    }

    fn seen(hour: i64, before: &str, after: &str, applied: Option<i64>) -> Seen {
        Seen {
            id: hour.to_string(),
            at: at(hour),
            workspace: None,
            account: None,
            before: total(Some(before)),
            after: total(Some(after)),
            applied: applied.map(at),
        }
    }

    fn decimal(number: i64) -> Decimal {
        Decimal::from(number)
    }

    fn course(seen: &[Seen]) -> Course<'_> {
        Course::new(seen, "team-a", Unit::Instances)
    }

    #[test]
    fn a_window_begins_with_the_first_total_seen_in_it() {
        let all = [seen(1, "10", "11", Some(2)), seen(5, "11", "12", None), seen(6, "12", "13", None)];
        let base = |start| course(&all).base(at(start), decimal(13)).unwrap();
        assert_eq!(base(0), Base { within: decimal(10), before: None });
        // What was applied at hour 2 is exact, so nothing rose unseen between it and hour 5.
        assert_eq!(base(3), Base { within: decimal(11), before: None });
        assert_eq!(base(6), Base { within: decimal(12), before: Some(decimal(11)) });
        assert_eq!(base(7), Base { within: decimal(13), before: Some(decimal(12)) });
        assert_eq!(course(&[]).base(at(0), decimal(4)).unwrap(), Base { within: decimal(4), before: None });
    }

    #[test]
    fn a_rise_is_known_to_the_hour_only_where_the_gate_applied_it() {
        let last = |all: &[Seen], now| course(all).last_rise(decimal(now), at(100)).unwrap();
        assert_eq!(last(&[], 4), None);
        assert_eq!(last(&[seen(1, "10", "12", None)], 10), None, "allowed and never applied");
        assert_eq!(last(&[seen(1, "10", "12", None)], 12), Some(Rise::Between(at(1), at(100))));
        assert_eq!(last(&[seen(1, "10", "12", Some(2))], 12), Some(Rise::At(at(2))));
        let down = [seen(1, "10", "12", Some(2)), seen(5, "12", "8", Some(6))];
        assert_eq!(last(&down, 8), Some(Rise::At(at(2))));
    }

    #[test]
    fn an_amount_that_was_withheld_leaves_nothing_to_tell() {
        let mut odd = seen(1, "10", "12", None);
        odd.before = total(None);
        let all = [odd];
        assert!(course(&all).base(at(0), decimal(12)).unwrap_err().contains("does not tell"));
        assert!(course(&all).last_rise(decimal(12), at(3)).is_err());
        // Of another envelope it is no matter.
        assert!(Course::new(&all, "team-b", Unit::Instances).base(at(0), decimal(12)).is_ok());
    }
}
