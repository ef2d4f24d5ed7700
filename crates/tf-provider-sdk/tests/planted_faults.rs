//! A deliberately wrong provider: each resource has one of the faults that users of young providers report, and is caught by it.
//! Its honest twin, which differs in nothing else, passes.
#![allow(clippy::unwrap_used, reason = "a test, also outside its test functions")]

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};

use tf_provider_sdk::testing::{ResourceTest, TestProvider};
use tf_provider_sdk::{
    Attribute, ConfigureRequest, Context, CreateRequest, DecodeError, DeleteRequest, Deletion, Diagnostic,
    Diagnostics, Found, IdentitySchema, ImportRequest, Model, NoConfig, Object, ObjectReader, Outcome, Plan,
    PlanRequest, Provider, ReadRequest, Resource, ResourceEntry, Schema, Type, UpdateRequest, Value,
};

/// What is wrong with a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Honest,
    ReadsAnotherSpelling,
    PlansAChangeEachTime,
    AppliesAnotherValue,
    LeavesUnknown,
    PlansAnotherValue,
    PlansWhatNobodyConfigured,
    PlansDifferentlyEachTime,
    ForgetsWhatItMade,
    SavesNothingToFindItBy,
    ChangesItsIdentity,
}

impl Fault {
    const ALL: [(Self, &str); 11] = [
        (Self::Honest, "honest"),
        (Self::ReadsAnotherSpelling, "perpetual_diff_by_read"),
        (Self::PlansAChangeEachTime, "perpetual_diff_by_plan"),
        (Self::AppliesAnotherValue, "inconsistent_result"),
        (Self::LeavesUnknown, "unknown_after_apply"),
        (Self::PlansAnotherValue, "changed_planned_value"),
        (Self::PlansWhatNobodyConfigured, "invented_planned_value"),
        (Self::PlansDifferentlyEachTime, "unsteady_plan"),
        (Self::ForgetsWhatItMade, "lost_state"),
        (Self::SavesNothingToFindItBy, "lost_identity"),
        (Self::ChangesItsIdentity, "changed_identity"),
    ];
}

struct Wrong;

type Cloud = Mutex<BTreeMap<String, Object>>;

impl Provider for Wrong {
    type Model = NoConfig;
    type Client = Cloud;

    fn name(&self) -> &'static str {
        "wrong"
    }

    fn namespace(&self) -> &'static str {
        "example"
    }

    async fn configure(&self, _: ConfigureRequest<NoConfig>) -> Result<Cloud, Diagnostics> {
        Ok(Cloud::default())
    }

    fn resources(&self) -> Vec<ResourceEntry<Cloud>> {
        let planted =
            |(fault, suffix)| ResourceEntry::new(Planted { fault, suffix, count: AtomicI64::new(0) });
        Fault::ALL.map(planted).into()
    }
}

struct Planted {
    fault: Fault,
    suffix: &'static str,
    count: AtomicI64,
}

/// The object as it is.
struct Raw(Object);

impl Model for Raw {
    fn decode(object: &mut ObjectReader) -> Result<Self, DecodeError> {
        Ok(Self(object.rest()))
    }

    fn encode(self) -> Object {
        self.0
    }
}

impl Raw {
    fn id(&self) -> String {
        self.0.get("id").as_str().unwrap_or_default().to_owned()
    }
}

impl Planted {
    fn is(&self, fault: Fault) -> bool {
        self.fault == fault
    }

    fn settled(&self, Raw(mut object): Raw) -> Raw {
        if !self.is(Fault::LeavesUnknown) {
            object.set("etag", "e1");
        }
        if self.is(Fault::AppliesAnotherValue) {
            object.set("disks", vec![Value::from(Object::new().with("size", 99))]);
        }
        Raw(object)
    }
}

impl Resource for Planted {
    type Model = Raw;
    type Client = Cloud;

