//! `remit_envelope`: what agents may do, and who can let them do more. The schema is in `schema` and `limits`, a warning
//! about its use in `dropped`.

mod dropped;
mod limits;
mod schema;

use remit_governance::{Invalid, Json, control, envelope};
use tf_provider_sdk::{Object, Schema, Value};

use super::declared::{Declared, Kind};

/// The resource.
pub(crate) struct Envelope;

impl Kind for Envelope {
    const TYPE_SUFFIX: &'static str = "envelope";
    const IDENTITY: &'static str = "name";
    const ID: (&'static str, &'static str) = ("<name of the envelope>", "support-agents");

    fn schema() -> Schema {
        schema::schema()
    }

    fn judge(arguments: &Json) -> Result<(), Vec<Invalid>> {
        envelope::Envelope::declare(arguments).map(drop)
    }

    fn declare(arguments: &Json) -> Result<Declared, Vec<Invalid>> {
        let envelope = envelope::Envelope::declare(arguments)?;
        let more =
            Object::new().with("controls", Value::List(Vec::new())).with("coverage", coverage(&envelope));
        Ok(Declared { record: envelope.record(), more })
    }

    fn unknown() -> Object {
        let none = Value::List(Vec::new());
        Object::new()
            .with("record", Value::unknown())
            .with("digest", Value::unknown())
            .with("controls", none)
            .with("coverage", Value::unknown())
    }

    /// Null, as after an import, protects like the default.
    fn is_protected(state: &Object) -> bool {
        state.get("deletion_protection").as_bool() != Some(false)
    }
}

fn coverage(envelope: &envelope::Envelope) -> Vec<Value> {
    let covered = control::coverage(envelope).into_iter().map(|covered| {
        Object::new()
            .with("limit", covered.limit)
            .with("strength", covered.strength.as_str())
            .with("delay", covered.delay)
            .with("residual", covered.residual)
    });
    covered.map(Value::from).collect()
}
