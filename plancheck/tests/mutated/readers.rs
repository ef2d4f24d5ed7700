//! What must hold of any bytes, for each reader that is given some: it answers, and never panics.

use plancheck::accepted::Accepted;
use plancheck::declared::{Declared, WrittenFile};
use plancheck::plan::{self, Wanted};
use plancheck::report::Given;
use plancheck::source::{Files, Index};
use plancheck::{Governance, PlanInput, cases, check, render};
use remit_governance::TrustRoot;
use remit_governance::approval::Signed;
use remit_governance::history::History;

/// The governance of the quickstart.
pub(crate) const LOCK: &[u8] = include_bytes!("../../../examples/quickstart/governance.lock.json");
/// A plan that several rules object to.
pub(crate) const PLAN: &[u8] = include_bytes!("../../../examples/plancheck/one-pull-request/plan.json");

/// A reader and its name.
pub(crate) type Reader = (&'static str, fn(&[u8]));

/// The readers by name.
pub(crate) const ALL: &[Reader] = &[
    ("plan", plan),
    ("lock", lock),
    ("accepted", accepted),
    ("approval", approval),
    ("source", source),
    ("table", table),
];

fn given() -> Given {
    Given { workspace: None, account: None, now: "2026-12-01T09:00:00Z".parse().expect("an instant") }
}

struct Few;

impl Wanted for Few {
    fn attributes(&self, _: &str) -> Vec<String> {
        ["region", "tags", "max_size"].map(str::to_owned).into()
    }
}

/// A plan: judged under a lock, and under what its own prior state declares; every format shows what comes of it.
pub(crate) fn plan(bytes: &[u8]) {
    let lock = Governance::Lock { name: "lock", bytes: LOCK };
    if let Ok(report) = check(PlanInput::Bytes(bytes), lock, given()) {
        for format in render::Format::ALL {
            assert!(!format.report(&report).is_empty(), "{format:?} says nothing");
        }
        // Whoever hands the bytes over in drops gets the same.
        let again = check(PlanInput::Stream(&mut Drops(bytes)), lock, given());
        assert_eq!(again.map(|report| report.findings), Ok(report.findings));
    }
    let _ = check(PlanInput::Bytes(bytes), Governance::PriorState, given());
    let _ = plan::read_bytes(bytes, &Few, &mut |_| Ok(()));
}

struct Drops<'a>(&'a [u8]);

impl std::io::Read for Drops<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let drop = out.len().min(7);
        self.0.read(out.get_mut(..drop).unwrap_or_default())
    }
}

/// A governance lock: what is read of it is written the same, and judges.
pub(crate) fn lock(bytes: &[u8]) {
    if let Ok(lock) = remit_governance::Lock::parse(bytes) {
        let text = lock.to_json();
        let again = remit_governance::Lock::parse(text.as_bytes()).expect("what was written is read");
        assert_eq!(again.to_json(), text);
    }
    let _ = check(PlanInput::Bytes(PLAN), Governance::Lock { name: "lock", bytes }, given());
}

/// A list of accepted findings.
pub(crate) fn accepted(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(accepted) = Accepted::read("accepted.toml", text) else { return };
    let lock = Governance::Lock { name: "lock", bytes: LOCK };
    let mut report = check(PlanInput::Bytes(PLAN), lock, given()).expect("an answer");
    accepted.apply(&mut report);
}

/// An approval, a history and a trust root.
pub(crate) fn approval(bytes: &[u8]) {
    if let Ok(signed) = Signed::parse(bytes) {
        let text = signed.to_json();
        let again = Signed::parse(text.as_bytes()).expect("what was written is read");
        assert_eq!(again.to_json(), text);
        let _ = signed.verify();
    }
    let _ = TrustRoot::parse(bytes);
    let _ = std::str::from_utf8(bytes).map(History::parse);
}

/// One file in both forms, as source and as declarations.
struct One<'a>(&'static str, &'a str);

impl Files for One<'_> {
    fn list(&self, _: &str) -> Result<Vec<String>, String> {
        Ok(vec![self.0.to_owned()])
    }

    fn read(&self, path: &str) -> Result<Option<String>, String> {
        Ok((path == self.0).then(|| self.1.to_owned()))
    }
}

/// Source in HCL, and in its JSON form.
pub(crate) fn source(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for name in ["main.tf", "main.tf.json"] {
        let _ = Index::read(&One(name, text), "").file_count();
        let _ = Declared::from_files(&[WrittenFile { path: name.to_owned(), text: text.to_owned() }]);
    }
}

/// A table of tests.
pub(crate) fn table(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = cases::Table::read("table.test.toml", text);
    }
}
