//! The controls of AWS. A file each; how AWS is reached is in `connect` and `settings`, what its errors mean in `fault`.

mod autoscaling_group;
mod budget;
mod connect;
mod fault;
mod lambda_function;
mod policy;
mod prior;
mod scalable_target;
pub(crate) mod settings;
pub(crate) mod standing;

use remit_governance::control::aws::{Body, Control, Kind};

pub(crate) use connect::Connections;
pub(crate) use policy::of_envelope as policies_of;

use super::{Cloud, Fault, Key, Mark, Observed, Question};

/// The tag that says whose a control is. Its value is the envelope's name.
pub(crate) const MARK: &str = "remit:envelope";

/// The tag that says what was there before a cap of ours.
pub(crate) const PRIOR: &str = "remit:prior";

/// How `PRIOR` says that there was nothing.
pub(crate) const NOTHING: &str = "none";

/// The controls of one envelope in AWS.
pub(crate) struct Aws<'a> {
    connections: &'a Connections,
    envelope: &'a str,
}

impl<'a> Aws<'a> {
    pub(crate) fn new(connections: &'a Connections, envelope: &'a str) -> Self {
        Self { connections, envelope }
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
            Kind::ScalableTarget => scalable_target::observe(self, question).await,
            Kind::AutoScalingGroup => autoscaling_group::observe(self, question).await,
            Kind::LambdaFunction => lambda_function::observe(self, question).await,
        }
    }

    async fn create(&self, control: &Control) -> Result<(), Fault> {
        let key = Key::of(control);
        match &control.body {
            Body::Policy(body) => policy::create(self, &key, body).await,
            Body::Budget(body) => budget::create(self, &key, body).await,
            Body::Cap(cap) if control.kind == Kind::ScalableTarget => {
                scalable_target::create(self, &key, cap).await
            }
            Body::Cap(_) => Err(fault::nothing_to_cap(&key)),
        }
    }

    async fn update(&self, control: &Control, found: &Observed) -> Result<(), Fault> {
        let key =
            Key { account: Some(found.account.clone()), region: found.region.clone(), ..Key::of(control) };
        match &control.body {
            Body::Policy(body) => policy::update(self, &key, body, found).await,
            Body::Budget(body) => budget::update(self, &key, body, found).await,
            Body::Cap(cap) => match control.kind {
                Kind::ScalableTarget => scalable_target::update(self, &key, cap, found).await,
                Kind::AutoScalingGroup => autoscaling_group::update(self, &key, cap, found).await,
                _ => lambda_function::update(self, &key, cap, found).await,
            },
        }
    }

    async fn remove(&self, key: &Key, found: &Observed) -> Result<(), Fault> {
        match key.kind {
            Kind::Policy => policy::remove(self, key, found).await,
            Kind::Budget => budget::remove(self, key).await,
            Kind::ScalableTarget => scalable_target::remove(self, key, found).await,
            Kind::AutoScalingGroup => autoscaling_group::remove(self, key, found).await,
            Kind::LambdaFunction => lambda_function::remove(self, key, found).await,
        }
    }
}
