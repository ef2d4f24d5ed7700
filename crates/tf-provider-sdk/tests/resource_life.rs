//! What Terraform does with a resource beside create, update and delete, without Terraform: import by id and by identity, moves,
//! older state, configuration from state, deferral, private state, time limits.
#![allow(clippy::unwrap_used, reason = "a test, also outside its test functions")]

use std::time::Duration;

use serde_json::json;
use tf_provider_sdk::testing::{Action, ResourceTest, TestProvider};
use tf_provider_sdk::{
    Attr, Attribute, ConfigureRequest, Context, CreateRequest, DataReadRequest, DataSource, DataSourceEntry,
    DecodeError, Defer, DeleteRequest, Deletion, Diagnostic, Diagnostics, Found, IdentitySchema,
    ImportRequest, Model, MoveRequest, MoveSource, NoConfig, Number, Object, ObjectReader, Outcome, Plan,
    PlanRequest, Provider, ReadRequest, Resource, ResourceEntry, Schema, Timeouts, Type, UpdateRequest,
    UpgradeRequest, Value,
};

struct Zoo;

impl Provider for Zoo {
    type Model = NoConfig;
    type Client = ();

    fn name(&self) -> &'static str {
        "zoo"
    }

    fn namespace(&self) -> &'static str {
        "example"
    }

    async fn configure(&self, _: ConfigureRequest<NoConfig>) -> Result<(), Diagnostics> {
        Ok(())
    }

    fn resources(&self) -> Vec<ResourceEntry<()>> {
        vec![ResourceEntry::new(Animal)]
    }

    fn data_sources(&self) -> Vec<DataSourceEntry<()>> {
        vec![DataSourceEntry::new(Clock)]
    }
}

/// Tells how many seconds it has.
struct Clock;

struct ClockModel(Attr<i64>);

impl Model for ClockModel {
    fn decode(object: &mut ObjectReader) -> Result<Self, DecodeError> {
        Ok(Self(object.get("seconds")?))
    }

    fn encode(self) -> Object {
        Object::new().with("seconds", self.0)
    }
}

impl DataSource for Clock {
    type Model = ClockModel;
    type Client = ();

    fn type_suffix(&self) -> &'static str {
        "clock"
    }

    fn schema(&self) -> Schema {
        Schema::new()
            .attribute(Attribute::number("seconds").computed())
            .timeouts(Timeouts::new().read(Duration::from_secs(3600)))
    }

    async fn read(
        &self,
        cx: &Context<()>,
        _: DataReadRequest<ClockModel>,
    ) -> Result<ClockModel, Diagnostics> {
        let left = cx.remaining().and_then(|left| i64::try_from(left.as_secs()).ok());
        Ok(ClockModel(left.into()))
    }
}

struct Animal;

/// Knows nothing of `timeouts`.
struct AnimalModel {
    id: Attr<String>,
    name: Attr<String>,
    legs: Attr<i64>,
    changes: Attr<i64>,
}

impl Model for AnimalModel {
    fn decode(object: &mut ObjectReader) -> Result<Self, DecodeError> {
        Ok(Self {
            id: object.get("id")?,
            name: object.get("name")?,
            legs: object.get("legs")?,
            changes: object.get("changes")?,
        })
    }

    fn encode(self) -> Object {
        Object::new()
            .with("id", self.id)
            .with("name", self.name)
            .with("legs", self.legs)
            .with("changes", self.changes)
    }
}

/// Counts its writes in private state and shows the count.
fn counted(cx: &Context<()>, animal: AnimalModel) -> AnimalModel {
    let mut private = cx.private();
    let count = private.get("writes").and_then(|bytes| bytes.first().copied()).unwrap_or_default() + 1;
    private.set("writes", [count]);
    cx.set_private(private);
    AnimalModel { changes: i64::from(count).into(), ..animal }
}

impl Resource for Animal {
    type Model = AnimalModel;
    type Client = ();