    fn type_suffix(&self) -> &'static str {
        self.suffix
    }

    fn schema(&self) -> Schema {
        Schema::new()
            .attribute(Attribute::string("id").computed().keep_prior())
            .attribute(Attribute::string("etag").computed())
            .attribute(Attribute::string("name").required())
            .attribute(Attribute::string("note"))
            .attribute(Attribute::bool("fail"))
            .attribute(Attribute::nested_list("disks", [Attribute::number("size").required()]))
    }

    async fn plan(&self, _: &Context<Cloud>, request: PlanRequest<Raw>) -> Result<Plan<Raw>, Diagnostics> {
        let Raw(mut plan) = request.proposed;
        if request.prior.is_none() {
            plan.set("id", plan.get("name").clone());
        }
        match self.fault {
            Fault::PlansAChangeEachTime => plan.set("etag", Value::unknown()),
            Fault::PlansAnotherValue => plan.set("disks", vec![Value::from(Object::new().with("size", 99))]),
            Fault::PlansWhatNobodyConfigured => plan.set("note", "invented"),
            Fault::PlansDifferentlyEachTime => {
                plan.set("etag", format!("e{}", self.count.fetch_add(1, Ordering::Relaxed)));
            }
            _ => {}
        }
        Ok(Plan::new(Raw(plan)))
    }

    async fn create(&self, cx: &Context<Cloud>, request: CreateRequest<Raw>) -> Outcome<Raw> {
        let id = request.planned.id();
        let failing = request.planned.0.get("fail").as_bool() == Some(true);
        let mut made = self.settled(request.planned);
        cx.client().lock().unwrap().insert(id, made.0.clone());
        if !failing {
            return Outcome::Done(made);
        }
        let broken = Diagnostic::error("Disks are missing").into();
        match self.fault {
            Fault::ForgetsWhatItMade => Outcome::Failed(broken),
            Fault::SavesNothingToFindItBy => {
                made.0.set("id", Value::Null);
                Outcome::Partial(made, broken)
            }
            _ => Outcome::Partial(made, broken),
        }
    }

    async fn read(&self, cx: &Context<Cloud>, request: ReadRequest<Raw>) -> Result<Found<Raw>, Diagnostics> {
        let Some(mut found) = cx.client().lock().unwrap().get(&request.state.id()).cloned() else {
            return Ok(Found::Gone);
        };
        match self.fault {
            Fault::ReadsAnotherSpelling => {
                found.set("name", found.get("name").as_str().unwrap_or_default().to_uppercase());
            }
            Fault::ChangesItsIdentity => found.set("id", format!("{}-again", request.state.id())),
            _ => {}
        }
        Ok(Found::Present(Raw(found)))
    }

    async fn update(&self, cx: &Context<Cloud>, request: UpdateRequest<Raw>) -> Outcome<Raw> {
        let made = self.settled(request.planned);
        cx.client().lock().unwrap().insert(made.id(), made.0.clone());
        Outcome::Done(made)
    }

    async fn delete(&self, cx: &Context<Cloud>, request: DeleteRequest<Raw>) -> Deletion<Raw> {
        cx.client().lock().unwrap().remove(&request.state.id());
        Deletion::Done
    }

    async fn import(&self, _: &Context<Cloud>, request: ImportRequest) -> Result<Raw, Diagnostics> {
        match &request {
            ImportRequest::Identity(identity) => Ok(Raw(identity.clone())),
            ImportRequest::Id(id) => Ok(Raw(Object::new().with("id", id.as_str()))),
        }
    }

    fn identity_schema(&self) -> Option<IdentitySchema> {
        Some(IdentitySchema::new().required("id", Type::String, "The name."))
    }

    fn identity(&self, state: &Object) -> Option<Object> {
        let id = state.get("id").as_str()?;
        Some(Object::new().with("id", id))
    }
}

fn provider() -> TestProvider<Wrong> {
    TestProvider::start(Wrong, Object::new()).unwrap()
}

fn config() -> Object {
    Object::new().with("name", "box").with("disks", vec![Value::from(Object::new().with("size", 5))])
}

/// Two applies, one of them an update.
fn life(mut resource: ResourceTest<'_, Wrong>) -> Diagnostics {
    let applied = resource.apply(&config()).map(drop);
    applied.and_then(|()| resource.apply(&config().with("note", "new")).map(drop)).err().unwrap_or_default()
}

/// An apply that fails half way, and one after it.
fn failure(mut resource: ResourceTest<'_, Wrong>) -> Diagnostics {
    let failed = resource.fails(&config().with("fail", true)).map(drop);
    failed.and_then(|()| resource.apply(&config()).map(drop)).err().unwrap_or_default()
}

fn said(diagnostics: &Diagnostics) -> String {
    let line = |diagnostic: &Diagnostic| {
        format!("  {}: {}\n    {}\n", diagnostic.path, diagnostic.summary, diagnostic.detail)
    };
    diagnostics.iter().map(line).collect::<Vec<_>>().concat()
}

#[test]
fn the_honest_twin_passes() {
    let provider = provider();
    assert_eq!(said(&life(provider.resource("wrong_honest").unwrap())), "");
    assert_eq!(said(&failure(provider.resource("wrong_honest").unwrap())), "");
}

#[test]
fn each_fault_is_caught_with_the_attribute_named() {
    let provider = provider();
    let mut report = Vec::new();
    for (fault, suffix) in Fault::ALL {
        if fault == Fault::Honest {
            continue;
        }
        let resource = || provider.resource(&format!("wrong_{suffix}")).unwrap();
        let caught = match fault {
            Fault::ForgetsWhatItMade | Fault::SavesNothingToFindItBy => failure(resource()),
            _ => life(resource()),
        };
        assert!(caught.has_errors(), "{suffix} was not caught");
        assert!(caught.iter().any(|diagnostic| !diagnostic.path.is_root()), "{suffix} names no attribute");
        report.push(format!("{suffix}\n{}", said(&caught)));
    }
    insta::assert_snapshot!(report.concat());
}

#[test]
fn a_failure_that_did_not_happen_is_told() {
    let provider = provider();
    let mut resource = provider.resource("wrong_honest").unwrap();
    assert!(said(&resource.fails(&config()).unwrap_err()).contains("The apply did not fail"));
}

#[test]
fn what_a_failed_create_left_is_replaced() {
    let provider = provider();
    let mut resource = provider.resource("wrong_honest").unwrap();
    resource.fails(&config().with("fail", true)).unwrap();
    assert!(resource.is_tainted() && resource.state().attr("id").as_str() == Some("box"));
    assert_eq!(resource.plan(&config()).unwrap().action, tf_provider_sdk::testing::Action::Replace);
    resource.apply(&config()).unwrap();
    assert!(!resource.is_tainted());
}
