//! Schema and parser agree about every attribute, and what is unknown is never held against anybody.

use remit_governance::{Json, Unit, invalid::Kind as Fault, invalid::place};
use serde_json::{Value as Example, json};
use tf_provider_sdk::{
    Context, Diagnostics, Dynamic, ImportRequest, Name, Object, Path, PlanRequest, Resource, Type,
    ValidateRequest, Value,
};

use super::{
    approver::Approver,
    declared::{COMPUTED, Declares, Kind},
    default_override::DefaultOverride,
    envelope::Envelope,
};
use crate::{configured::Configured, declaration::Attributes};

const KEY: &str = "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIOwDa2R69x8unH2XjRrTFC6z/o0i5CJZILqep3fmHBTnAAAABHNzaDo= dana";

fn approver() -> Example {
    json!({
        "name": "Dana Reyes", "email": "dana.reyes@example.com", "function": "finance", "keys": [KEY],
        "assurance": "touch_pin", "identities": { "github": "dreyes" },
        "may_approve": { "cost": { "currency": "USD", "period": "monthly", "growth_up_to": 20000 } },
        "valid_until": "2027-06-30",
    })
}

fn record<K: Kind>(example: &Example) -> String {
    K::declare(&Json::parse(&example.to_string()).unwrap()).map(|declared| declared.record).unwrap()
}

fn envelope() -> Example {
    let grounds =
        json!({ "owner": "lee.park@example.com", "reason": "model only there", "expires": "2027-03-31" });
    let mut exception = grounds.clone();
    exception["service"] = json!("bedrock");
    exception["regions"] = json!(["eu-north-1"]);
    json!({
        "name": "support-agents", "purpose": "Routing",
        "owner": { "name": "Mina Okafor", "email": "mina.okafor@example.com", "cost_center": "4410" },
        "scope": { "accounts": ["aws:123456789012"], "workspaces": ["prod"], "addresses": ["module.agents.*"],
                   "resource_types": ["aws_*"], "tags": { "workload": "support-agents" } },
        "agents": { "principals": ["aws:arn:aws:iam::123456789012:role/agents/*"], "actors": ["copilot-swe-agent[bot]"] },
        "limits": {
            "cost": { "currency": "USD", "period": "monthly", "ceiling": 12000, "authorize_above": 8000, "notify_at": [50, 80] },
            "regions": { "allow": ["eu-west-1"], "authorize": ["eu-west-2"], "inference_geographies": ["eu"], "exceptions": [exception] },
            "capacity": { "instances": { "ceiling": 20, "authorize_above": 12, "notify_at": [90] }, "tasks": { "unlimited": grounds } },
            "integrations": { "models": ["anthropic.claude-*"], "authorize": { "services": ["ecs"] } },
            "instance_types": { "deny": ["p5.*"] },
            "perimeter": { "public": "consent" }, "tags": { "required": ["owner"] },
            "growth": { "cost_per_change": 500, "percent_per_window": 50, "window": "24h" },
            "logging": "consent", "deletion": "deny", "privileges": "consent", "actions": "allow", "defaults": "consent",
        },
        "consent": {
            "approvers": [record::<Approver>(&approver())], "quorum": { "finance": 1 },
            "by_dimension": [{ "dimensions": ["cost"], "quorum": { "finance": 1 } }],
            "minimum_assurance": "touch_pin", "expires_after": "72h", "execute_within": "4h",
        },
        "review": { "every": "quarter", "due": "2027-02-28" },
        "freezes": [{ "from": "2026-12-20T00:00:00Z", "until": "2027-01-03T00:00:00Z", "reason": "year end", "owner": "mina.okafor@example.com" }],
        "deletion_protection": true,
    })
}

fn decided() -> Example {
    json!({
        "default": "aws-bedrock-agent-no-guardrail", "envelope": record::<Envelope>(&envelope()), "decision": "override",
        "value": "{\"guardrail_configuration\":\"required\"}", "reason": "Prompts carry customer data",
        "owner": { "name": "Lee Park", "email": "lee.park@example.com" }, "regulations": ["GDPR"], "ticket": "CHG-4471",
        "review": { "every": "quarter", "due": "2027-02-28" },
    })
}

