//! `remit_governance_lock`: the file that plancheck trusts.

use remit_governance::{Invalid, Lock, Step, history::History, invalid::Kind};
use tf_provider_sdk::{
    Attribute, Context, DataReadRequest, DataSource, Diagnostics, Number, Object, Schema, Type, Validator,
    Value,
};

use crate::{
    configured::Configured,
    declaration::{Attributes, Config},
};

/// The data source.
pub(crate) struct GovernanceLock;

impl DataSource for GovernanceLock {
    type Model = Attributes;
    type Client = Configured;

    fn type_suffix(&self) -> &'static str {
        "governance_lock"
    }

    fn schema(&self) -> Schema {
        Schema::new()
            .attributes([
                Attribute::set("records", Type::String).required().description(
                    "`record`s of the declarations: envelopes, default overrides, and every approver \
                     and envelope that one of them refers to. Order and repetition do not matter.",
                ),
                Attribute::number("serial").default(0).validate(Validator::range(0..)).description(
                    "Counts the versions of the lock, so that an old one can be told apart. Raise it \
                     when governance changes.",
                ),
                Attribute::set("histories", Type::String).description(
                    "`history` of the declarations, where they have one: with them the lock proves to \
                     whoever pins the trust root that every record in it came into force properly.",
                ),
                Attribute::string("json")
                    .computed()
                    .description("The lock: give it to `plancheck check --governance`."),
                Attribute::string("digest")
                    .computed()
                    .description("`sha256:` digest of the lock, for pinning it."),
            ])
            .description(
                "The governance lock: all declarations in one file, which plancheck checks plans \
                 against. It is read at apply where a record is known only then.\n\n\
                 **What it does not stop.** Without `histories` a lock shows that nobody edited it by \
                 hand afterward; it does not prove who approved what is in it. Keep it where the agents \
                 whose plans are checked cannot write.",
            )
    }

    async fn read(
        &self,
        _: &Context<Configured>,
        request: DataReadRequest<Attributes>,
    ) -> Result<Attributes, Diagnostics> {
        let mut attributes = request.config.0;
        let config = Config::new(&attributes, &["json", "digest"]);
        let records: Vec<&str> =
            attributes.get("records").elements().into_iter().flatten().filter_map(Value::as_str).collect();
        let serial = attributes.get("serial").as_number().and_then(Number::as_u64).unwrap_or_default();
        let lock = Lock::build(&records, serial)
            .map_err(|faults| config.diagnose(&self.schema(), in_argument("records", faults)))?;
        let lock = histories(&attributes)
            .and_then(|histories| lock.with_histories(&histories))
            .map_err(|faults| config.diagnose(&self.schema(), in_argument("histories", faults)))?;
        let (json, digest) = (lock.to_json(), lock.digest().to_string());
        attributes.set("json", json);
        attributes.set("digest", digest);
        Ok(Attributes(attributes))
    }
}

/// The histories that were given; those of what is only declared are null.
fn histories(attributes: &Object) -> Result<Vec<History>, Vec<Invalid>> {
    let texts = attributes.get("histories").elements().into_iter().flatten().filter_map(Value::as_str);
    let read = |(index, text): (usize, &str)| {
        let fault = |why| vec![Invalid::new(Kind::Value, vec![Step::Index(index)], why)];
        History::parse(text).map_err(fault)
    };
    texts.enumerate().map(read).collect()
}

/// Faults name a record or a history by its place; Terraform wants to know the attribute too.
fn in_argument(name: &str, mut faults: Vec<Invalid>) -> Vec<Invalid> {
    for fault in &mut faults {
        fault.path.insert(0, Step::Attribute(name.to_owned()));
    }
    faults
}
