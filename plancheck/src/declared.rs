//! The governance a plan is judged by: a lock, the state from before the change, or files for local work. Never what the change itself
//! would make true.

mod form;
mod value;
mod written;

pub use written::WrittenFile;

use remit_governance::{Approver, DefaultOverride, Digest, Envelope, Lock};

use crate::plan::PriorObject;
use crate::text::escape;
use crate::verdict::CheckError;

/// Envelopes in force, and where they come from.
#[derive(Debug, Clone)]
pub struct Declared {
    /// Sorted by name.
    pub envelopes: Vec<Envelope>,
    /// Everybody who may approve anything, by address.
    pub approvers: Vec<Approver>,
    /// What was decided about vendors' defaults.
    pub overrides: Vec<DefaultOverride>,
    /// Digest of the lock they stand in.
    pub digest: Digest,
    /// Serial of that lock.
    pub serial: u64,
    /// Modules that may declare more and were not read.
    pub left_out: Vec<String>,
}

impl Declared {
    /// From the bytes of a lock.
    pub fn from_lock(bytes: &[u8]) -> Result<Self, CheckError> {
        Self::from_first_lock(bytes)?.governing()
    }

    /// The same, also of a lock that has no envelope yet.
    pub fn from_first_lock(bytes: &[u8]) -> Result<Self, CheckError> {
        let lock =
            Lock::parse(bytes).map_err(|error| CheckError::new(error.to_string()).with_help(error.help()))?;
        Ok(Self::of(&lock))
    }

    /// From the state before the change. Without any `remit_*` object there is no governance.
    pub fn from_prior_state(objects: &[PriorObject]) -> Result<Self, CheckError> {
        let mut records = Vec::new();
        for object in objects.iter().filter(|object| is_declaration(&object.resource_type)) {
            if let Some(record) = &object.record {
                records.push(record.as_str());
            } else {
                let address = escape(&object.address);
                let error = CheckError::new(format!(
                    "`{address}` in the prior state of the plan has no readable record"
                ));
                return Err(error.with_help("apply the governance again, or give a lock with `--governance`"));
            }
        }
        if records.is_empty() {
            return Err(none_found());
        }
        let lock = Lock::build(&records, 0).map_err(|faults| {
            let error =
                CheckError::new("the governance in the prior state of the plan does not fit together");
            let error = faults.iter().fold(error, |error, fault| error.with_why(escape(&fault.to_string())));
            error.with_help("give a lock with `--governance`")
        })?;
        Self::of(&lock).governing()
    }

    /// Without an envelope there is nothing to judge by.
    fn governing(self) -> Result<Self, CheckError> {
        if self.envelopes.is_empty() { Err(none_found()) } else { Ok(self) }
    }

    fn of(lock: &Lock) -> Self {
        let mut approvers: Vec<Approver> = lock.approvers().cloned().collect();
        approvers.sort_by(|a, b| a.email.as_str().cmp(b.email.as_str()));
        Self {
            envelopes: lock.envelopes().to_vec(),
            approvers,
            overrides: lock.overrides().to_vec(),
            digest: lock.digest(),
            serial: lock.serial(),
            left_out: Vec::new(),
        }
    }
}

fn is_declaration(resource_type: &str) -> bool {
    matches!(resource_type, "remit_envelope" | "remit_approver" | "remit_default_override")
}

fn none_found() -> CheckError {
    CheckError::new("no governance found: there is no envelope to judge the plan by").with_help(
        "give a governance lock with `--governance`; the data source `remit_governance_lock` writes one",
    )
}
