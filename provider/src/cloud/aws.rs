//! The controls of AWS. A file each; how AWS is reached is in `connect` and `settings`, what its errors mean in `fault`.

mod autoscaling_group;
mod budget;
mod budget_action;
mod connect;
mod fault;
mod lambda_function;
mod lists;
mod policy;
mod prior;
pub(crate) mod quotas;
mod scalable_target;
mod setting;
pub(crate) mod settings;
mod signed;
pub(crate) mod standing;

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use remit_governance::{
    control::aws::{Body, Control, Kind},
    json::Json,
};

pub(crate) use connect::Connections;
pub(crate) use policy::of_envelope as policies_of;

use super::{Cloud, Fault, Key, Mark, Observed, Question};

/// The tag that says whose a control is. Its value is the envelope's name.
pub(crate) const MARK: &str = "remit:envelope";

/// The tag that says what was there before a cap of ours.
pub(crate) const PRIOR: &str = "remit:prior";

/// How `PRIOR` says that there was nothing.
pub(crate) const NOTHING: &str = "none";

impl Observed {
    /// Something at a place, without a region, of which nothing else is known yet.
    fn new(id: String, place: &connect::Place) -> Self {
        let (account, definition) = (place.account.clone(), Json::Null);
        Self { id, account, region: None, mark: Mark::None, definition, prior: None }
    }
}

/// The controls of one envelope, or of one default override, in AWS.
pub(crate) struct Aws<'a> {
    connections: &'a Connections,
    envelope: &'a str,
    /// What settings were when this run first looked, by name.
    before: Mutex<BTreeMap<String, String>>,
}

impl<'a> Aws<'a> {
    pub(crate) fn new(connections: &'a Connections, envelope: &'a str) -> Self {
        Self { connections, envelope, before: Mutex::default() }
    }

    /// What something was when this run first looked.
    fn before(&self, name: &str, now: impl FnOnce() -> String) -> String {
        let mut before = self.before.lock().unwrap_or_else(PoisonError::into_inner);
        before.entry(name.to_owned()).or_insert_with(now).clone()
    }

    /// Whose a control with these tags is.
    fn mark<'t>(&self, tags: impl IntoIterator<Item = (&'t str, &'t str)>) -> Mark {
        match tags.into_iter().find(|(key, _)| *key == MARK) {
            Some((_, envelope)) if envelope == self.envelope => Mark::Ours,
            Some((_, envelope)) => Mark::Other(envelope.to_owned()),
            None => Mark::None,
        }
    }
}

impl Cloud for Aws<'_> {
    async fn observe(&self, question: Question<'_>) -> Result<Option<Observed>, Fault> {
        match question.key.kind {
            Kind::Policy => policy::observe(self, question).await,
            Kind::Budget => budget::observe(self, question).await,
            Kind::BudgetAction => budget_action::observe(self, question).await,
            Kind::ScalableTarget => scalable_target::observe(self, question).await,
            Kind::AutoScalingGroup => autoscaling_group::observe(self, question).await,
            Kind::LambdaFunction => lambda_function::observe(self, question).await,
            Kind::AccountSetting => setting::observe(self, question).await,
        }
    }

    async fn create(&self, control: &Control) -> Result<(), Fault> {
        let made = self.make(control).await;
        self.connections.lists.forget().await;
        made
    }

    async fn update(&self, control: &Control, found: &Observed) -> Result<(), Fault> {
        let changed = self.change(control, found).await;
        self.connections.lists.forget().await;
        changed
    }

    async fn remove(&self, key: &Key, found: &Observed, set: Option<&Json>) -> Result<(), Fault> {
        let removed = self.unmake(key, found, set).await;
        self.connections.lists.forget().await;
        removed
    }
}

impl Aws<'_> {
    async fn make(&self, control: &Control) -> Result<(), Fault> {
        let key = Key::of(control);
        match &control.body {
            Body::Policy(body) => policy::create(self, &key, body).await,
            Body::Budget(body) => budget::create(self, &key, body).await,
            Body::Action(body) => budget_action::create(self, &key, body).await,
            Body::Cap(cap) if control.kind == Kind::ScalableTarget => {
                scalable_target::create(self, &key, cap).await
            }
            Body::Cap(_) | Body::Setting(_) => Err(fault::nothing_to_cap(&key)),
        }
    }

    async fn change(&self, control: &Control, found: &Observed) -> Result<(), Fault> {
        let key =
            Key { account: Some(found.account.clone()), region: found.region.clone(), ..Key::of(control) };
        match &control.body {
            Body::Policy(body) => policy::update(self, &key, body, found).await,
            Body::Budget(body) => budget::update(self, &key, body, found).await,
            Body::Action(body) => budget_action::update(self, &key, body, found).await,
            Body::Cap(cap) => match control.kind {
                Kind::ScalableTarget => scalable_target::update(self, &key, cap, found).await,
                Kind::AutoScalingGroup => autoscaling_group::update(self, &key, cap, found).await,
                _ => lambda_function::update(self, &key, cap, found).await,
            },
            Body::Setting(setting) => setting::update(self, &key, setting, found).await,
        }
    }

    async fn unmake(&self, key: &Key, found: &Observed, set: Option<&Json>) -> Result<(), Fault> {
        match key.kind {
            Kind::Policy => policy::remove(self, key, found).await,
            Kind::Budget => budget::remove(self, key).await,
            Kind::BudgetAction => budget_action::remove(self, key, found).await,
            Kind::ScalableTarget => scalable_target::remove(self, key, found, set).await,
            Kind::AutoScalingGroup => autoscaling_group::remove(self, key, found, set).await,
            Kind::LambdaFunction => lambda_function::remove(self, key, found, set).await,
            Kind::AccountSetting => setting::remove(self, key, found, set).await,
        }
    }
}