    fn type_suffix(&self) -> &'static str {
        "animal"
    }

    fn schema(&self) -> Schema {
        Schema::new()
            .version(2)
            .attribute(Attribute::string("id").computed().keep_prior())
            .attribute(Attribute::string("name").required())
            .attribute(Attribute::number("legs").default(4))
            .attribute(Attribute::number("changes").computed())
            .timeouts(Timeouts::new().create(Duration::from_secs(600)).update(Duration::from_millis(40)))
    }

    async fn plan(
        &self,
        cx: &Context<()>,
        request: PlanRequest<AnimalModel>,
    ) -> Result<Plan<AnimalModel>, Diagnostics> {
        if request.config.name.is_unknown() {
            cx.defer(Defer::ResourceConfigUnknown);
        }
        Ok(Plan::new(request.proposed))
    }

    async fn create(&self, cx: &Context<()>, request: CreateRequest<AnimalModel>) -> Outcome<AnimalModel> {
        let left = cx.remaining().map(|left| left.as_secs()).unwrap_or_default();
        if !(500..=600).contains(&left) && left < 3_000 {
            return Diagnostic::error("Wrong limit").detail(left.to_string()).into();
        }
        let name = request.planned.name.text().to_owned();
        Outcome::Done(counted(cx, AnimalModel { id: format!("a-{name}").into(), ..request.planned }))
    }

    async fn read(
        &self,
        cx: &Context<()>,
        request: ReadRequest<AnimalModel>,
    ) -> Result<Found<AnimalModel>, Diagnostics> {
        let mut animal = request.state;
        let Some(name) = animal.id.text().strip_prefix("a-").map(str::to_owned) else {
            return Ok(Found::Gone);
        };
        if animal.name.is_null() {
            // After an import.
            let writes = cx.private().get("writes").and_then(|bytes| bytes.first().copied());
            animal = AnimalModel {
                name: name.into(),
                legs: 4.into(),
                changes: writes.map(i64::from).into(),
                ..animal
            };
        }
        Ok(Found::Present(animal))
    }

    async fn update(&self, cx: &Context<()>, request: UpdateRequest<AnimalModel>) -> Outcome<AnimalModel> {
        let planned = request.planned;
        if planned.legs.known().is_some_and(|legs| *legs > 100) {
            // Waits for something that never happens.
            cx.cancelled().await;
            let late = Diagnostic::error("Too slow").detail(format!("{:?} left", cx.remaining()));
            return Outcome::Partial(AnimalModel { changes: 0.into(), ..planned }, late.into());
        }
        Outcome::Done(counted(cx, planned))
    }

    async fn delete(&self, _: &Context<()>, _: DeleteRequest<AnimalModel>) -> Deletion<AnimalModel> {
        Deletion::Done
    }

    async fn import(&self, cx: &Context<()>, request: ImportRequest) -> Result<AnimalModel, Diagnostics> {
        let id = match &request {
            ImportRequest::Id(id) if id.starts_with("a-") => id.clone(),
            ImportRequest::Id(_) => return Err(request.wrong_id("a-<name>", "a-rex")),
            ImportRequest::Identity(identity) => identity.get("id").as_str().unwrap_or_default().to_owned(),
        };
        let mut private = cx.private();
        private.set("writes", [7]);
        cx.set_private(private);
        Ok(AnimalModel { id: id.into(), name: Attr::Null, legs: Attr::Null, changes: Attr::Null })
    }

    fn upgrade_state(&self, request: UpgradeRequest) -> Result<serde_json::Value, Diagnostics> {
        let mut state = request.state;
        let Some(object) = state.as_object_mut() else { return Ok(state) };
        if request.version == 0 {
            // Version 0 counted pairs.
            let pairs = object.remove("leg_pairs").and_then(|pairs| pairs.as_i64()).unwrap_or_default();
            object.insert("legs".to_owned(), json!(pairs * 2));
        }
        // Version 1 called the name a title.
        if let Some(title) = object.remove("title") {
            object.insert("name".to_owned(), title);
        }
        Ok(state)
    }

    fn identity_schema(&self) -> Option<IdentitySchema> {
        Some(IdentitySchema::new().required("id", Type::String, "Given by the zoo."))
    }

    fn identity(&self, state: &Object) -> Option<Object> {
        state.get("id").as_str().map(|id| Object::new().with("id", id))
    }

    fn moves_from(&self) -> Vec<MoveSource> {
        vec![MoveSource { provider: "example/farm".to_owned(), type_name: "farm_beast".to_owned() }]
    }

    fn move_state(&self, request: MoveRequest) -> Result<serde_json::Value, Diagnostics> {
        let name = request.state.get("call_name").cloned().unwrap_or_default();
        let id = format!("a-{}", name.as_str().unwrap_or_default());
        Ok(json!({ "id": id, "name": name, "legs": 4, "changes": request.version }))
    }
}