/// The example as Terraform hands it over: attributes that it does not give are null.
fn value(example: &Example, ty: &Type) -> Value {
    match (example, ty) {
        (Example::Null, _) => Value::Null,
        (example, Type::Dynamic) => {
            Value::Dynamic(Box::new(Dynamic { ty: Type::String, value: value(example, &Type::String) }))
        }
        (Example::Bool(value), _) => Value::Bool(*value),
        (Example::Number(number), _) => Value::Number(number.to_string().parse().unwrap()),
        (Example::String(text), _) => Value::from(text.as_str()),
        (Example::Array(items), Type::Set(of)) => Value::set(items.iter().map(|item| value(item, of))),
        (Example::Object(members), Type::Map(of)) => {
            members.iter().map(|(key, member)| (key.as_str(), value(member, of))).collect::<Object>().into()
        }
        (Example::Object(members), Type::Object(of)) => {
            for name in members.keys() {
                assert!(of.contains_key(name.as_str()), "the schema has no `{name}`");
            }
            let of = of.iter().map(|(name, ty)| {
                (name.as_str(), value(members.get(name.as_str()).unwrap_or(&Example::Null), ty))
            });
            of.collect::<Object>().into()
        }
        (example, ty) => panic!("{example} is not {}", ty.describe()),
    }
}

fn config<K: Kind>(example: &Example) -> Object {
    value(example, &K::schema().ty()).as_object().unwrap().clone()
}

fn validate<K: Kind>(resource: K, config: Object) -> Diagnostics {
    let config_value = Value::Object(config.clone());
    Declares(resource).validate(ValidateRequest { config: Attributes(config), config_value })
}

fn planned<K: Kind>(resource: K, config: Object, prior: Option<Object>) -> Result<Object, Diagnostics> {
    let mut proposed = config.clone();
    for name in COMPUTED {
        proposed.set(name, Value::unknown());
    }
    let request = PlanRequest {
        config_value: Value::Object(config.clone()),
        proposed_value: Value::Object(proposed.clone()),
        config: Attributes(config),
        prior: prior.map(Attributes),
        proposed: Attributes(proposed),
        changed: true,
    };
    let plan = wait(Declares(resource).plan(&Context::detached(Configured::default()), request))?;
    Ok(plan.model().0.clone())
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

/// Something that is certainly not of this type, one level down for objects. Every place where it stands is listed.
fn wrong(ty: &Type, path: &str, places: &mut Vec<String>) -> Json {
    match ty {
        Type::Object(of) => {
            let wrong = |(name, ty): (&Name, &Type)| {
                let path = if path.is_empty() { name.to_string() } else { format!("{path}.{name}") };
                (name.to_string(), wrong(ty, &path, places))
            };
            Json::Object(of.iter().map(wrong).collect())
        }
        // A map of objects is keyed by units, a map of sets by kinds of integration.
        Type::Map(of) if matches!(**of, Type::Object(_)) => {
            keyed(Unit::WORDS.iter().map(|(word, _)| *word), of, path, places)
        }
        Type::Map(of) if matches!(**of, Type::Set(_)) => {
            keyed(["models", "endpoints", "providers", "services"], of, path, places)
        }
        Type::Set(of) | Type::List(of) if matches!(**of, Type::Object(_)) => {
            Json::Array(vec![wrong(of, &format!("{path}[0]"), places)])
        }
        ty => {
            places.push(path.to_owned());
            if *ty == Type::Bool { Json::from(7) } else { Json::Bool(true) }
        }
    }
}

fn keyed<'k>(
    keys: impl IntoIterator<Item = &'k str>,
    of: &Type,
    path: &str,
    places: &mut Vec<String>,
) -> Json {
    let wrong = |key: &str| (key.to_owned(), wrong(of, &format!("{path}.{key}"), places));
    Json::Object(keys.into_iter().map(wrong).collect())
}

