//! `remit_envelope`: what agents may do, and who can let them do more. The schema is in `schema`, `limits` and `aws`, a warning about
//! its use in `dropped`; its life in clouds is in `life`, and how controls stand in the state in `controls`.

mod aws;
mod controls;
mod dropped;
mod life;
mod limits;
mod schema;

use remit_governance::{
    Approver, Invalid, Json,
    control::{self, Coverage, aws::Compiled},
    envelope,
};
use tf_provider_sdk::{Context, Deletion, Diagnostics, Object, Outcome, Schema, Value};

use super::declared::{Declared, Kind};
use crate::{configured::Configured, declaration::Attributes};

/// The resource.
pub(crate) struct Envelope;

impl Kind for Envelope {
    const TYPE_SUFFIX: &'static str = "envelope";
    const IDENTITY: &'static str = "name";
    const ID: (&'static str, &'static str) =
        ("aws:<account>/<name of the envelope>", "aws:123456789012/support-agents");

    fn schema() -> Schema {
        schema::schema()
    }

    fn judge(arguments: &Json) -> Result<(), Vec<Invalid>> {
        let envelope = envelope::Envelope::declare(arguments)?;
        compiled(&envelope, arguments).map(drop)
    }

    fn declare(arguments: &Json) -> Result<Declared, Vec<Invalid>> {
        let envelope = envelope::Envelope::declare(arguments)?;
        let compiled = compiled(&envelope, arguments)?;
        let (controls, coverage) = match &compiled {
            Some(compiled) => (controls::desired(&compiled.controls), covered(&compiled.coverage)),
            None => (Vec::new(), covered(&control::coverage(&envelope))),
        };
        let more = Object::new().with("controls", Value::List(controls)).with("coverage", coverage);
        Ok(Declared { record: envelope.record(), more })
    }

    fn unknown() -> Object {
        let computed = ["record", "digest", "controls", "coverage"];
        computed.into_iter().map(|name| (name, Value::unknown())).collect()
    }

    /// Null, as after an import, protects like the default. What never came into force guards nothing: a create that failed halfway
    /// has no record, and Terraform makes it anew by destroying what there is of it.
    fn is_protected(state: &Object) -> bool {
        let came_into_force = !state.get("record").is_null() || !controls::any_unmade(state);
        state.get("deletion_protection").as_bool() != Some(false) && came_into_force
    }

    fn plan(planned: &mut Object, prior: Option<&Object>) {
        // Without a block nothing is made, whatever else is unknown.
        if planned.get("aws").is_null() {
            planned.set("controls", Value::List(Vec::new()));
        }
        controls::keep(planned, prior);
    }

    async fn apply(cx: &Context<Configured>, prior: Option<Object>, made: Object) -> Outcome<Attributes> {
        life::apply(cx, prior, made).await
    }

    async fn observe(cx: &Context<Configured>, state: Object) -> Result<Object, Diagnostics> {
        life::observe(cx, state).await
    }

    async fn remove(cx: &Context<Configured>, state: Object) -> Deletion<Attributes> {
        life::remove(cx, state).await
    }

    async fn import(cx: &Context<Configured>, id: &str) -> Result<Option<Object>, Diagnostics> {
        life::import(cx, id).await
    }
}

/// What becomes of the envelope in AWS; the approvers' records stand in the arguments.
fn compiled(envelope: &envelope::Envelope, arguments: &Json) -> Result<Option<Compiled>, Vec<Invalid>> {
    if envelope.aws.is_none() {
        return Ok(None);
    }
    let consent = arguments.as_object().and_then(|arguments| arguments.get("consent")?.as_object());
    let records = match consent.and_then(|consent| consent.get("approvers")) {
        Some(Json::Array(records)) => records.as_slice(),
        _ => &[],
    };
    let approvers: Vec<Approver> =
        records.iter().filter_map(|record| Approver::from_record(record.as_str()?).ok()).collect();
    control::aws::compile(envelope, &approvers).transpose()
}

fn covered(coverage: &[Coverage]) -> Vec<Value> {
    let covered = coverage.iter().map(|covered| {
        Object::new()
            .with("limit", covered.limit.as_str())
            .with("strength", covered.strength.as_str())
            .with("delay", covered.delay.as_ref())
            .with("residual", covered.residual.as_ref())
    });
    covered.map(Value::from).collect()
}
