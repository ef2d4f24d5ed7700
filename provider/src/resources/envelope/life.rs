//! The life of an envelope in clouds, and of whatever else becomes controls there. Each function only calls: what is compared and in which order is `reconcile`'s, how AWS is spoken to
//! is `cloud::aws`'s.

use std::{collections::BTreeSet, time::Duration};

use remit_governance::{
    control::aws::{Control, Kind},
    envelope::Envelope,
    json::Json,
};
use tf_provider_sdk::{Context, Deletion, Diagnostic, Diagnostics, Object, Outcome, Path, Severity, Value};

use super::{compiled, controls};
use crate::{
    cloud::{
        Cloud, Fault, FaultKind, Key, Mark, Question,
        aws::{
            Aws, policies_of,
            standing::{self, Around},
        },
    },
    configured::{Configured, Unreadable},
    declaration::{Attributes, Config},
    reconcile::{self, Known, Patience, Reached},
    resources::declared::APART,
};

/// Whose life it is.
pub(in crate::resources) struct Of {
    /// The name that its marks carry.
    pub(in crate::resources) name: fn(&Object) -> String,
    /// The controls that the arguments come to. Empty where they cannot be read, as after an import.
    pub(in crate::resources) desired: fn(&Object) -> Vec<Control>,
}

/// An envelope.
pub(super) const ENVELOPE: Of =
    Of { name: |attributes| attributes.get("name").as_str().unwrap_or_default().to_owned(), desired };

/// Makes and changes controls until they are as declared, and removes those that are not declared any more.
pub(in crate::resources) async fn apply(
    cx: &Context<Configured>,
    of: &Of,
    prior: Option<Object>,
    mut made: Object,
) -> Outcome<Attributes> {
    let declared = prior.as_ref().map(of.desired).unwrap_or_default();
    let known = prior.as_ref().map(|prior| controls::known(prior, &declared)).unwrap_or_default();
    // Once more: what was not known when this was planned is now.
    controls::keep(&mut made, prior.as_ref(), &declared);
    let mut desired = (of.desired)(&made);
    controls::place(&mut desired, &made);
    if known.is_empty() && desired.is_empty() {
        made.set("controls", Value::List(Vec::new()));
        return Outcome::Done(Attributes(made));
    }
    let name = (of.name)(&made);
    let aws = Aws::new(&cx.client().aws, &name);
    if let Err(fault) = reach(cx, &mut desired).await {
        return Outcome::Failed(diagnostic(&fault).into());
    }
    let reached = Box::pin(reconcile::converge(&aws, &Waiting(cx), &desired, &known)).await;
    let fault = reached
        .fault
        .map(|fault| unfinished(&fault, &reached.controls))
        .or_else(|| moved(&made, &reached.controls));
    let mut written = controls::written(&reached.controls, &made);
    if fault.is_none() {
        standing::forget(&aws).await;
        stand(&aws, &mut written, &reached.controls, &made, prior.as_ref()).await;
    }
    made.set("controls", written);
    let Some(fault) = fault else { return Outcome::Done(Attributes(made)) };
    if prior.is_none() {
        if !reached.controls.iter().any(|control| control.id.is_some()) && !reached.touched {
            return Outcome::Failed(fault.into());
        }
        // It has not come into force, which is how the next run knows.
        made.set("record", Value::Null);
        made.set("digest", Value::Null);
        made.set("history", Value::Null);
        made.set("approved", false);
    }
    Outcome::Partial(Attributes(made), fault.into())
}

/// Fills in how controls stand that were just made or changed.
async fn stand(
    aws: &Aws<'_>,
    written: &mut Value,
    controls: &[Known],
    planned: &Object,
    prior: Option<&Object>,
) {
    let accounts = accounts(planned);
    let own = controls.iter().map(|known| known.key.name.as_str()).collect();
    let Value::List(list) = written else { return };
    for (value, known) in list.iter_mut().zip(controls) {
        if !controls::standing_is_open(known, planned) {
            continue;
        }
        let before = prior.map_or(Json::Null, |prior| controls::standing_of(known, prior));
        let around = Around {
            key: &known.key,
            definition: &known.definition,
            accounts: &accounts,
            before: &before,
            own: &own,
        };
        let stands = standing::of(aws, around).await;
        if let (Some(stands), Value::Object(object)) = (stands, value) {
            object.set("standing", stands.to_text());
        }
    }
}

/// Reaches every control's account before anything is made anywhere, and names the accounts and regions that were left open.
async fn reach(cx: &Context<Configured>, desired: &mut [Control]) -> Result<(), Fault> {
    for control in desired {
        let place = cx.client().aws.place(&Key::of(control)).await?;
        if control.kind.is_property() && control.region.is_none() {
            control.region = Some(place.region());
        }
        control.account = Some(place.account);
    }
    Ok(())
}