/// Feeds every attribute of the schema: the parser knows each and complains about each.
fn every_attribute_is_read<K: Kind>() {
    let Type::Object(mut attributes) = K::schema().ty() else { panic!("a schema is an object") };
    attributes.retain(|name, _| !super::declared::APART.contains(&name.as_str()));
    let mut places = Vec::new();
    let wrong = wrong(&Type::Object(attributes), "", &mut places);
    let faults = K::declare(&wrong).err().unwrap();
    for fault in &faults {
        assert_ne!(fault.kind, Fault::Unknown, "{fault}");
    }
    for expected in places {
        // A map with chosen keys has the same places as an object.
        let names =
            |fault: &remit_governance::Invalid| place(&fault.path).replace("[\"", ".").replace("\"]", "");
        assert!(
            faults.iter().any(|fault| names(fault) == expected),
            "nobody reads `{expected}`: {faults:#?}"
        );
    }
}

#[test]
fn every_attribute_of_the_schemas_is_read() {
    every_attribute_is_read::<Envelope>();
    every_attribute_is_read::<Approver>();
    every_attribute_is_read::<DefaultOverride>();
}

/// Everything that a record can hold has an attribute: `config` fails for a member without one.
#[test]
fn every_member_of_a_record_has_an_attribute() {
    fn check<K: Kind>(example: &Example) {
        let mut record: Example = serde_json::from_str(&record::<K>(example)).unwrap();
        let members = record.as_object_mut().unwrap();
        members.remove("format");
        members.remove("kind");
        config::<K>(&record);
    }
    check::<Envelope>(&envelope());
    check::<Approver>(&approver());
    check::<DefaultOverride>(&decided());
}

#[test]
fn the_examples_are_fine_and_known_at_plan() {
    fn check<K: Kind>(resource: fn() -> K, example: &Example) -> Object {
        assert_eq!(validate(resource(), config::<K>(example)), Diagnostics::new());
        let planned = planned(resource(), config::<K>(example), None).unwrap();
        assert_eq!(planned.get("record").as_str(), Some(record::<K>(example).as_str()));
        assert_eq!(planned.get("approved"), &Value::Bool(false));
        planned
    }
    let planned = check(|| Envelope, &envelope());
    assert_eq!(planned.get("controls"), &Value::List(Vec::new()));
    assert!(planned.get("coverage").elements().unwrap().count() > 10);
    check(|| Approver, &approver());
    check(|| DefaultOverride, &decided());
}

/// Replaces one part after the other by an unknown value: no error may come of it, and no record.
fn nothing_is_held_against_unknown<K: Kind>(resource: fn() -> K, example: &Example) {
    let config: Value = config::<K>(example).into();
    let mut paths = Vec::new();
    config.walk(&Path::root(), &mut |path, value| {
        if !path.is_root() && !value.is_null() {
            paths.push(path.clone());
        }
    });
    assert!(paths.len() > 10);
    for path in paths {
        let config = without(&config, &path).as_object().unwrap().clone();
        assert_eq!(validate(resource(), config.clone()), Diagnostics::new(), "{path} unknown");
        let planned = planned(resource(), config, None).unwrap();
        assert!(planned.get("record").is_unknown(), "{path} unknown, and yet a record");
        assert!(planned.get("digest").is_unknown(), "{path} unknown, and yet a digest");
    }
}

fn without(value: &Value, path: &Path) -> Value {
    if value.get(path).is_some() && path.is_root() {
        return Value::unknown();
    }
    let replace = |step: &tf_provider_sdk::Step, part: &Value| {
        let rest = path.steps().split_first().filter(|(first, _)| *first == step).map(|(_, rest)| rest);
        rest.map_or_else(|| part.clone(), |rest| without(part, &path_of(rest)))
    };
    let parts = value.parts().into_iter().map(|(step, part)| (step.clone(), replace(&step, part)));
    match value.plain() {
        Value::Object(_) => {
            let named = parts.filter_map(|(step, part)| match step {
                tf_provider_sdk::Step::Attribute(name) => Some((name, part)),
                _ => None,
            });
            named.collect::<Object>().into()
        }
        Value::Set(_) => Value::set(parts.map(|(_, part)| part)),
        other => other.clone(),
    }
}

