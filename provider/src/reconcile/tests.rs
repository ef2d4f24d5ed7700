//! What is never done, on a cloud of a few lines: nothing that is not ours is touched, nothing is sent that changes nothing, and what an
//! early step made is known after a later one failed.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Mutex,
};

use remit_governance::{Approver, control::aws::compile, envelope::Envelope};

use super::*;

const ENVELOPE: &str = include_str!("../../../crates/governance/fixtures/envelope.json");

/// A budget, a policy and a cap.
fn desired(max: u32) -> Vec<Control> {
    let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMuFIioPWVCvF/deoD9UkyQxYbLJXDqlNd7dPosnLzen";
    let people = [("finance", "IMuF"), ("security", "IMuS"), ("compliance", "IMuC")].map(|(function, part)| {
        let person = format!(
            r#"{{"name":"A","email":"{function}@example.com","function":"{function}","keys":["{key}"],"assurance":"key"}}"#
        );
        Approver::declare(&Json::parse(&person.replace("IMuF", part)).unwrap()).unwrap()
    });
    let mut json = Json::parse(ENVELOPE).unwrap();
    let Json::Object(members) = &mut json else { panic!("an object") };
    let aws = format!(
        r#"{{"budget":{{}},"region_guard":{{"targets":["ou-abcd-12345678"]}},"caps":[{{"autoscaling_group":"workers","max":{max}}}]}}"#
    );
    members.insert("aws".to_owned(), Json::parse(&aws).unwrap());
    let Some(Json::Object(consent)) = members.get_mut("consent") else { panic!("consent") };
    consent.insert("approvers".to_owned(), people.iter().map(|person| Json::from(person.record())).collect());
    consent.insert("minimum_assurance".to_owned(), Json::from("key"));
    let grounds = r#"{"owner":"a@example.com","reason":"a test","expires":"2027-01-01"}"#;
    consent.insert("minimum_assurance_exception".to_owned(), Json::parse(grounds).unwrap());
    let envelope = Envelope::declare(&json).unwrap();
    compile(&envelope, &people).unwrap().unwrap().controls
}

/// What exists, and what was written to it.
#[derive(Default)]
struct Memory {
    things: Mutex<BTreeMap<String, Thing>>,
    writes: Mutex<Vec<String>>,
    /// Writes of these fail, by name.
    broken: BTreeSet<String>,
    /// Writes of these are carried out, and said to exist already.
    lost: Mutex<BTreeSet<String>>,
    /// How many more calls are refused because somebody else is busy.
    busy: Mutex<u32>,
}

#[derive(Clone)]
struct Thing {
    mark: Mark,
    definition: Json,
    prior: Option<String>,
}

impl Memory {
    fn put(&self, name: &str, mark: Mark, definition: Json) {
        self.things.lock().unwrap().insert(name.to_owned(), Thing { mark, definition, prior: None });
    }