/// Reads every control back. One that is gone is said to be; not being able to tell is an error.
pub(in crate::resources) async fn observe(
    cx: &Context<Configured>,
    of: &Of,
    mut state: Object,
) -> Result<Object, Diagnostics> {
    let known = controls::known(&state, &(of.desired)(&state));
    if known.is_empty() {
        return Ok(state);
    }
    let name = (of.name)(&state);
    let aws = Aws::new(&cx.client().aws, &name);
    let accounts = accounts(&state);
    let own = known.iter().map(|known| known.key.name.as_str()).collect();
    let mut shown = Vec::new();
    let mut faults = Diagnostics::new();
    for (known, before) in known.iter().zip(state.get("controls").elements().into_iter().flatten()) {
        let like = known.set.as_ref().unwrap_or(&known.definition);
        let question = Question { like, may_share: true, ..known.question() };
        let (usage, stood) = (
            before.as_object().map_or(Value::Null, |before| before.get("usage").clone()),
            controls::standing(before.as_object()),
        );
        // What has no id is looked for by its name, and counts only where it carries our mark.
        match aws.observe(question).await {
            Ok(found) => {
                let is_there = found.is_some();
                let now = now(known, found).with("usage", usage);
                let around = Around {
                    key: &known.key,
                    definition: like,
                    accounts: &accounts,
                    before: &stood,
                    own: &own,
                };
                let stands = if is_there { standing::of(&aws, around).await } else { None };
                let stands = stands.map_or(Value::Null, |stands| stands.to_text().into());
                shown.push(Value::from(now.with("standing", stands)));
            }
            Err(fault) if fault.kind == FaultKind::Denied && cx.client().unreadable == Unreadable::Record => {
                cx.warn(Diagnostic { severity: Severity::Warning, ..diagnostic(&fault) });
                let kept = before.as_object().cloned().unwrap_or_default();
                shown.push(Value::from(kept.with("status", controls::UNVERIFIABLE)));
            }
            Err(fault) => faults.push(diagnostic(&fault)),
        }
    }
    state.set("controls", Value::List(shown));
    faults.or_value(state)
}

fn now(known: &Known, found: Option<crate::cloud::Observed>) -> Object {
    let Some(found) = found.filter(|found| found.mark == Mark::Ours) else {
        let status = if known.id.is_some() { controls::MISSING } else { controls::PENDING };
        let gone = Known { id: None, definition: Json::Null, ..known.clone() };
        return controls::shown(&gone, status);
    };
    let is_same = known.set.as_ref().is_none_or(|wanted| *wanted == found.definition);
    let status = if is_same { controls::IN_FORCE } else { controls::CHANGED };
    let found = Known {
        key: Key { account: Some(found.account), region: found.region, ..known.key.clone() },
        id: Some(found.id),
        definition: found.definition,
        prior: found.prior,
        set: None,
    };
    controls::shown(&found, status)
}

/// Removes the controls in reverse order.
pub(in crate::resources) async fn remove(
    cx: &Context<Configured>,
    of: &Of,
    mut state: Object,
) -> Deletion<Attributes> {
    let known = controls::known(&state, &(of.desired)(&state));
    let count = known.len();
    let name = (of.name)(&state);
    let aws = Aws::new(&cx.client().aws, &name);
    let Reached { controls, fault, .. } = reconcile::remove(&aws, &Waiting(cx), known).await;
    let Some(fault) = fault else { return Deletion::Done };
    let fault = diagnostic(&fault);
    if controls.len() == count {
        return Deletion::Failed(fault.into());
    }
    let left = controls::written(&controls, &state);
    state.set("controls", left);
    Deletion::Partial(Attributes(state), fault.into())
}