fn path_of(steps: &[tf_provider_sdk::Step]) -> Path {
    steps.iter().fold(Path::root(), |path, step| match step {
        tf_provider_sdk::Step::Attribute(name) => path.attr(name),
        tf_provider_sdk::Step::Key(key) => path.key(key),
        tf_provider_sdk::Step::Element(element) => path.element(element.as_ref().clone()),
        tf_provider_sdk::Step::Index(index) => path.index(usize::try_from(*index).unwrap()),
    })
}

#[test]
fn unknown_values_are_never_wrong() {
    nothing_is_held_against_unknown(|| Envelope, &envelope());
    nothing_is_held_against_unknown(|| Approver, &approver());
    nothing_is_held_against_unknown(|| DefaultOverride, &decided());
}

#[test]
fn what_is_known_and_wrong_is_said_beside_what_is_unknown() {
    let mut example = envelope();
    example["limits"]["capacity"]["instances"]["ceiling"] = json!(-1);
    example["limits"]["regions"]["exceptions"][0]["expires"] = json!("soon");
    let mut config = config::<Envelope>(&example);
    config.set("parent", Value::unknown());
    config.set("owner", Value::unknown());
    let found = validate(Envelope, config);
    let places: Vec<_> = found.iter().map(|diagnostic| diagnostic.path.to_string()).collect();
    assert_eq!(places, ["limits.regions.exceptions[*].expires", "limits.capacity[\"instances\"].ceiling"]);
    insta::assert_debug_snapshot!(found.iter().map(|diagnostic| &diagnostic.detail).collect::<Vec<_>>());
}

#[test]
fn what_follows_from_the_same_declaration_is_kept() {
    let mut prior = planned(Envelope, config::<Envelope>(&envelope()), None).unwrap();
    prior.set("coverage", vec!["as an older version put it"]);
    let mut respelled = envelope();
    respelled["consent"]["expires_after"] = json!("3d");
    let again = planned(Envelope, config::<Envelope>(&respelled), Some(prior.clone())).unwrap();
    assert_eq!(again.get("coverage"), prior.get("coverage"));
    respelled["purpose"] = json!("Another");
    let changed = planned(Envelope, config::<Envelope>(&respelled), Some(prior.clone())).unwrap();
    assert_ne!(changed.get("coverage"), prior.get("coverage"));
    assert_ne!(changed.get("digest"), prior.get("digest"));
}

#[test]
fn import_takes_good_ids_only() {
    fn import<K: Kind>(resource: K, id: &str) -> Result<Attributes, Diagnostics> {
        wait(
            Declares(resource)
                .import(&Context::detached(Configured::default()), ImportRequest::Id(id.to_owned())),
        )
    }
    let state = import(Envelope, "support-agents").unwrap().0;
    assert_eq!(state, Object::new().with("name", "support-agents").with("approved", false));
    assert!(Envelope::is_protected(&state));
    assert!(import(Approver, "dana.reyes@example.com").is_ok());
    assert!(import(DefaultOverride, "aws-bedrock-agent-no-guardrail").is_ok());
    for refused in
        [import(Envelope, "Support Agents"), import(Approver, "dana"), import(DefaultOverride, "aws-bedrock")]
    {
        assert!(refused.unwrap_err().iter().all(|diagnostic| diagnostic.detail.contains("for example")));
    }
}

#[test]
fn keys_that_the_practitioner_chooses_are_checked() {
    let mut example = envelope();
    example["limits"]["capacity"]["gpu"] = json!({ "ceiling": 1 });
    example["limits"]["integrations"]["authorize"]["model"] = json!(["anthropic.claude-*"]);
    example["consent"]["quorum"]["finances"] = json!(1);
    let found = validate(Envelope, config::<Envelope>(&example));
    insta::assert_debug_snapshot!(found.iter().map(|diagnostic| &diagnostic.detail).collect::<Vec<_>>());
}

#[test]
fn a_null_unit_is_absent() {
    let mut example = envelope();
    example["limits"]["capacity"]["gpus"] = Example::Null;
    let with_null = planned(Envelope, config::<Envelope>(&example), None).unwrap();
    let without = planned(Envelope, config::<Envelope>(&envelope()), None).unwrap();
    assert_eq!(with_null.get("record"), without.get("record"));
}
