//! What Remit makes in clouds, a folder per cloud: how one control is found, made, changed and removed. Which of these is done, and in
//! which order, is decided in `reconcile`.

pub(crate) mod aws;

use std::future::Future;

use remit_governance::{
    control::aws::{Control, Kind},
    json::Json,
};

/// Which control it is, in every run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) kind: Kind,
    pub(crate) name: String,
    /// `None` is the account of the credentials.
    pub(crate) account: Option<String>,
    /// `None` is the region of the provider.
    pub(crate) region: Option<String>,
}

/// What is asked about a control.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Question<'a> {
    pub(crate) key: &'a Key,
    /// The id that the state has for it. What it names is ours, so nobody's mark is read.
    pub(crate) known: Option<&'a str>,
    /// The definition that it is compared with: parts which that does not mention are left out of the answer.
    pub(crate) like: &'a Json,
    /// Whether what was read for another control of this run may do. Never while something is being changed.
    pub(crate) may_share: bool,
    /// What the state has as the value before ours.
    pub(crate) prior: Option<&'a str>,
}

/// Whose a control is, by its mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Mark {
    /// This envelope's.
    Ours,
    /// Nobody's that we know of.
    None,
    /// Another envelope's.
    Other(String),
}

/// A control as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Observed {
    pub(crate) id: String,
    pub(crate) account: String,
    /// `None` for what has no region.
    pub(crate) region: Option<String>,
    pub(crate) mark: Mark,
    pub(crate) definition: Json,
    /// For a cap: what was there before ours, as text. It is restored in the end.
    pub(crate) prior: Option<String>,
}

/// Something that went wrong in a cloud, in words for the practitioner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) kind: FaultKind,
    /// A short title.
    pub(crate) summary: String,
    /// Whole sentences: what was tried, what came back, what to do.
    pub(crate) detail: String,
}

/// What can be done about a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FaultKind {
    /// It exists already: perhaps ours, made by a request whose answer was lost.
    Duplicate,
    /// Somebody else is changing it: worth another try.
    Busy,
    /// The credentials may not do it.
    Denied,
    /// Nothing without a person.
    Other,
}

/// The controls of one cloud.
pub(crate) trait Cloud: Sync {
    /// Looks for a control. `None` only where it certainly does not exist.
    fn observe(&self, question: Question<'_>)
    -> impl Future<Output = Result<Option<Observed>, Fault>> + Send;

    /// Makes a control that was not found, marked as ours.
    fn create(&self, control: &Control) -> impl Future<Output = Result<(), Fault>> + Send;

    /// Changes what differs and nothing else, marking it first if it is not marked.
    fn update(&self, control: &Control, found: &Observed) -> impl Future<Output = Result<(), Fault>> + Send;

    /// Removes a control, or restores what was there before. `set` is what we had made of it, where that is known: what somebody made
    /// tighter since stays.
    fn remove(
        &self,
        key: &Key,
        found: &Observed,
        set: Option<&Json>,
    ) -> impl Future<Output = Result<(), Fault>> + Send;
}

impl Key {
    /// The key of a control.
    pub(crate) fn of(control: &Control) -> Self {
        Self {
            kind: control.kind,
            name: control.name.clone(),
            account: control.account.clone(),
            region: control.region.clone(),
        }
    }

    /// The control in a sentence.
    pub(crate) fn phrase(&self) -> String {
        let kind = match self.kind {
            Kind::Policy => "policy",
            Kind::Budget => "budget",
            Kind::BudgetAction => "budget action",
            Kind::ScalableTarget => "scalable target",
            Kind::AutoScalingGroup => "Auto Scaling group",
            Kind::LambdaFunction => "Lambda function",
            Kind::AccountSetting => "account setting",
        };
        format!("the {kind} `{}`", self.name)
    }
}

impl Fault {
    pub(crate) fn other(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { kind: FaultKind::Other, summary: summary.into(), detail: detail.into() }
    }
}
