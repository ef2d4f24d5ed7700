//! The record of a decision: what was to change and why, by what it was judged, who agreed, and what is known of whoever proposed it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Chain, State};
use crate::rationale::{Alternative, Objective};

/// Something that plancheck saw or worked out itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Observed<T> {
    /// By whom.
    pub observed_by: Observer,
    /// What.
    pub value: T,
}

/// Who observes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Observer {
    /// This program.
    #[default]
    Plancheck,
}

/// Something that somebody says and nobody checked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asserted<T> {
    /// By whom.
    pub asserted_by: Asserter,
    /// What.
    pub value: T,
}

/// Who asserts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asserter {
    /// Whoever proposes the change, or a program on its behalf.
    #[default]
    Agent,
    /// Whoever runs this program.
    Caller,
}

/// What was observed.
pub fn observed<T>(value: T) -> Observed<T> {
    Observed { observed_by: Observer::Plancheck, value }
}

/// What an agent says.
pub fn asserted<T>(value: T) -> Asserted<T> {
    Asserted { asserted_by: Asserter::Agent, value }
}

/// A decision.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// Its own id.
    pub id: String,
    /// Where it stands.
    pub chain: Chain,
    /// When it was written, by the clock of the machine.
    pub recorded_at: String,
    /// Which command decided.
    pub command: Command,
    /// What was decided.
    pub decision: Observed<Decided>,
    /// What is to be achieved; absent where nobody said so.
    pub objective: Asserted<Option<Objective>>,
    /// What else was considered.
    pub alternatives: Asserted<Alternatives>,
    /// How sure the agent is; absent where nobody said so.
    pub confidence: Asserted<Option<serde_json::Number>>,
    /// What limited it.
    pub constraint: Observed<Vec<Constraint>>,
    /// What is to be there afterwards.
    pub resulting_state: Observed<ResultingState>,
    /// What it costs.
    pub cost_impact: Observed<CostImpact>,
    /// Who acted, as far as traces say.
    pub actor: Observed<Actor>,
    /// Who had to agree, and who did.
    pub authorization: Observed<Authorization>,
    /// Vendor defaults that the plan relies on.
    pub defaults: Observed<Defaults>,
    /// Where agents can act at all.
    pub surface: Observed<Surface>,
    /// By what it was judged.
    pub governance: Observed<Governance>,
    /// Where it belongs in a trace, as the agent says.
    pub trace: Asserted<Trace>,
}

/// Which command decided.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// It only judges.
    #[default]
    Check,
    /// It applies what it allows.
    Gate,
}

impl Command {
    /// As it is called.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::Gate => "gate",
        }
    }
}

/// What was decided.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decided {
    /// `allowed`, `consent_required` or `denied`.
    pub verdict: String,
    /// The instant by which it was judged.
    pub judged_at: String,
    /// Workspace, where it was given.
    pub workspace: Option<String>,
    /// Account, where it was given.
    pub account: Option<String>,
    /// Entries of the plan by action.
    pub actions: BTreeMap<String, u64>,
    /// Totals before the change.
    pub from: Vec<Total>,
    /// Totals after it.
    pub to: Vec<Total>,
    /// Dimensions in which somebody would have had to agree, or nobody could.
    pub materiality: Vec<String>,
}

/// What an envelope may grow to in one unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Total {
    /// Name of the envelope.
    pub envelope: String,
    /// The unit.
    pub unit: String,
    /// How many; absent where it cannot be told, has no bound, or is marked sensitive.
    pub amount: Option<String>,
    /// The ceiling of the envelope, where it has one.
    pub ceiling: Option<String>,
}

/// What else was considered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alternatives {
    /// Whether the agent says anything about alternatives; `true` with an empty list says that there were none.
    pub declared: bool,
    /// The alternatives.
    pub list: Vec<Alternative>,
}

/// A finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Constraint {
    /// The rule.
    pub rule: String,
    /// `deny`, `consent` or `note`.
    pub effect: String,
    /// `known` or `cannot_tell`.
    pub certainty: String,
    /// Name of the envelope that decides.
    pub envelope: Option<String>,
    /// Digest of that envelope.
    pub digest: Option<String>,
    /// The limit that decides.
    pub limit: Option<String>,
    /// Its value.
    pub value: Option<String>,
    /// By how much the change goes beyond it.
    pub margin: Option<String>,
    /// What was found, in words.
    pub message: String,
    /// Addresses, without their values.
    pub addresses: Vec<String>,
    /// Who accepted it, where somebody did.
    pub accepted_by: Option<String>,
}

