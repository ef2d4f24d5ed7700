//! What an envelope's `aws` block comes to: the controls, wholly written out, and what they cover. Pure, so that a plan can
//! show all of it before anything is called. What exists in AWS is observed elsewhere and compared by [`Control::definition`].

mod action;
mod budget;
mod coverage;
mod data;
pub mod drift;
mod pack;
mod policy;
mod principals;
mod region_guard;
mod scale_guard;
mod statement;
mod tamper_guard;

#[cfg(test)]
mod tests;

use crate::{
    approver::Approver,
    aws::{Aws, Cap, Capped, Setting},
    control::{Coverage, Strength},
    default_override::DefaultOverride,
    dimension::words,
    envelope::Envelope,
    invalid::{Invalid, Kind as Fault, Step},
    json::{Json, Members},
};
pub use action::{Action, budget_of};
pub use budget::{Alert, Budget, Filter, Spend};
pub use policy::Policy;
pub use region_guard::document as region_guard_document;

words! {
    /// A kind of control.
    Kind is "a kind of control" {
        /// A service control policy with its attachments.
        Policy = "service_control_policy",
        /// A budget with its alerts.
        Budget = "budget",
        /// What happens at a threshold of a budget.
        BudgetAction = "budget_action",
        /// Bounds of what Application Auto Scaling scales.
        ScalableTarget = "scalable_target",
        /// The size of an Auto Scaling group.
        AutoScalingGroup = "autoscaling_group",
        /// The reserved concurrency of a function.
        LambdaFunction = "lambda_function",
        /// A setting of a whole account.
        AccountSetting = "account_setting",
    }
}

impl Kind {
    /// Whether it is a property of something that is there anyway: what it was before is kept, and restored in the end.
    pub const fn is_property(self) -> bool {
        matches!(
            self,
            Self::ScalableTarget | Self::AutoScalingGroup | Self::LambdaFunction | Self::AccountSetting
        )
    }
}

/// A control as it has to be.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Control {
    /// What it is.
    pub kind: Kind,
    /// Its name; together with kind, account and region it says which one it is, in every run.
    pub name: String,
    /// The account it is in; `None` is that of the credentials.
    pub account: Option<String>,
    /// Its region; `None` is that of the provider, and for what has no region.
    pub region: Option<String>,
    /// What it says.
    pub body: Body,
    /// Vendor limits used and left, in words.
    pub usage: Option<String>,
}

/// What a control says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// A policy.
    Policy(Policy),
    /// A budget.
    Budget(Budget),
    /// The action of a budget.
    Action(Action),
    /// A maximum.
    Cap(Cap),
    /// A setting of an account.
    Setting(AccountSetting),
}

/// A setting of an account with the value that it has to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountSetting {
    /// Which one.
    pub setting: Setting,
    /// The value, of the form that the setting has.
    pub value: Json,
}

impl Control {
    /// The control as JSON that means the same however AWS spells it: what plans show, and what drift is found by.
    pub fn definition(&self) -> Json {
        match &self.body {
            Body::Policy(policy) => policy.definition(),
            Body::Budget(budget) => budget.definition(),
            Body::Action(action) => action.definition(),
            Body::Cap(cap) => cap_definition(&cap.capped, cap.min, Some(cap.max)),
            Body::Setting(setting) => setting.value.clone(),
        }
    }
}

/// What a cap says, or what was found in its place: `None` is no bound at all.
pub fn cap_definition(capped: &Capped, min: Option<u32>, max: Option<u32>) -> Json {
    let name = if matches!(capped, Capped::LambdaFunction(_)) { "reserved_concurrency" } else { "max" };
    Members::new().put_some("min", min).put(name, max.map_or(Json::Null, Json::from)).into()
}

/// What becomes of an envelope in AWS.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Compiled {
    /// The controls in the order in which they are made; they are removed in reverse.
    pub controls: Vec<Control>,
    /// Every limit of the envelope with the strongest that holds it.
    pub coverage: Vec<Coverage>,
}