fn zoo() -> TestProvider<Zoo> {
    TestProvider::start(Zoo, Object::new()).unwrap()
}

fn animal(zoo: &TestProvider<Zoo>) -> ResourceTest<'_, Zoo> {
    zoo.resource("zoo_animal").unwrap()
}

fn rex() -> Object {
    Object::new().with("name", "rex")
}

fn limit(operation: &str, limit: &str) -> Object {
    rex().with("timeouts", Object::new().with(operation, limit))
}

fn said(diagnostics: &Diagnostics) -> Vec<String> {
    diagnostics.iter().map(|d| format!("{}: {} {}", d.path, d.summary, d.detail)).collect()
}

#[test]
fn import_by_id_and_by_identity_give_the_same_and_plan_nothing() {
    let zoo = zoo();
    let (mut by_id, mut by_identity) = (animal(&zoo), animal(&zoo));
    by_id.import("a-rex").unwrap();
    by_identity.import_by_identity(Object::new().with("id", "a-rex")).unwrap();
    assert_eq!(by_id.state(), by_identity.state());
    assert_eq!(by_identity.identity(), Some(Object::new().with("id", "a-rex")));
    for imported in [by_id, by_identity] {
        assert_eq!(imported.plan(&rex()).unwrap().action, Action::NoOp);
    }
    let nothing = animal(&zoo).import_by_identity(Object::new().with("id", "b-rex")).unwrap_err();
    assert_eq!(said(&nothing), [": Import found nothing Nothing has this identity."]);
    assert!(said(&animal(&zoo).import("rex").unwrap_err())[0].contains("`a-<name>`, for example `a-rex`"));
}

#[test]
fn an_imported_object_gives_configuration_that_plans_nothing() {
    let zoo = zoo();
    let mut imported = animal(&zoo);
    imported.import("a-rex").unwrap();
    let config = imported.generate_config().unwrap();
    // No computed values and no defaults.
    assert_eq!(
        (config.get("name"), config.get("id"), config.get("legs")),
        (&"rex".into(), &Value::Null, &Value::Null)
    );
    assert_eq!(imported.plan(&config).unwrap().action, Action::NoOp);
}

#[test]
fn a_move_takes_state_over_from_the_types_that_are_named() {
    let zoo = zoo();
    let mut moved = animal(&zoo);
    let stored = json!({ "call_name": "rex", "weight": 3 });
    for host in ["registry.terraform.io", "registry.opentofu.org"] {
        moved.move_from(&format!("{host}/example/farm"), "farm_beast", 5, &stored).unwrap();
        assert_eq!(moved.state().attr("changes"), &Value::from(5));
        assert_eq!(moved.identity(), Some(Object::new().with("id", "a-rex")));
        assert_eq!(moved.plan(&rex()).unwrap().action, Action::NoOp);
    }
    let refused = moved.move_from("registry.terraform.io/example/farm", "farm_tool", 0, &stored).unwrap_err();
    assert_eq!(
        said(&refused),
        [
            ": Move is not possible A `farm_tool` of registry.terraform.io/example/farm cannot become a `zoo_animal`."
        ]
    );
    assert!(moved.move_from("registry.terraform.io/notexample/farm", "farm_beast", 0, &stored).is_err());
}

#[test]
fn state_of_every_older_version_is_read() {
    let zoo = zoo();
    let thing = animal(&zoo);
    let zero = json!({ "id": "a-rex", "title": "rex", "leg_pairs": 2 });
    let one = json!({ "id": "a-rex", "title": "rex", "legs": 4 });
    let two = json!({ "id": "a-rex", "name": "rex", "legs": 4, "dropped_since": true });
    let upgraded: Vec<_> = [zero, one, two]
        .iter()
        .zip(0..)
        .map(|(state, version)| thing.upgrade(version, state).unwrap())
        .collect();
    assert!(upgraded.windows(2).all(|pair| pair[0] == pair[1]), "{upgraded:?}");
    assert!(said(&thing.upgrade(3, &json!({})).unwrap_err())[0].contains("State is too new"));
    assert!(said(&thing.upgrade(2, &json!({ "legs": [] })).unwrap_err())[0].contains("State cannot be read"));
}

