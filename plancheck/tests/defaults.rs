//! The review of vendor defaults: every row that a plan can show fires on one plan and holds on another, made from the row itself; and
//! where a plan does not tell absence from a value, the review says so.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a test may panic, and reads its files itself"
)]

mod scene;

use plancheck::defaults::{self, Audit, Audited, Status};
use remit_catalog::{Applies, VendorDefault};
use remit_governance::{DefaultOverride, Json};
use scene::{NOW, create, plan, unknown};
use serde_json::{Value, json};

fn today() -> remit_governance::time::Date {
    remit_governance::time::today(NOW.parse().expect("an instant"))
}

fn audit(plan: &Value, overrides: &[DefaultOverride]) -> Audit {
    let bytes = plan.to_string();
    let plans = [Audited { name: "plan.json", bytes: bytes.as_bytes() }];
    Audit::of(&plans, overrides, today()).unwrap_or_else(|error| panic!("{error}"))
}

/// What the review says of one row: certainly relied on, cannot tell, or nothing.
fn says(plan: &Value, id: &str) -> &'static str {
    let audit = audit(plan, &[]);
    let entry = audit.entries.iter().find(|entry| entry.row.id == id);
    match entry {
        Some(entry) if !entry.places.is_empty() => "relied on",
        Some(_) => "cannot tell",
        None => "nothing",
    }
}

/// A value at the end of a path, in blocks that are written as lists.
fn nested(path: &str, leaf: Value) -> Value {
    let names: Vec<&str> = path.split('.').filter(|name| !name.is_empty()).collect();
    let Some((first, rest)) = names.split_first() else { return leaf };
    let mut value = leaf;
    for name in rest.iter().rev() {
        value = json!([{ *name: value }]);
    }
    json!({ *first: value })
}

/// A plan that creates one object of the row's type, with these attributes and these expressions in its block.
fn one(row: &VendorDefault, after: Value, expressions: Value) -> Value {
    let mut plan = plan(&[create(&format!("{}.x", row.resource_type), after)]);
    plan["configuration"]["root_module"]["resources"][0]["expressions"] = expressions;
    plan
}

fn set_to(row: &VendorDefault, value: &Value) -> Value {
    let path = row.attribute_path;
    one(row, nested(path, value.clone()), nested(path, json!({ "constant_value": value })))
}

#[test]
fn every_row_that_a_plan_can_show_fires_and_holds() {
    let mut judged = 0;
    for row in remit_catalog::defaults() {
        let Some(when) = &row.when else { continue };
        let parent = row.attribute_path.rsplit_once('.').map_or("", |(parent, _)| parent);
        let (fires, holds) = match when {
            Applies::Absent | Applies::BlockAbsent => {
                let around = if parent.is_empty() { json!({}) } else { nested(parent, json!([{}])) };
                (one(row, around.clone(), json!({})), set_to(row, &json!("ours")))
            }
            Applies::StartsWith(list) => {
                (set_to(row, &json!(format!("{}x", list[0]))), set_to(row, &json!("ours")))
            }
            Applies::OneOf(list) => (set_to(row, &json!(list[0])), set_to(row, &json!("ours"))),
        };
        assert_eq!((row.id, says(&fires, row.id)), (row.id, "relied on"));
        assert_eq!((row.id, says(&holds, row.id)), (row.id, "nothing"));
        judged += 1;
    }
    let all = remit_catalog::defaults().count();
    println!("{judged} of {all} rows fire and hold; the condition of the others is in words only");
    assert!(judged > 190);
}

fn row(id: &str) -> &'static VendorDefault {
    remit_catalog::default(id).expect("a row")
}

#[test]
fn where_absence_cannot_be_told_from_a_value_the_review_says_so() {
    let flat = row("aws-lambda-reserved-concurrency");
    let path = flat.attribute_path;
    let mut bare = one(flat, json!({ path: -1 }), json!({}));
    let filled_in = says(&bare, flat.id);
    bare.as_object_mut().expect("a plan").remove("configuration");
    let mut computed = one(flat, json!({}), json!({}));
    computed["resource_changes"][0] = unknown(computed["resource_changes"][0].clone(), json!({ path: true }));
    let mut written = computed.clone();
    written["configuration"]["root_module"]["resources"][0]["expressions"] =
        json!({ path: { "references": ["aws_x.y.z"] } });
    let from_a_null = one(flat, json!({ path: null }), json!({ path: { "references": ["var.limit"] } }));
    let from_a_value = one(flat, json!({ path: -1 }), json!({ path: { "references": ["var.limit"] } }));
    let deep = row("azure-containerapp-max");
    let dynamic = one(deep, nested(deep.attribute_path, json!(10)), json!({}));
    let (parent, _) = deep.attribute_path.rsplit_once('.').expect("a block around it");
    let empty = one(deep, json!({ parent: [] }), json!({}));
    let no_block = one(deep, json!({}), json!({}));
    let rows = [
        ("the provider filled it in", filled_in, "relied on"),
        ("a plan without configuration", says(&bare, flat.id), "cannot tell"),
        ("computed and not written", says(&computed, flat.id), "relied on"),
        ("written and unknown", says(&written, flat.id), "nothing"),
        ("written, and null", says(&from_a_null, flat.id), "relied on"),
        ("written, whatever the value", says(&from_a_value, flat.id), "nothing"),
        ("perhaps a dynamic block", says(&dynamic, deep.id), "cannot tell"),
        ("an empty list of the block around it", says(&empty, deep.id), "cannot tell"),
        ("no block around it", says(&no_block, deep.id), "cannot tell"),
    ];
    for (name, found, expected) in rows {
        assert_eq!((name, found), (name, expected));
    }
}

