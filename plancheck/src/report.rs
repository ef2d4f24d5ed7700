//! What a check comes to: what was read, by what it was judged, what was found, and what was not judged. Renderers show it whole.

use std::collections::BTreeMap;

use remit_decision_log::record::Authorization;
use remit_governance::time::Timestamp;
use remit_governance::{Decimal, Unit};

use crate::actor::Actor;
use crate::finding::Findings;
use crate::plan::Action;
use crate::verdict::Verdict;

/// What the caller says because the plan cannot. Echoed in the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// Workspace; can bring a change into a scope, never out of one.
    pub workspace: Option<String>,
    /// Account in the spelling of scopes, `aws:123456789012`; can bring a change into a scope, never out of one.
    pub account: Option<String>,
    /// The time by which expiry, freezes and reviews are judged.
    pub now: Timestamp,
}

/// The plan as far as people need it to recognize it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanSeen {
    /// Format of the JSON.
    pub format_version: String,
    /// Version of Terraform or OpenTofu that wrote it, if it says so.
    pub terraform_version: Option<String>,
    /// Entries by action, data sources included; actions that do not occur are left out.
    pub actions: BTreeMap<Action, usize>,
}

/// Where the governance came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A governance lock, with the name by which the caller knows it (a path).
    Lock(String),
    /// The `remit_*` objects of the plan's prior state.
    PriorState,
    /// `.tf` files that declare it, with the name by which the caller knows them: declared, not applied, approved by nobody.
    Files(String),
}

/// The governance that decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GovernanceSeen {
    /// Where it came from.
    pub origin: Origin,
    /// Digest of the lock, or of the lock that the prior state amounts to.
    pub digest: Option<String>,
    /// Serial of the lock.
    pub serial: Option<u64>,
    /// Whether a trust root pinned from outside the repository vouches for it. When not, every report says so.
    pub pinned: bool,
}

/// The file of accepted findings that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptedSeen {
    /// What the caller calls it: a path.
    pub name: String,
    /// `sha256:` and the digest of its bytes.
    pub digest: String,
    /// How many it lists.
    pub entries: usize,
    /// How many of these a finding needed.
    pub used: usize,
}

/// An envelope of the governance and how much of the plan it governs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvelopeSeen {
    /// Name of the envelope.
    pub name: String,
    /// Digest of its record.
    pub digest: String,
    /// Changes (everything but no-op and read) that lie inside, whether known or because it cannot be told.
    pub changes: usize,
    /// Of these, changes that count as inside because it cannot be told.
    pub cannot_tell: usize,
    /// All objects that lie inside, unchanged ones included: what the totals are made of.
    pub objects: usize,
}

/// Something declared or planned that this version does not judge.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NotJudged {
    /// What, escaped, with names in backticks: `` `cost` ``.
    pub what: String,
    /// Name of the envelope that declares it, not escaped.
    pub envelope: Option<String>,
    /// Why not.
    pub why: String,
}

/// A rule and how much it looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleApplied {
    /// Id of the rule.
    pub rule: &'static str,
    /// Objects it judged; 0 when nothing in the plan was its business.
    pub judged: usize,
}

/// What the decision log keeps besides what reports show; filled in only where a log is given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kept {
    /// What each envelope may grow to, by unit.
    pub totals: Vec<TotalSeen>,
    /// Digest over where agents can act.
    pub surface: Option<String>,
    /// Who had to agree, and who did; absent where no approvals were looked at.
    pub authorization: Option<Authorization>,
    /// Digest over everything material that the plan would change.
    pub change: Option<String>,
}

/// What an envelope may grow to in one unit. An amount that is marked sensitive, or has no bound, is absent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TotalSeen {
    /// Name of the envelope.
    pub envelope: String,
    /// The unit.
    pub unit: Unit,
    /// Before the change.
    pub before: Option<Decimal>,
    /// After it.
    pub after: Option<Decimal>,
    /// The ceiling that is declared.
    pub ceiling: Option<Decimal>,
}

/// What a check comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The plan.
    pub plan: PlanSeen,
    /// The governance.
    pub governance: GovernanceSeen,
    /// What the caller said.
    pub given: Given,
    /// All envelopes of the governance, by name.
    pub envelopes: Vec<EnvelopeSeen>,
    /// Every rule, in the order of the rules.
    pub rules: Vec<RuleApplied>,
    /// What was found.
    pub findings: Findings,
    /// What was not judged; the library sorts it before it comes here.
    pub not_judged: Vec<NotJudged>,
    /// Where acceptance came from, if any was given.
    pub accepted: Option<AcceptedSeen>,
    /// Who acted, as far as traces say; absent where nobody looked.
    pub actor: Option<Actor>,
    /// The command that makes this report again, if there is one.
    pub again: Option<String>,
    /// Changed objects of resource types that the catalog does not know, by type. Only what every object has was judged of them.
    pub unknown_types: BTreeMap<String, usize>,
    /// What only the decision log keeps.
    pub kept: Kept,
}

impl Report {
    /// The answer: the gravest of the findings.
    pub fn verdict(&self) -> Verdict {
        Verdict::of(&self.findings)
    }

    /// How many objects would change: everything but no-op and read.
    pub fn changes(&self) -> usize {
        self.plan
            .actions
            .iter()
            .filter(|(action, _)| !matches!(action, Action::NoOp | Action::Read))
            .map(|(_, count)| count)
            .sum()
    }

    /// Whether any envelope governs any change of the plan.
    pub fn matches_an_envelope(&self) -> bool {
        self.envelopes.iter().any(|envelope| envelope.changes > 0)
    }

    /// Whether any rule had something to judge.
    pub fn applied_a_rule(&self) -> bool {
        self.rules.iter().any(|rule| rule.judged > 0)
    }
}
