//! `remit_default_override`: a decision about a value that a vendor would otherwise choose.

use remit_governance::{
    Invalid, Json, Step,
    control::aws::{Control, setting_control},
    default_override,
    invalid::{Kind as Fault, nearest},
    time::{Timestamp, is_past, today},
};
use tf_provider_sdk::{
    Attribute, Context, Deletion, Diagnostic, Diagnostics, Dynamic, Object, Outcome, Path, Schema, Type,
    Value,
};

use super::{
    declared::{APART, Declared, Kind},
    envelope::{
        controls,
        life::{self, Of},
        schema::controls as controls_attribute,
    },
    shared::{self, computed},
};
use crate::{
    configured::Configured,
    consent::ENVELOPE_HISTORY,
    declaration::{Attributes, Config},
    spelling,
};

/// The resource.
pub(crate) struct DefaultOverride;

impl Kind for DefaultOverride {
    const TYPE_SUFFIX: &'static str = "default_override";
    const IDENTITY: &'static str = "default";
    const ID: (&'static str, &'static str) = ("<id of a vendor default>", "aws-bedrock-agent-no-guardrail");

    fn schema() -> Schema {
        Schema::new()
            .attributes(arguments())
            .attribute(controls_attribute().description(
                "The setting of an account that `aws` names, as it is. One that was changed outside of Terraform shows up here in the \
                 next plan.",
            ))
            .attributes(computed("`remit_governance_lock` takes"))
            .description(
                "A vendor's default, decided by you: overridden or accepted, with a reason, an owner \
                 and a review date.\n\n\
                 With `aws` it sets the real setting of an account, shows when somebody changes it, and restores \
                 what was there before when it is destroyed.\n\n\
                 **What it does not stop.** Without `aws` it documents the decision. With it, whoever may change the \
                 setting in the account still can, until the next apply; a guard of an envelope denies that to agents only \
                 where it says so. When the review is overdue the setting stays as it is, and a warning says so. If a \
                 run is killed between the write and the state, what was there before is not known any more, and \
                 destroying leaves the setting as it is.",
            )
    }

    fn judge(arguments: &Json) -> Result<(), Vec<Invalid>> {
        read(arguments).map(drop)
    }

    fn declare(arguments: &Json) -> Result<Declared, Vec<Invalid>> {
        let decided = read(arguments)?;
        let controls: Vec<Control> = setting_control(&decided).into_iter().collect();
        let more = Object::new().with("controls", Value::List(controls::desired(&controls)));
        Ok(Declared { record: decided.record(), more })
    }

    fn unknown() -> Object {
        ["record", "digest", "controls"].into_iter().map(|name| (name, Value::unknown())).collect()
    }

    fn plan(planned: &mut Object, prior: Option<&Object>) {
        if planned.get("aws").is_null() {
            planned.set("controls", Value::List(Vec::new()));
        }
        let changed = prior.filter(|prior| prior.get("aws") != planned.get("aws"));
        let declared = changed.map(desired).unwrap_or_default();
        controls::keep(planned, prior, &declared);
    }

    async fn apply(cx: &Context<Configured>, prior: Option<Object>, made: Object) -> Outcome<Attributes> {
        life::apply(cx, &OVERRIDE, prior, made).await
    }

    async fn observe(cx: &Context<Configured>, state: Object) -> Result<Object, Diagnostics> {
        overdue(cx, &state);
        life::observe(cx, &OVERRIDE, state).await
    }

    async fn remove(cx: &Context<Configured>, state: Object) -> Deletion<Attributes> {
        life::remove(cx, &OVERRIDE, state).await
    }

    fn identity(id: &str) -> Value {
        Value::Dynamic(Box::new(Dynamic { ty: Type::String, value: Value::from(id) }))
    }
}

/// A default override in clouds.
const OVERRIDE: Of = Of {
    name: |attributes| {
        let name = declared(attributes).map(|decided| decided.name());
        format!("default override {}", name.unwrap_or_default())
    },
    desired,
};

fn declared(attributes: &Object) -> Option<default_override::DefaultOverride> {
    default_override::DefaultOverride::declare(Config::new(attributes, &APART).json()).ok()
}

fn desired(attributes: &Object) -> Vec<Control> {
    declared(attributes).as_ref().and_then(setting_control).into_iter().collect()
}

/// A decision whose term is over still holds what it set; somebody has to look at it again.
fn overdue(cx: &Context<Configured>, state: &Object) {
    let Some(decided) = declared(state) else { return };
    if is_past(decided.review.due, today(Timestamp::now())) {
        cx.warn(
            Diagnostic::warning("A default override is overdue")
                .detail(format!(
                    "The decision about `{}` was to be looked at again by {}. What it set stays as it is. {} answers for it: decide again \
                     and set the next `due`, or remove it.",
                    decided.name(),
                    decided.review.due,
                    decided.owner.email
                ))
                .at(Path::attribute("review")),
        );
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
        aws(),
    ]
}

fn aws() -> Attribute {
    Attribute::nested(
        "aws",
        [
            Attribute::string("setting").required().description(
                "`ebs_encryption_by_default` (`value` is `true` or `false`); `instance_metadata_defaults` (an object of `http_tokens`, \
                 `http_put_response_hop_limit`, `http_endpoint`, `instance_metadata_tags`: those named are set and watched); \
                 `bedrock_invocation_logging` (an object of `text`, `image`, `embedding` and `log_group` with `role`, or `bucket`, and \
                 `prefix`); `s3_public_access_block` (an object of `block_public_acls`, `ignore_public_acls`, `block_public_policy`, \
                 `restrict_public_buckets`); `quota_auto_management` (`off` or `notify`); `lambda_account_concurrency` (a number that is \
                 watched and never set: AWS sets that quota).",
            ),
            Attribute::string("account").description("Account whose setting it is. Left out: that of the credentials."),
            Attribute::string("region").description(
                "Region whose setting it is. Left out: that of the provider. Not for `s3_public_access_block`, which is of the whole \
                 account.",
            ),
        ],
    )
    .description(
        "The setting of an AWS account that is set to `value` and watched. What it was before is kept in the state and restored in the end, \
         unless somebody set it otherwise since.",
    )
}