/// What is to be there afterwards.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResultingState {
    /// Digest over everything material that the plan would change; absent where the plan was not read whole.
    pub digest: Option<String>,
    /// The state that the plan was made from, where it was given.
    pub from: Option<State>,
}

/// What a change costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CostImpact {
    /// Whether anybody worked it out.
    pub priced: bool,
    /// Why not.
    pub reason: Option<String>,
    /// How much more or less.
    pub amount: Option<String>,
    /// In which currency.
    pub currency: Option<String>,
    /// In which time.
    pub period: Option<String>,
    /// By which prices.
    pub estimator: Option<String>,
}

impl Default for CostImpact {
    fn default() -> Self {
        Self {
            priced: false,
            reason: Some("no price book was given".to_owned()),
            amount: None,
            currency: None,
            period: None,
            estimator: None,
        }
    }
}

/// Who acted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Actor {
    /// Class of the strongest evidence; `none` where nobody can be named, which is treated as an agent.
    pub class: String,
    /// Everybody that something points to.
    pub names: Vec<String>,
    /// What points to them.
    pub evidence: Vec<Evidence>,
    /// Who the caller says took part.
    pub authors: Vec<String>,
}

/// Something that points to who acted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// What it is worth.
    pub class: String,
    /// Whom it points to.
    pub agent: String,
    /// The sign.
    pub signal: String,
    /// Where it was found.
    pub found_in: String,
    /// What stands there.
    pub value: String,
}

/// Who had to agree, and who did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Authorization {
    /// What was asked of whom.
    pub required: Vec<Required>,
    /// The request that the approvals answer.
    pub request: Option<String>,
    /// Whether the emergency rule was asked for.
    pub break_glass: bool,
    /// Approvals that count.
    pub approvals: Vec<Approval>,
    /// Why others do not count, each in words.
    pub void: Vec<String>,
    /// `not_needed`, `granted`, `missing`, `rejected` or `lapsed`; `not_asked` where no approvals were looked at.
    pub standing: String,
}

/// What was asked of whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Required {
    /// Under whose rules.
    pub under: String,
    /// How many of which function.
    pub quorum: String,
}

/// An approval that counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// Digest of the signed statement.
    pub statement: String,
    /// Who.
    pub principal: String,
    /// As what.
    pub function: String,
    /// In whose place.
    pub on_behalf_of: Option<String>,
    /// What the signature proves.
    pub assurance: String,
    /// When.
    pub signed_at: String,
}

/// Vendor defaults that the plan relies on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Defaults {
    /// Why they were not judged, where they were not.
    pub not_judged: Option<String>,
    /// The defaults.
    pub relied_on: Vec<Default_>,
}

/// A vendor default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Default_ {
    /// Its id in the catalog.
    pub id: String,
    /// The object.
    pub address: String,
    /// The attribute.
    pub attribute: String,
    /// What the vendor does.
    pub vendor_default: String,
}

/// Where agents can act.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Surface {
    /// Digest over agents, what can be scaled, envelopes and catalog.
    pub fingerprint: String,
    /// That of the decision before; absent where there is none or it was not looked at.
    pub previous: Option<String>,
}

/// By what it was judged.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Governance {
    /// Digest of the lock.
    pub lock: Option<String>,
    /// Its serial.
    pub serial: Option<u64>,
    /// Whether it follows from a pinned trust root.
    pub pinned: bool,
    /// Digest of the catalog.
    pub catalog: String,
    /// Envelopes that govern something here.
    pub envelopes: Vec<Envelope>,
    /// What was not judged.
    pub not_judged: Vec<String>,
    /// Version of this program.
    pub version: String,
}

/// An envelope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Envelope {
    /// Its name.
    pub name: String,
    /// Digest of its record.
    pub digest: String,
    /// How many changes it governs.
    pub changes: u64,
}

/// Where a decision belongs in a trace.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trace {
    /// W3C trace context.
    pub traceparent: Option<String>,
    /// The name that the agent goes by.
    pub agent: Option<String>,
}