/// Writes out the controls of an envelope. The approvers are those that it names. `None` where it has no `aws` block.
pub fn compile(envelope: &Envelope, approvers: &[Approver]) -> Option<Result<Compiled, Vec<Invalid>>> {
    let aws = envelope.aws.as_ref()?;
    let mut faults = Faults::default();
    let mut controls = pack::policies(envelope, aws, approvers, &mut faults);
    controls.extend(action::stop(envelope, aws, &mut faults));
    let budget = budget::control(envelope, aws, approvers, &mut faults);
    let action = budget.as_ref().and_then(|budget| action::control(envelope, aws, budget, &mut faults));
    controls.extend(budget.into_iter().chain(action));
    controls.extend(aws.caps.iter().map(|cap| cap_control(aws, cap)));
    let coverage = coverage::of(envelope, aws);
    weak(aws, &coverage, &mut faults);
    Some(if faults.0.is_empty() { Ok(Compiled { controls, coverage }) } else { Err(faults.0) })
}

fn cap_control(aws: &Aws, cap: &Cap) -> Control {
    let (kind, name) = match &cap.capped {
        Capped::ScalableTarget { namespace, resource_id, dimension } => {
            (Kind::ScalableTarget, format!("{namespace}/{resource_id}/{dimension}"))
        }
        Capped::AutoScalingGroup(name) => (Kind::AutoScalingGroup, name.clone()),
        Capped::LambdaFunction(name) => (Kind::LambdaFunction, name.clone()),
    };
    Control {
        kind,
        name,
        account: cap.account.clone().or_else(|| aws.account.clone()),
        region: cap.region.clone(),
        body: Body::Cap(cap.clone()),
        usage: None,
    }
}

/// The control that a default override becomes, if it sets something.
pub fn setting_control(decided: &DefaultOverride) -> Option<Control> {
    let sets = decided.aws.as_ref()?;
    let value = sets.definition(decided.value.as_ref()?).ok()?;
    Some(Control {
        kind: Kind::AccountSetting,
        name: sets.setting.as_str().to_owned(),
        account: sets.account.clone(),
        region: sets.region.clone(),
        body: Body::Setting(AccountSetting { setting: sets.setting, value }),
        usage: None,
    })
}

/// What a cap with this name is on: the inverse of how caps are named.
pub fn capped(kind: Kind, name: &str) -> Option<Capped> {
    match kind {
        Kind::AutoScalingGroup => Some(Capped::AutoScalingGroup(name.to_owned())),
        Kind::LambdaFunction => Some(Capped::LambdaFunction(name.to_owned())),
        Kind::ScalableTarget => {
            let (namespace, rest) = name.split_once('/')?;
            let (resource_id, dimension) = rest.rsplit_once('/')?;
            Some(Capped::ScalableTarget {
                namespace: namespace.to_owned(),
                resource_id: resource_id.to_owned(),
                dimension: dimension.to_owned(),
            })
        }
        Kind::Policy | Kind::Budget | Kind::BudgetAction | Kind::AccountSetting => None,
    }
}

fn weak(aws: &Aws, coverage: &[Coverage], faults: &mut Faults) {
    for (dimension, wanted) in &aws.minimum_strength {
        let held: Vec<&Coverage> = coverage.iter().filter(|held| held.dimension == *dimension).collect();
        let weakest = held.iter().max_by_key(|held| held.strength);
        let message = match weakest {
            None => format!("`{dimension}` has no limit that anything could hold"),
            // The stronger comes first.
            Some(held) if held.strength > *wanted => {
                format!(
                    "`{}` is held by `{}` at most, and `{wanted}` is asked for",
                    held.limit, held.strength
                )
            }
            Some(_) => continue,
        };
        let advice = match wanted {
            Strength::BlocksAtRuntime | Strength::DeniesOnWrite => {
                "add a guard or caps that hold it, or ask for less; `coverage` says what holds each limit"
            }
            _ => "add a control that holds it, or ask for less; `coverage` says what holds each limit",
        };
        faults.push(&["minimum_strength", dimension.as_str()], message, advice);
    }
}

/// Faults found while compiling, all below `aws`.
#[derive(Debug, Default)]
struct Faults(Vec<Invalid>);

impl Faults {
    fn push(&mut self, path: &[&str], message: impl Into<String>, help: &str) {
        let path = std::iter::once("aws").chain(path.iter().copied());
        let path = path.map(|name| Step::Attribute(name.to_owned())).collect();
        self.0.push(Invalid::new(Fault::Relation, path, message).with_help(help));
    }
}