#[test]
fn a_change_is_put_off_only_where_the_client_allows_it() {
    let zoo = zoo();
    let mut thing = animal(&zoo);
    let config = Object::new().with("name", Value::unknown());
    assert_eq!(thing.plan(&config).unwrap().deferred, None);
    zoo.allow_deferral(true);
    assert_eq!(thing.plan(&config).unwrap().deferred, Some(Defer::ResourceConfigUnknown));
    assert!(thing.apply(&config).unwrap().is_null());
    assert_eq!(thing.plan(&rex()).unwrap().deferred, None);
}

#[test]
fn private_state_goes_from_call_to_call() {
    let zoo = zoo();
    let mut thing = animal(&zoo);
    for (legs, writes) in [(4, 1), (3, 2), (5, 3)] {
        let state = thing.apply(&rex().with("legs", legs)).unwrap();
        assert_eq!(state.attr("changes"), &Value::from(writes));
    }
    let mut imported = animal(&zoo);
    assert_eq!(imported.import("a-rex").unwrap().attr("changes"), &Value::from(7));
    assert_eq!(imported.apply(&rex().with("legs", 3)).unwrap().attr("changes"), &Value::from(8));
    imported.destroy().unwrap();
    assert_eq!(imported.apply(&rex()).unwrap().attr("changes"), &Value::from(1));
}

#[test]
fn time_limits_are_deadlines_and_stay_as_configured() {
    let zoo = zoo();
    // `create` checks that it has the ten minutes of the default, or the hour given here.
    animal(&zoo).apply(&rex()).unwrap();
    let mut thing = animal(&zoo);
    let state = thing.apply(&limit("create", "1h")).unwrap();
    assert_eq!(state.attr("timeouts").attr("create"), &Value::from("1h"));
    assert!(animal(&zoo).apply(&limit("create", "1m")).is_err());

    let failed = thing.fails(&rex().with("legs", 200)).unwrap();
    assert_eq!(said(&failed), [": Too slow Some(0ns) left"]);
    assert_eq!(thing.state().attr("legs"), &Value::from(200));
}

#[test]
fn data_sources_have_a_time_limit_too() {
    let seconds = |config: Object| {
        let read = zoo().read("zoo_clock", config).unwrap();
        (read.attr("seconds").as_number().and_then(Number::as_i64).unwrap(), read.attr("timeouts").clone())
    };
    let (left, timeouts) = seconds(Object::new());
    assert!((3500..=3600).contains(&left) && timeouts.is_null());
    let (left, timeouts) = seconds(Object::new().with("timeouts", Object::new().with("read", "30s")));
    assert!((20..=30).contains(&left) && timeouts.attr("read") == &Value::from("30s"));
}

#[test]
fn other_time_limits_alone_are_stored_without_a_call() {
    let zoo = zoo();
    let mut thing = animal(&zoo);
    thing.apply(&limit("update", "1h")).unwrap();
    let plan = thing.plan(&limit("update", "2h")).unwrap();
    assert_eq!((plan.action, plan.state.attr("changes")), (Action::Update, &Value::from(1)));
    let state = thing.apply(&limit("update", "2h")).unwrap();
    assert_eq!((state.attr("changes"), state.attr("timeouts").attr("update")), (&1.into(), &"2h".into()));
    // What is imported has none; the first apply stores them.
    thing.import("a-rex").unwrap();
    assert_eq!(thing.apply(&limit("update", "2h")).unwrap().attr("changes"), &Value::from(7));
}

#[test]
fn a_malformed_time_limit_is_found_at_validate() {
    let zoo = zoo();
    assert_eq!(
        said(&animal(&zoo).validate(&limit("update", "10 minutes"))),
        [concat!(
            "timeouts: Invalid duration `10 minutes` is not a duration. Write numbers with units, such as `30s`, `10m` or ",
            "`1h30m`.\n\nAttribute: `timeouts.update`."
        )]
    );
    let unknown = rex().with("timeouts", Object::new().with("update", Value::unknown()));
    assert!(animal(&zoo).validate(&unknown).is_empty());
    assert!(animal(&zoo).plan(&unknown).is_ok());
}
