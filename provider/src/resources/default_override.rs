//! `remit_default_override`: a decision about a value that a vendor would otherwise choose.

use remit_governance::{
    Invalid, Json, Step, default_override,
    invalid::{Kind as Fault, nearest},
};
use tf_provider_sdk::{Attribute, Dynamic, Object, Schema, Type, Value};

use super::{
    declared::{Declared, Kind},
    shared::{self, computed},
};
use crate::{consent::ENVELOPE_HISTORY, spelling};

/// The resource.
pub(crate) struct DefaultOverride;

impl Kind for DefaultOverride {
    const TYPE_SUFFIX: &'static str = "default_override";
    const IDENTITY: &'static str = "default";
    const ID: (&'static str, &'static str) = ("<id of a vendor default>", "aws-bedrock-agent-no-guardrail");

    fn schema() -> Schema {
        Schema::new()
            .attributes(arguments())
            .attributes(computed("`remit_governance_lock` takes"))
            .description(
                "A vendor's default, decided by you: overridden or accepted, with a reason, an owner \
                 and a review date.\n\n\
                 **What it does not stop.** It documents the decision. This version neither sets the \
                 value in a cloud, nor watches it there, nor judges plans by it.",
            )
    }

    fn judge(arguments: &Json) -> Result<(), Vec<Invalid>> {
        read(arguments).map(drop)
    }

    fn declare(arguments: &Json) -> Result<Declared, Vec<Invalid>> {
        Ok(Declared { record: read(arguments)?.record(), more: Object::new() })
    }

    fn identity(id: &str) -> Value {
        Value::Dynamic(Box::new(Dynamic { ty: Type::String, value: Value::from(id) }))
    }
}

fn read(arguments: &Json) -> Result<default_override::DefaultOverride, Vec<Invalid>> {
    let unlisted = arguments.as_object().and_then(|arguments| unlisted(arguments.get("default")?));
    match (default_override::DefaultOverride::declare(arguments), unlisted) {
        (Ok(decided), None) => Ok(decided),
        (Ok(_), Some(unlisted)) => Err(vec![unlisted]),
        (Err(faults), unlisted) => {
            let malformed = faults.iter().any(|fault| fault.place() == "default");
            Err(faults.into_iter().chain(unlisted.filter(|_| !malformed)).collect())
        }
    }
}

/// An id that the catalog does not have.
fn unlisted(default: &Json) -> Option<Invalid> {
    let id = default.as_str()?;
    if remit_catalog::has_default(id) {
        return None;
    }
    let help = match nearest(id, remit_catalog::default_ids()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "describe it in place: `default = { resource_type, attribute, description }`".to_owned(),
    };
    let path = vec![Step::Attribute("default".to_owned())];
    Some(
        Invalid::new(Fault::Value, path, format!("the catalog has no vendor default `{id}`")).with_help(help),
    )
}

fn arguments() -> [Attribute; 11] {
    [
        Attribute::dynamic("default").required().requires_replace().description(
            "Which vendor default. Either the id of one in the catalog, such as \
             `aws-bedrock-agent-no-guardrail`, or an object that describes another: `resource_type`, \
             `attribute` and `description` in words, and optionally `source`, where it is documented.",
        ),
        Attribute::string("envelope").description(
            "`record` of the envelope whose quorum decides about this. Left out: the trust root.",
        ),
        Attribute::string(ENVELOPE_HISTORY).description(
            "`history` of that envelope. With a pinned trust root it shows that the envelope is in force, so that \
             its quorum can decide; without it nobody can approve an override that names an envelope.",
        ),
        Attribute::string("decision").required().description(
            "`override`: another value must be set. `accept`: the vendor's may stand until the review.",
        ),
        Attribute::string("value").equivalent(spelling::json).description(
            "The value that must be set, as JSON text: `jsonencode(...)`. Given exactly when the \
             decision is `override`.",
        ),
        Attribute::string("reason").required().description("Why."),
        shared::owner().required().description("Who answers for the decision."),
        Attribute::set("regulations", Type::String)
            .description("Regulations that ask for it, such as `GDPR` or `SOC 2`."),
        Attribute::string("ticket").description("Where it was discussed."),
        shared::review()
            .required()
            .description("When people look at the decision again, which is also its end."),
        Attribute::dynamic("aws").description(
            "Setting and watching the real setting in AWS. Not available yet: setting it is an error.",
        ),
    ]
}
