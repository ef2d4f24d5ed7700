//! What a refresh-only plan says of the envelopes in its state: each control as it was found, and as the state had it before.

use remit_governance::Json;
use remit_governance::control::aws::Kind;

use crate::plan::{self, Attributes, Plan, Wanted};
use crate::verdict::CheckError;

/// The type of the objects that have controls.
const ENVELOPE: &str = "remit_envelope";

/// A control as the provider recorded it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SeenControl {
    pub(super) kind: Option<Kind>,
    pub(super) kind_word: String,
    pub(super) name: String,
    pub(super) id: Option<String>,
    pub(super) account: Option<String>,
    pub(super) region: Option<String>,
    pub(super) status: String,
    pub(super) definition: Option<Json>,
    pub(super) standing: Option<Json>,
}

/// An envelope of the state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SeenEnvelope {
    pub(super) address: String,
    pub(super) name: String,
    pub(super) record: Option<String>,
    /// As found.
    pub(super) controls: Vec<SeenControl>,
    /// As the state had them, where something changed.
    pub(super) before: Vec<SeenControl>,
    /// Where quotas are managed by AWS itself, as raw JSON.
    pub(super) quotas: Option<String>,
}

/// A plan of the governance.
#[derive(Debug)]
pub(super) struct Governance {
    pub(super) plan: Plan,
    pub(super) envelopes: Vec<SeenEnvelope>,
}

struct Needed;

impl Wanted for Needed {
    fn attributes(&self, resource_type: &str) -> Vec<String> {
        let names: &[&str] = if resource_type == ENVELOPE { &["controls", "name"] } else { &[] };
        names.iter().map(|name| (*name).to_owned()).collect()
    }
}

/// Reads the plan of a governance root.
pub(super) fn governance(bytes: &[u8]) -> Result<Governance, CheckError> {
    let plan = plan::read_bytes(bytes, &Needed, &mut |_| Ok(()))?;
    let before = |address: &str| {
        let drifted = plan.drift.objects.iter().find(|object| &*object.address == address);
        let before = drifted.and_then(|object| object.change.before.as_ref());
        before.and_then(|attributes| attributes.raw("controls")).map(controls).unwrap_or_default()
    };
    let ours = plan.prior.iter().filter(|object| object.resource_type == ENVELOPE);
    let mut envelopes: Vec<SeenEnvelope> = ours
        .map(|object| SeenEnvelope {
            address: object.address.clone(),
            name: object.name.clone().unwrap_or_default(),
            record: object.record.clone(),
            controls: object.controls.as_deref().map(controls).unwrap_or_default(),
            before: before(&object.address),
            quotas: object.quota_management.clone(),
        })
        .collect();
    // What the refresh found to be gone is in no state any more.
    let gone = plan.drift.objects.iter().filter(|object| &*object.resource_type == ENVELOPE);
    for object in gone.filter(|object| object.change.after.is_none() && !object.deposed) {
        let Some(before) = &object.change.before else { continue };
        envelopes.push(SeenEnvelope {
            address: object.address.to_string(),
            name: text(before, "name").unwrap_or_default(),
            record: None,
            controls: Vec::new(),
            before: before.raw("controls").map(controls).unwrap_or_default(),
            quotas: None,
        });
    }
    Ok(Governance { plan, envelopes })
}

fn text(attributes: &Attributes, name: &str) -> Option<String> {
    match Json::parse(attributes.raw(name)?) {
        Ok(Json::String(text)) => Some(text),
        _ => None,
    }
}

/// The controls of an attribute. One that is not written as the provider writes it has no kind, and cannot be told.
pub(super) fn controls(raw: &str) -> Vec<SeenControl> {
    let Ok(Json::Array(items)) = Json::parse(raw) else { return Vec::new() };
    items.iter().map(control).collect()
}

fn control(json: &Json) -> SeenControl {
    let text =
        |name: &str| json.as_object().and_then(|members| members.get(name)?.as_str()).map(str::to_owned);
    let parsed = |name: &str| text(name).and_then(|text| Json::parse(&text).ok());
    let kind_word = text("kind").unwrap_or_default();
    SeenControl {
        kind: Kind::from_word(&kind_word),
        kind_word,
        name: text("name").unwrap_or_default(),
        id: text("id"),
        account: text("account"),
        region: text("region"),
        status: text("status").unwrap_or_default(),
        definition: parsed("definition"),
        standing: parsed("standing"),
    }
}
