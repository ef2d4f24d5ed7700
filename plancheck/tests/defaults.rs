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

use plancheck::defaults::{self, Audit, Audited, Status, Subjects};
use plancheck::verdict::CheckError;
use remit_catalog::{Applies, Risk, VendorDefault};
use remit_governance::{DefaultOverride, Json};
use scene::{NOW, create, judge, over_all, plan, unknown};
use serde_json::{Value, json};

fn today() -> remit_governance::time::Date {
    remit_governance::time::today(NOW.parse().expect("an instant"))
}

fn audit(plan: &Value, overrides: &[DefaultOverride]) -> Audit {
    let bytes = plan.to_string();
    let plans = [Audited { name: "plan.json", bytes: bytes.as_bytes() }];
    reviewed(&plans, overrides).unwrap_or_else(|error| panic!("{error}"))
}

fn reviewed(plans: &[Audited<'_>], overrides: &[DefaultOverride]) -> Result<Audit, CheckError> {
    Audit::of(&Subjects { plans, pins: &[] }, overrides, today())
}

/// What the review says of one row: certainly relied on, cannot tell, or nothing.
fn says(plan: &Value, id: &str) -> &'static str {
    let audit = audit(plan, &[]);
    let entry = audit.entries.iter().find(|entry| entry.about.id() == id);
    match entry {
        Some(entry) if !entry.places.is_empty() => "relied on",
        Some(_) => "cannot tell",
        None => "nothing",
    }
}

/// A value at the end of a path, in blocks that are written as lists.
fn nested(path: &str, leaf: Value) -> Value {
    let mut object = json!({});
    put(&mut object, path, leaf);
    object
}

/// Puts a value at a path; every step on the way is a list of one block.
fn put(object: &mut Value, path: &str, value: Value) {
    let Some((first, rest)) = path.split_once('.') else {
        object[path] = value;
        return;
    };
    if !object[first].is_array() {
        object[first] = json!([{}]);
    }
    put(&mut object[first][0], rest, value);
}

/// A plan that creates one object of the row's type, with these attributes and these expressions in its block.
fn one(row: &VendorDefault, after: Value, expressions: Value) -> Value {
    let mut plan = plan(&[create(&format!("{}.x", row.resource_type), after)]);
    plan["configuration"]["root_module"]["resources"][0]["expressions"] = expressions;
    plan
}

/// The object for which what else the row asks for holds, with this at the row's attribute.
fn set_to(row: &VendorDefault, value: &Value) -> Value {
    let mut after = around(row);
    put(&mut after, row.attribute_path, value.clone());
    one(row, after, nested(row.attribute_path, json!({ "constant_value": value })))
}

/// What else has to hold for the row to apply, and the blocks around its attribute.
fn around(row: &VendorDefault) -> Value {
    let mut after = json!({});
    if let (Some((parent, _)), Some(Applies::Absent)) = (row.attribute_path.rsplit_once('.'), &row.when) {
        put(&mut after, parent, json!([{}]));
    }
    for clue in &row.only_if {
        let fits = clue.is.first().map(|word| json!(word));
        let starts = clue.starts.first().map(|start| json!(format!("{start}x")));
        // A block around the attribute is there already.
        let inside = row.attribute_path.starts_with(clue.path.as_str());
        let there = (clue.present && !inside).then(|| json!("x"));
        if let Some(value) = fits.or(starts).or(there) {
            put(&mut after, clue.path.as_str(), value);
        } else if clue.present {
            put(&mut after, clue.path.as_str(), json!([{}]));
        }
    }
    after
}

/// The plan on which a row fires, and its twin; `None` where the condition of the row is in words only.
fn twins(row: &VendorDefault) -> Option<(Value, Value)> {
    let ours = || set_to(row, &json!("ours"));
    let beside = |start: &str| create(&format!("{}.x", start.trim_end_matches('_')), json!({ "name": "x" }));
    Some(match row.when.as_ref()? {
        Applies::Absent | Applies::BlockAbsent => (one(row, around(row), json!({})), ours()),
        Applies::StartsWith(list) => {
            // Names as vendors write them: of an inference profile, or of a SKU.
            let rest = if list[0].ends_with('.') { "anthropic.claude-sonnet-4" } else { "Standard" };
            (set_to(row, &json!(format!("{}{rest}", list[0]))), ours())
        }
        Applies::OneOf(list) => (set_to(row, &json!(list[0])), ours()),
        Applies::Present => (ours(), one(row, around(row), json!({}))),
        Applies::Undeclared(list) => {
            let start =
                if list[0].ends_with('_') { format!("{}thing_", list[0]) } else { list[0].to_owned() };
            let declared = create(&format!("{}.y", row.resource_type), json!({ "name": "y" }));
            (plan(&[beside(&start)]), plan(&[beside(&start), declared]))
        }
    })
}

