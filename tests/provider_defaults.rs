//! Decisions that `plancheck defaults scaffold` writes, taken to the real Terraform: refused until a person finished them, then applied, and
//! counted by the next review.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test crate: it stops at the first thing that is not as it should be"
)]

#[path = "provider_support.rs"]
mod support;

use std::collections::BTreeSet;

use plancheck::defaults::{Audit, Audited, Scaffold, Status, Subjects, Wanted};
use plancheck::suggest::Person;
use remit_governance::review::Rhythm;
use remit_governance::time::Date;
use remit_governance::{DefaultOverride, Lock};
use support::Terraform;

const PLAN: &[u8] = include_bytes!("../examples/quickstart/plans/denied/plan.json");
const LOCK: &str = r#"
data "remit_governance_lock" "this" {
  records = [RECORDS]
}
output "lock" { value = data.remit_governance_lock.this.json }
"#;

fn today() -> Date {
    "2026-12-01".parse().expect("a day")
}

fn review(overrides: &[DefaultOverride]) -> Audit {
    let plans = [Audited { name: "plan.json", bytes: PLAN }];
    Audit::of(&Subjects { plans: &plans, pins: &[] }, overrides, today()).expect("a review")
}

/// Ids of the defaults that have a status.
fn with(audit: &Audit, status: Status) -> BTreeSet<String> {
    let all = audit.entries.iter().filter(|entry| entry.status == status);
    all.map(|entry| entry.about.id().to_owned()).collect()
}

#[test]
fn scaffolded_decisions_are_refused_until_finished_and_then_count() {
    let before = review(&[]);
    let open = with(&before, Status::Ungoverned);
    assert!(open.len() > 1, "the plan relies on defaults: {open:?}");
    let wanted: Vec<Wanted> = open.iter().map(|id| Wanted::of(id).expect("a default")).collect();
    let written = |owner: Person| {
        let scaffold = Scaffold { decision: None, owner, every: Rhythm::Quarter, today: today() };
        scaffold.to_hcl(&wanted).expect("HCL")
    };
    for terraform in Terraform::each("") {
        // As written: each reason and each owner is asked for, at the line.
        terraform.write("main.tf", &written(Person::default()));
        let refused = terraform.run(&["validate", "-no-color"]);
        assert_ne!(refused.code, Some(0), "{refused}");
        let errors = support::errors(&refused);
        for attribute in ["reason", "owner.name", "owner.email"] {
            let told = errors.matches(&format!("`{attribute}`")).count();
            assert_eq!(told, open.len(), "{attribute} of each: {errors}");
        }
        // A person finishes them.
        let owner = Person { name: "Lee Park".to_owned(), email: "lee.park@example.com".to_owned() };
        let finished = written(owner).replace("\"\"", "\"read, and decided by the platform team\"");
        let records = open.iter().map(|id| format!("remit_default_override.{}.record", id.replace('-', "_")));
        let lock = LOCK.replace("RECORDS", &records.collect::<Vec<_>>().join(", "));
        terraform.write("main.tf", &(finished + &lock));
        terraform.apply();
        terraform.assert_empty("after what was scaffolded was applied");
        let lock = Lock::parse(terraform.output("lock").as_bytes()).expect("a lock");
        let after = review(lock.overrides());
        assert!(with(&after, Status::Ungoverned).is_empty(), "{:?}", with(&after, Status::Ungoverned));
        let governed: BTreeSet<String> =
            &with(&after, Status::Contradicted) | &with(&after, Status::Accepted);
        assert_eq!(
            governed, open,
            "each is decided now: overridden, so contradicted by the plan, or accepted"
        );
        terraform.destroy();
    }
}
