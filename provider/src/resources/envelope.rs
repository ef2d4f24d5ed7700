//! `remit_envelope`: what agents may do, and who can let them do more. The schema is in `schema`, `limits` and `aws`, a warning about
//! its use in `dropped`; its life in clouds is in `life`, and how controls stand in the state in `controls`.

mod aws;
pub(super) mod controls;
mod dropped;
pub(super) mod life;
mod limits;
mod quotas;
pub(super) mod schema;

use remit_governance::{
    Approver, Invalid, Json,
    control::{self, Coverage, aws::Compiled},
    envelope,
};
use tf_provider_sdk::{Context, Deletion, Diagnostics, Object, Outcome, Schema, Value};

use super::declared::{APART, Declared, Kind};
use crate::{
    configured::Configured,
    declaration::{Attributes, Config},
};

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
        let quotas = if compiled.is_some() { Value::unknown() } else { Value::List(Vec::new()) };
        let more = Object::new().with("controls", Value::List(controls)).with("coverage", coverage);
        let more = more.with(quotas::NAME, quotas);
        Ok(Declared { record: envelope.record(), more })
    }

    fn unknown() -> Object {
        let computed = ["record", "digest", "controls", "coverage", quotas::NAME];
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
            planned.set(quotas::NAME, Value::List(Vec::new()));
        } else if let Some(before) =
            prior.map(|prior| prior.get(quotas::NAME)).filter(|before| !before.is_null())
        {
            // As last looked at: an apply changes nothing about it.
            planned.set(quotas::NAME, before.clone());
        }
        // A block that is as it was means what it meant.
        let changed = prior.filter(|prior| prior.get("aws") != planned.get("aws"));
        let declared = changed.map(life::desired).unwrap_or_default();
        controls::keep(planned, prior, &declared);
    }

    async fn apply(cx: &Context<Configured>, prior: Option<Object>, mut made: Object) -> Outcome<Attributes> {
        if made.get(quotas::NAME).is_unknown() {
            let seen = looked_at(cx, &made).await;
            made.set(quotas::NAME, seen);
        }
        life::apply(cx, &life::ENVELOPE, prior, made).await
    }

    async fn observe(cx: &Context<Configured>, state: Object) -> Result<Object, Diagnostics> {
        let mut state = life::observe(cx, &life::ENVELOPE, state).await?;
        if controls::any(&state) {
            let seen = looked_at(cx, &state).await;
            state.set(quotas::NAME, seen);
        }
        Ok(state)
    }

    async fn remove(cx: &Context<Configured>, state: Object) -> Deletion<Attributes> {
        life::remove(cx, &life::ENVELOPE, state).await
    }

    async fn import(cx: &Context<Configured>, id: &str) -> Result<Option<Object>, Diagnostics> {
        life::import(cx, id).await
    }
}

/// How quotas are managed where the envelope holds; nothing where it cannot be read, as after an import.
async fn looked_at(cx: &Context<Configured>, attributes: &Object) -> Value {
    let config = Config::new(attributes, &APART);
    let Ok(envelope) = envelope::Envelope::declare(config.json()) else { return Value::List(Vec::new()) };
    let compiled = compiled(&envelope, config.json()).ok().flatten();
    let controls = compiled.map(|compiled| compiled.controls).unwrap_or_default();
    quotas::look(cx, &envelope, &controls).await
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