#[test]
fn every_row_that_a_plan_can_show_fires_and_holds() {
    let mut judged = 0;
    for row in remit_catalog::defaults() {
        let Some((fires, holds)) = twins(row) else { continue };
        // That nothing declares an object here does not say that nothing does anywhere.
        let missing = matches!(row.when, Some(Applies::Undeclared(_)));
        let expected = if missing { "cannot tell" } else { "relied on" };
        assert_eq!((row.id, says(&fires, row.id)), (row.id, expected), "{fires:#}");
        assert_eq!((row.id, says(&holds, row.id)), (row.id, "nothing"), "{holds:#}");
        judged += 1;
    }
    let all = remit_catalog::defaults().count();
    println!("{judged} of {all} rows fire and hold; the condition of the others is in words only");
    assert!(judged > 240);
}

/// A row whose further condition does not hold has nothing to do with the object.
#[test]
fn a_row_applies_only_where_its_condition_holds() {
    let mut judged = 0;
    for row in remit_catalog::defaults().filter(|row| row.when.is_some()) {
        for clue in &row.only_if {
            let mut after = around(row);
            // The opposite of what is asked for.
            let otherwise =
                if clue.absent && clue.is.is_empty() { json!("there") } else { json!("something-else") };
            match clue.present {
                true if row.attribute_path.starts_with(clue.path.as_str()) => after = json!({}),
                true => put(&mut after, clue.path.as_str(), json!([])),
                false => put(&mut after, clue.path.as_str(), otherwise),
            }
            let plan = one(row, after, json!({}));
            assert_eq!((row.id, says(&plan, row.id)), (row.id, "nothing"), "{plan:#}");
            judged += 1;
        }
    }
    println!("{judged} conditions, each with a plan in which it does not hold");
    assert!(judged > 20);
}

/// An envelope that limits everything, and denies relying on defaults.
fn strict() -> Value {
    let units = [
        "instances",
        "nodes",
        "replicas",
        "tasks",
        "vcpus",
        "gpus",
        "memory_gb",
        "concurrency",
        "model_units",
    ];
    let capacity: serde_json::Map<String, Value> =
        units.iter().map(|unit| ((*unit).to_owned(), json!({ "ceiling": 1000 }))).collect();
    over_all(&json!({
        "cost": { "currency": "USD", "period": "monthly", "ceiling": 10 }, "capacity": capacity, "defaults": "deny",
        "regions": { "allow": ["eu-west-1", "gcp:europe-west1", "azure:westeurope"] }, "integrations": { "models": ["**"] },
    }))
}