fn decided(id: &str, decision: &str, due: &str) -> DefaultOverride {
    let mut declared = json!({
        "default": id, "decision": decision, "reason": "tests", "owner": { "name": "Lee Park", "email": "lee.park@example.com" },
        "review": { "every": "quarter", "due": due },
    });
    if decision == "override" {
        declared["value"] = json!("20");
    }
    DefaultOverride::declare(&Json::parse(&declared.to_string()).expect("JSON")).expect("a sound override")
}

#[test]
fn what_was_decided_decides_the_status() {
    let flat = row("aws-lambda-reserved-concurrency");
    let relied = one(flat, json!({}), json!({}));
    let status = |overrides: &[DefaultOverride]| {
        let audit = audit(&relied, overrides);
        audit.entries.iter().find(|entry| entry.row.id == flat.id).expect("an entry").status
    };
    assert_eq!(status(&[]), Status::Ungoverned);
    assert_eq!(
        status(&[decided(flat.id, "accept", "2026-11-23")]),
        Status::Accepted,
        "the last day is a day"
    );
    assert_eq!(status(&[decided(flat.id, "accept", "2026-11-22")]), Status::Overdue);
    assert_eq!(status(&[decided(flat.id, "override", "2027-01-31")]), Status::Contradicted);
    let other = decided("aws-sqs-retention", "accept", "2027-01-31");
    assert_eq!(audit(&relied, &[other]).unused, ["aws-sqs-retention"]);
    let unverified =
        remit_catalog::defaults().find(|row| !row.verified && matches!(row.when, Some(Applies::Absent)));
    let unverified = unverified.expect("a row that was not verified");
    let mut only = audit(&one(unverified, json!({}), json!({})), &[]);
    only.entries.retain(|entry| !entry.row.verified);
    assert!(!only.entries.is_empty() && !only.is_open(), "what was not verified asks for nothing");
}

#[test]
fn every_form_keeps_hostile_names_in_their_place() {
    let flat = row("aws-lambda-reserved-concurrency");
    let mut plan = one(flat, json!({}), json!({}));
    plan["resource_changes"][0]["address"] = json!("=cmd|'x'!a\n<b>\"|`");
    let audit = audit(&plan, &[]);
    let csv = defaults::csv(&audit);
    assert!(csv.contains("\"'=cmd") && !csv.replace("\r\n", "").contains('\n'), "{csv}");
    let page = defaults::markdown(&audit);
    assert!(page.contains("&lt;b>") && page.contains("=cmd\\|"), "{page}");
    let document: Value = serde_json::from_str(&defaults::json(&audit)).expect("JSON");
    assert_eq!(document["defaults"][0]["status"], "ungoverned");
}

/// Public plans: nothing is claimed of an object whose configuration the plan does not carry.
#[test]
fn public_plans_are_reviewed_without_false_claims() {
    let folder = std::env::var_os("REMIT_CORPUS").map_or_else(
        || concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/corpus").into(),
        std::path::PathBuf::from,
    );
    let Ok(entries) = std::fs::read_dir(&folder) else {
        println!("SKIPPED: no plan corpus at {}", folder.display());
        return;
    };
    let mut read: Vec<(String, Vec<u8>)> = Vec::new();
    for path in entries.map(|entry| entry.expect("an entry").path()) {
        let bytes = std::fs::read(&path).expect("a file");
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let alone = [Audited { name: &name, bytes: &bytes }];
        if Audit::of(&alone, &[], today()).is_ok() {
            read.push((name, bytes));
        }
    }
    let plans: Vec<Audited<'_>> = read.iter().map(|(name, bytes)| Audited { name, bytes }).collect();
    let audit = Audit::of(&plans, &[], today()).expect("a review");
    let (relied, untold) = audit
        .entries
        .iter()
        .fold((0, 0), |(relied, untold), entry| (relied + entry.places.len(), untold + entry.untold.len()));
    println!(
        "{} plans: {} defaults in question; {relied} objects rely on one, of {untold} it cannot be told",
        plans.len(),
        audit.entries.len()
    );
    let by_name =
        |wanted: &str| read.iter().find(|(name, _)| name == wanted).map(|(_, bytes)| bytes.as_slice());
    let bare = by_name("infracost-ecs-only-planned-values.json");
    assert!(plans.len() > 50 && relied > 0 && bare.is_some());
}