/// Finds the controls of an envelope by their names: `aws:<account>/<envelope>`. Nothing says that anybody approved them. Caps have no names of
/// ours: they are found when the declaration names what they are on.
pub(super) async fn import(cx: &Context<Configured>, id: &str) -> Result<Option<Object>, Diagnostics> {
    let Some((account, name)) = id.strip_prefix("aws:").and_then(|rest| rest.split_once('/')) else {
        return Ok(None);
    };
    if !crate::cloud::aws::settings::is_account(account) || name.is_empty() {
        return Ok(None);
    }
    let connections = &cx.client().aws;
    let aws = Aws::new(connections, name);
    let policies = match policies_of(&aws, account).await {
        Ok(policies) => policies,
        Err(fault) => {
            cx.warn(
                Diagnostic::warning("Policies were not looked for")
                    .detail(format!("{}\n\nWhat guards there are is not imported.", fault.detail)),
            );
            Vec::new()
        }
    };
    let keys = policies.into_iter().map(|name| (Kind::Policy, name)).chain([
        (Kind::Budget, format!("remit-{name}-budget")),
        (Kind::BudgetAction, format!("remit-{name}-budget-action")),
    ]);
    let mut found = Vec::new();
    for (kind, control) in keys {
        let key = Key { kind, name: control, account: Some(account.to_owned()), region: None };
        let question = Question { key: &key, known: None, like: &Json::Null, may_share: false, prior: None };
        if let Some(observed) = aws.observe(question).await.map_err(|fault| diagnostic(&fault))? {
            if let Mark::Other(envelope) = &observed.mark {
                return Err(Diagnostic::error("It belongs to another envelope")
                    .detail(format!("{} is marked as a control of the envelope `{envelope}`.", key.phrase()))
                    .into());
            }
            let known =
                Known { key, id: Some(observed.id), definition: observed.definition, prior: None, set: None };
            found.push(Value::from(controls::shown(&known, controls::IN_FORCE)));
        }
    }
    if found.is_empty() {
        return Err(Diagnostic::error("Nothing to import")
            .detail(format!(
                "In the account {account} there is neither a budget nor a policy of an envelope `{name}`. Check the account and the \
                 name; an envelope without controls is imported by its name alone."
            ))
            .into());
    }
    Ok(Some(Object::new().with("name", name).with("controls", Value::List(found))))
}

/// The accounts of AWS that the declaration names.
fn accounts(attributes: &Object) -> BTreeSet<String> {
    let scope = attributes.get("scope").as_object();
    let named = scope.and_then(|scope| scope.get("accounts").elements()).into_iter().flatten();
    named.filter_map(|account| account.as_str()?.strip_prefix("aws:")).map(str::to_owned).collect()
}

/// The controls that the arguments come to. Empty where they cannot be read, as after an import.
pub(super) fn desired(attributes: &Object) -> Vec<Control> {
    if attributes.get("aws").is_null() {
        return Vec::new();
    }
    let config = Config::new(attributes, &APART);
    let envelope = Envelope::declare(config.json()).ok();
    let compiled = envelope.and_then(|envelope| compiled(&envelope, config.json()).ok().flatten());
    compiled.map(|compiled| compiled.controls).unwrap_or_default()
}

/// A plan that was made for another state of the cloud: what was done is kept, and the next plan shows the rest.
fn moved(planned: &Object, reached: &[Known]) -> Option<Diagnostic> {
    let planned = controls::known(planned, &[]);
    let keys = |controls: &[Known]| controls.iter().map(|known| known.key.clone()).collect::<Vec<_>>();
    let pairs = reconcile::paired(&keys(reached), &keys(&planned), |_, _| true);
    let (other, _) = reached.iter().zip(pairs).find(|(now, pair)| {
        let before = pair.and_then(|at| planned.get(at));
        before.is_some_and(|before| before.id.is_some() && before.id != now.id)
    })?;
    Some(
        Diagnostic::error("A control changed since the plan")
            .detail(format!(
                "{} was there when this was planned, and had to be made anew. All controls are in force; plan again to see them.",
                other.key.phrase()
            ))
            .at(Path::attribute("aws")),
    )
}

fn unfinished(fault: &Fault, controls: &[Known]) -> Diagnostic {
    let names = |made: bool| {
        let names = controls
            .iter()
            .filter(|control| control.id.is_some() == made)
            .map(|control| control.key.phrase());
        names.collect::<Vec<_>>().join(", ")
    };
    let (made, unmade) = (names(true), names(false));
    let mut said = diagnostic(fault);
    if !made.is_empty() {
        said.detail.extend(["\n\nIn force: ", &made, "."]);
    }
    if !unmade.is_empty() {
        said.detail.extend(["\n\nNot in force: ", &unmade, ". Apply again to go on."]);
    }
    said
}

fn diagnostic(fault: &Fault) -> Diagnostic {
    Diagnostic::error(fault.summary.clone()).detail(fault.detail.clone()).at(Path::attribute("aws"))
}

/// Waits as long as the practitioner and the deadline let it.
struct Waiting<'a>(&'a Context<Configured>);

impl Patience for Waiting<'_> {
    fn is_over(&self) -> bool {
        self.0.is_cancelled()
    }

    async fn wait(&self, time: Duration) {
        tokio::select! {
            () = tokio::time::sleep(time) => {}
            () = self.0.cancelled() => {}
        }
    }
}