/// What `check` says of each row under an envelope that limits everything: the small are left to the review, what another rule judges is told
/// by that rule, and what was not verified never denies.
#[test]
fn every_row_that_matters_is_told_by_a_check_and_its_twin_is_not() {
    const ELSEWHERE: [&str; 5] = [
        "scale-unbounded",
        "scale-needs-consent",
        "public-exposure",
        "cross-region-inference",
        "region-outside-envelope",
    ];
    let mut counts = std::collections::BTreeMap::new();
    for row in remit_catalog::defaults() {
        if matches!(row.when, Some(Applies::Undeclared(_))) {
            continue;
        }
        let Some((fires, holds)) = twins(row) else { continue };
        let about = |report: &plancheck::report::Report| {
            let own = |finding: &&plancheck::finding::Finding| {
                matches!(finding.rule, "vendor-default-ungoverned" | "default-residency")
                    && finding.message.contains(&format!("`{}`", row.id))
            };
            report.findings.as_slice().iter().find(own).map(|finding| finding.effect.id())
        };
        let report = judge(&[strict()], &fires);
        let told = match about(&report) {
            Some(effect) => effect,
            None if row.risk == Risk::Low => "left to the review",
            None => {
                let other =
                    report.findings.as_slice().iter().find(|finding| ELSEWHERE.contains(&finding.rule));
                assert!(other.is_some(), "{} is told by nobody: {:#?}", row.id, report.findings);
                "told by another rule"
            }
        };
        let may = match (row.risk, row.verified) {
            (Risk::Low, _) => &["left to the review"][..],
            (_, false) => &["note", "told by another rule"],
            (Risk::Medium, true) if row.dimension() == "regions" => &["left to the review"],
            (Risk::Medium, true) => &["consent", "told by another rule"],
            (_, true) => &["deny", "told by another rule"],
        };
        assert!(may.contains(&told), "{}: {told}", row.id);
        assert_eq!((row.id, about(&judge(&[strict()], &holds))), (row.id, None));
        *counts.entry(told).or_insert(0) += 1;
    }
    println!("{counts:?}");
    assert!(counts["deny"] > 80);
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
    let mut shortened = bare.clone();
    shortened["resource_changes"][0]["change"]["after"] = json!({ "function_name": "f" });
    let mut null = bare.clone();
    null["resource_changes"][0]["change"]["after"] = json!({ path: null });
    let mut other = bare.clone();
    other["resource_changes"][0]["change"]["after"] = json!({ path: 50 });
    let mut computed = one(flat, json!({}), json!({}));
    computed["resource_changes"][0] = unknown(computed["resource_changes"][0].clone(), json!({ path: true }));
    let mut written = computed.clone();
    written["configuration"]["root_module"]["resources"][0]["expressions"] =
        json!({ path: { "references": ["aws_x.y.z"] } });
    let from_a_null = one(flat, json!({ path: null }), json!({ path: { "references": ["var.limit"] } }));
    let from_a_value = one(flat, json!({ path: -1 }), json!({ path: { "references": ["var.limit"] } }));
    let through = |default: Value| {
        let mut plan = one(flat, json!({ path: -1 }), json!({ path: { "references": ["var.limit"] } }));
        plan["configuration"]["root_module"]["variables"] = json!({ "limit": { "default": default } });
        plan
    };
    let (through_null, through_value) = (through(Value::Null), through(json!(-1)));
    let deep = row("azure-containerapp-max");
    let dynamic = one(deep, nested(deep.attribute_path, json!(10)), json!({}));
    let (parent, _) = deep.attribute_path.rsplit_once('.').expect("a block around it");
    let written_out = one(
        deep,
        nested(deep.attribute_path, json!(10)),
        json!({ parent: [{ "name": { "constant_value": "x" } }] }),
    );
    let empty = one(deep, json!({ parent: [] }), json!({}));
    let no_block = one(deep, json!({}), json!({}));
    let rows = [
        ("the provider filled it in", filled_in, "relied on"),
        ("a plan without configuration", says(&bare, flat.id), "cannot tell"),
        ("without configuration, and shortened", says(&shortened, flat.id), "cannot tell"),
        ("without configuration, and null", says(&null, flat.id), "relied on"),
        ("without configuration, and another value", says(&other, flat.id), "nothing"),
        ("a variable that comes to null", says(&through_null, flat.id), "relied on"),
        ("a variable that comes to a value", says(&through_value, flat.id), "nothing"),
        ("a block that is written out", says(&written_out, deep.id), "relied on"),
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
        audit.entries.iter().find(|entry| entry.about.id() == flat.id).expect("an entry").status
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
    only.entries.retain(|entry| entry.about.row().is_some_and(|row| !row.verified));
    assert!(!only.entries.is_empty() && !only.is_open(), "what was not verified asks for nothing");
}

#[test]
fn every_form_keeps_hostile_names_in_their_place() {
    let flat = row("aws-lambda-reserved-concurrency");
    let mut plan = one(flat, json!({ flat.attribute_path: null }), json!({}));
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
        if reviewed(&alone, &[]).is_ok() {
            read.push((name, bytes));
        }
    }
    let plans: Vec<Audited<'_>> = read.iter().map(|(name, bytes)| Audited { name, bytes }).collect();
    let audit = reviewed(&plans, &[]).expect("a review");
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