    /// A group to cap.
    fn with_group() -> Self {
        let memory = Self::default();
        memory.put("workers", Mark::None, Json::parse(r#"{"max":40}"#).unwrap());
        memory
    }

    fn write(&self, what: &str, name: &str) -> Result<(), Fault> {
        let mut busy = self.busy.lock().unwrap();
        if *busy > 0 {
            *busy -= 1;
            return Err(Fault { kind: FaultKind::Busy, summary: "busy".to_owned(), detail: String::new() });
        }
        self.writes.lock().unwrap().push(format!("{what} {name}"));
        if self.broken.contains(name) { Err(Fault::other("broken", "it is broken")) } else { Ok(()) }
    }

    fn writes(&self) -> Vec<String> {
        std::mem::take(&mut *self.writes.lock().unwrap())
    }
}

impl Cloud for Memory {
    async fn observe(&self, question: Question<'_>) -> Result<Option<Observed>, Fault> {
        let found = self.things.lock().unwrap().get(&question.key.name).cloned();
        Ok(found.map(|thing| Observed {
            id: format!("id of {}", question.key.name),
            account: "123456789012".to_owned(),
            region: None,
            mark: if question.known.is_some() { Mark::Ours } else { thing.mark },
            definition: thing.definition,
            prior: question.prior.map(str::to_owned).or(thing.prior),
        }))
    }

    async fn create(&self, control: &Control) -> Result<(), Fault> {
        self.write("create", &control.name)?;
        self.put(&control.name, Mark::Ours, control.definition());
        if self.lost.lock().unwrap().remove(&control.name) {
            return Err(Fault {
                kind: FaultKind::Duplicate,
                summary: "exists".to_owned(),
                detail: String::new(),
            });
        }
        Ok(())
    }

    async fn update(&self, control: &Control, found: &Observed) -> Result<(), Fault> {
        self.write("update", &control.name)?;
        let prior = Some(found.definition.to_text()).filter(|_| found.mark == Mark::None);
        let thing = Thing {
            mark: Mark::Ours,
            definition: control.definition(),
            prior: prior.or(found.prior.clone()),
        };
        self.things.lock().unwrap().insert(control.name.clone(), thing);
        Ok(())
    }

    async fn remove(&self, key: &Key, _: &Observed, set: Option<&Json>) -> Result<(), Fault> {
        assert!(set.is_some(), "what we had set is known");
        self.write("remove", &key.name)?;
        self.things.lock().unwrap().remove(&key.name);
        Ok(())
    }
}

/// Never over, and never waits.
struct Endless;

impl Patience for Endless {
    fn is_over(&self) -> bool {
        false
    }

    async fn wait(&self, _: Duration) {}
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

fn run(memory: &Memory, desired: &[Control], known: &[Known]) -> Reached {
    wait(converge(memory, &Endless, desired, known))
}

const POLICY: &str = "remit-support-agents-region-guard";
const BUDGET: &str = "remit-support-agents-budget";

#[test]
fn controls_are_made_in_order_and_removed_in_reverse() {
    let memory = Memory::with_group();
    let reached = run(&memory, &desired(10), &[]);
    assert_eq!(reached.fault, None);
    assert_eq!(
        memory.writes(),
        [format!("create {POLICY}"), format!("create {BUDGET}"), "update workers".to_owned()]
    );
    assert!(reached.controls.iter().all(|control| control.id.is_some()));
    let left = wait(remove(&memory, &Endless, reached.controls));
    assert!(left.controls.is_empty() && left.fault.is_none());
    assert_eq!(
        memory.writes(),
        ["remove workers".to_owned(), format!("remove {BUDGET}"), format!("remove {POLICY}")]
    );
}

#[test]
fn nothing_is_sent_that_changes_nothing() {
    let memory = Memory::with_group();
    let reached = run(&memory, &desired(10), &[]);
    memory.writes();
    // Known or not: after a crash the state knows nothing, and the marks say whose it is.
    for known in [reached.controls.as_slice(), &[]] {
        let again = run(&memory, &desired(10), known);
        assert_eq!(again.controls, reached.controls);
        assert_eq!(memory.writes(), Vec::<String>::new());
    }
    run(&memory, &desired(11), &reached.controls);
    assert_eq!(memory.writes(), ["update workers"]);
}

#[test]
fn what_is_not_ours_is_not_touched() {
    for mark in [Mark::None, Mark::Other("another".to_owned())] {
        let memory = Memory::with_group();
        memory.put(BUDGET, mark.clone(), Json::Null);
        let reached = run(&memory, &desired(10), &[]);
        let fault = reached.fault.unwrap();
        assert!(
            fault.summary.contains("not ours") || fault.summary.contains("another envelope"),
            "{fault:?}"
        );
        assert_eq!(memory.writes(), [format!("create {POLICY}")], "{mark:?}");
        assert_eq!(memory.things.lock().unwrap()[BUDGET].definition, Json::Null);
        // Removing what the state has does not touch it either.
        wait(remove(&memory, &Endless, reached.controls));
        assert_eq!(memory.things.lock().unwrap()[BUDGET].definition, Json::Null);
    }
    // What the state knows as ours is.
    let memory = Memory::with_group();
    memory.put(BUDGET, Mark::None, Json::Null);
    let known = |control: &Control| Known {
        key: Key::of(control),
        id: Some(String::new()),
        definition: Json::Null,
        prior: None,
        set: None,
    };
    let imported: Vec<Known> =
        desired(10).iter().filter(|control| control.name == BUDGET).map(known).collect();
    assert_eq!(run(&memory, &desired(10), &imported).fault, None);
}

#[test]
fn a_cap_of_another_envelope_is_not_touched() {
    let memory = Memory::default();
    memory.put("workers", Mark::Other("another".to_owned()), Json::parse(r#"{"max":40}"#).unwrap());
    let reached = run(&memory, &desired(10), &[]);
    assert!(reached.fault.unwrap().detail.contains("`another`"));
    assert!(!memory.writes().contains(&"update workers".to_owned()));
}

#[test]
fn what_an_early_step_made_is_known_after_a_later_one_failed() {
    let mut memory = Memory::with_group();
    memory.broken.insert(BUDGET.to_owned());
    let reached = run(&memory, &desired(10), &[]);
    assert_eq!(reached.fault.unwrap().summary, "broken");
    let ids: Vec<bool> = reached.controls.iter().map(|control| control.id.is_some()).collect();
    assert_eq!(ids, [true, false, false]);
    memory.broken.clear();
    memory.writes();
    let again = run(&memory, &desired(10), &reached.controls);
    assert_eq!(again.fault, None);
    assert_eq!(memory.writes(), [format!("create {BUDGET}"), "update workers".to_owned()]);
}

#[test]
fn a_removal_that_fails_keeps_what_is_left() {
    let mut memory = Memory::with_group();
    let reached = run(&memory, &desired(10), &[]);
    memory.broken.insert(BUDGET.to_owned());
    let left = wait(remove(&memory, &Endless, reached.controls));
    let names: Vec<&str> = left.controls.iter().map(|control| control.key.name.as_str()).collect();
    assert_eq!(names, [POLICY, BUDGET]);
    assert!(left.fault.is_some());
}

#[test]
fn a_create_whose_answer_was_lost_is_taken_for_ours_by_its_mark() {
    let memory = Memory::with_group();
    memory.lost.lock().unwrap().extend([POLICY.to_owned(), BUDGET.to_owned()]);
    let reached = run(&memory, &desired(10), &[]);
    assert_eq!(reached.fault, None);
    assert_eq!(memory.writes().len(), 3, "nothing is made twice");
}

#[test]
fn others_who_are_busy_are_waited_for_and_not_forever() {
    let memory = Memory::with_group();
    *memory.busy.lock().unwrap() = 5;
    assert_eq!(run(&memory, &desired(10), &[]).fault, None);
    *memory.busy.lock().unwrap() = 1000;
    assert_eq!(run(&memory, &desired(11), &[]).fault.unwrap().kind, FaultKind::Busy);
    assert_eq!(*memory.busy.lock().unwrap(), 1000 - TRIES);
}

#[test]
fn what_is_not_desired_any_more_is_removed_last() {
    let memory = Memory::with_group();
    let reached = run(&memory, &desired(10), &[]);
    memory.writes();
    let mut fewer = desired(12);
    fewer.retain(|control| control.name != BUDGET);
    let after = run(&memory, &fewer, &reached.controls);
    assert_eq!(memory.writes(), ["update workers".to_owned(), format!("remove {BUDGET}")]);
    assert_eq!(after.controls.len(), 2);
}

#[test]
fn an_interrupted_run_stops_between_steps() {
    struct Once(Mutex<u32>);
    impl Patience for Once {
        fn is_over(&self) -> bool {
            let mut left = self.0.lock().unwrap();
            *left = left.saturating_sub(1);
            *left == 0
        }
        async fn wait(&self, _: Duration) {}
    }
    let memory = Memory::with_group();
    // Look, create, look: then it is over.
    let reached = wait(converge(&memory, &Once(Mutex::new(4)), &desired(10), &[]));
    assert_eq!(reached.fault.unwrap().summary, "Interrupted");
    assert_eq!(memory.writes(), [format!("create {POLICY}")]);
    assert!(reached.controls[0].id.is_some());
}
