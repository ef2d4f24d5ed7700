//! Faults on order: which call of an operation goes wrong, and how.

use serde::{Deserialize, Serialize};

/// A call that shall go wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// The service as the SDKs name it. Left out: any.
    #[serde(default)]
    pub service: Option<String>,
    /// The operation. Left out: any.
    #[serde(default)]
    pub operation: Option<String>,
    /// Only calls that change something count. Reads pass.
    #[serde(default)]
    pub writes_only: bool,
    /// The first call that goes wrong, counted from 1 among those that match since the fault was set.
    #[serde(default = "one")]
    pub nth: usize,
    /// How many calls in a row go wrong. Left out: one. 0: all from then on.
    #[serde(default = "one")]
    pub times: usize,
    /// What happens to them.
    pub effect: Effect,
}

fn one() -> usize {
    1
}

/// What happens to a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Effect {
    /// The service says that it is asked too often, in its own words, and does nothing.
    Throttle,
    /// The service answers with this error code and does nothing.
    Code(String),
    /// The service answers with an internal failure (HTTP 500) and does nothing.
    InternalError,
    /// The connection is dropped before the service sees the call.
    DropBefore,
    /// The service carries the call out; the connection is dropped instead of the answer.
    DropAfter,
    /// The call is carried out after this many milliseconds.
    Delay(u64),
    /// The call waits, not yet carried out, until it is released: time to kill the client.
    HoldBefore,
    /// The call is carried out and its answer waits until it is released: time to kill the client.
    HoldAfter,
}

impl Effect {
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Throttle => "throttle".to_owned(),
            Self::Code(code) => format!("code {code}"),
            Self::InternalError => "internal error".to_owned(),
            Self::DropBefore => "drop before".to_owned(),
            Self::DropAfter => "drop after".to_owned(),
            Self::Delay(millis) => format!("delay {millis} ms"),
            Self::HoldBefore => "hold before".to_owned(),
            Self::HoldAfter => "hold after".to_owned(),
        }
    }
}

/// The faults ordered, with how many calls each has seen.
#[derive(Default)]
pub(crate) struct Faults(Vec<(Fault, usize)>);

impl Faults {
    pub(crate) fn add(&mut self, fault: Fault) {
        self.0.push((fault, 0));
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Counts a call. The first fault that is due decides; the others have counted it all the same.
    pub(crate) fn due(&mut self, service: &str, operation: &str, is_write: bool) -> Option<Effect> {
        let mut due = None;
        for (fault, seen) in &mut self.0 {
            let named = |name: &Option<String>, is: &str| name.as_deref().is_none_or(|name| name == is);
            let is_meant = named(&fault.service, service) && named(&fault.operation, operation);
            if is_meant && (is_write || !fault.writes_only) {
                *seen += 1;
                let is_due = *seen >= fault.nth && (fault.times == 0 || *seen < fault.nth + fault.times);
                due = due.or_else(|| is_due.then(|| fault.effect.clone()));
            }
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_calls_that_are_meant_go_wrong() {
        let mut faults = Faults::default();
        let fault = serde_json::json!({
            "service": "budgets", "operation": "CreateBudget", "nth": 2, "times": 2, "effect": "throttle"
        });
        faults.add(serde_json::from_value(fault).unwrap());
        let due: Vec<_> = (0..4).map(|_| faults.due("budgets", "CreateBudget", true).is_some()).collect();
        assert_eq!(due, [false, true, true, false]);
        assert_eq!(faults.due("budgets", "DeleteBudget", true), None);
    }

    #[test]
    fn a_fault_without_end_never_passes() {
        let mut faults = Faults::default();
        let fault =
            serde_json::json!({ "times": 0, "writes_only": true, "effect": { "code": "AccessDenied" } });
        faults.add(serde_json::from_value(fault).unwrap());
        assert_eq!(faults.due("sts", "GetCallerIdentity", false), None);
        for _ in 0..100 {
            assert_eq!(
                faults.due("budgets", "CreateBudget", true),
                Some(Effect::Code("AccessDenied".into()))
            );
        }
    }
}
