//! Public plans as people really have them: each is read, and what is read agrees with an independent count.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a test may panic, and reads its files itself"
)]

mod scene;

use std::collections::BTreeMap;
use std::path::PathBuf;

use plancheck::finding::Effect;
use plancheck::plan::{self, PlanError, Wanted};
use scene::{given, lock};
use serde_json::{Value, json};

const BROKEN: [&str; 4] = [
    "aws-errored-incomplete.json",
    "broken-early-close.json",
    "broken-stray-brace.json",
    "tofu-errored.json",
];

struct Few;

impl Wanted for Few {
    fn attributes(&self, _: &str) -> Vec<String> {
        ["region", "location", "tags", "max_size", "scaling_config"].map(str::to_owned).into()
    }
}

/// The corpus lies beside the workspace; without it there is nothing to test, and the test says so.
fn corpus() -> Vec<PathBuf> {
    let folder = std::env::var_os("REMIT_CORPUS").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/corpus")),
        PathBuf::from,
    );
    let Ok(entries) = std::fs::read_dir(&folder) else {
        println!("SKIPPED: no plan corpus at {}", folder.display());
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("a folder entry").path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    assert!(files.len() > 60, "the corpus is not whole");
    files
}

fn count(
    read: impl FnOnce(&mut plan::Sink<'_>) -> Result<plan::Plan, PlanError>,
) -> Result<BTreeMap<&'static str, usize>, PlanError> {
    let mut counts = BTreeMap::new();
    let plan = read(&mut |change| {
        *counts.entry(change.change.action.word()).or_default() += 1;
        Ok(())
    })?;
    assert_eq!(plan.changes, counts.values().sum::<usize>());
    Ok(counts)
}

/// Counts with a general JSON reader, sharing no code with the plan reader.
fn independent(name: &str, bytes: &[u8]) -> BTreeMap<&'static str, usize> {
    let text = match name {
        "aws-utf16.json" => {
            let units: Vec<u16> =
                bytes.chunks_exact(2).skip(1).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
            String::from_utf16(&units).expect("UTF-16")
        }
        _ => String::from_utf8(bytes.to_vec()).expect("UTF-8"),
    };
    let body = if name == "aws-lambda-ci-wrapper.json" {
        text.lines().nth(1).expect("a second line")
    } else {
        text.as_str()
    };
    let json: serde_json::Value = serde_json::from_str(body.trim_start_matches('\u{feff}')).expect("JSON");
    let mut counts = BTreeMap::new();
    for change in json["resource_changes"].as_array().unwrap_or(&Vec::new()) {
        let words: Vec<&str> = change["change"]["actions"]
            .as_array()
            .expect("actions")
            .iter()
            .filter_map(|word| word.as_str())
            .collect();
        let word = match words[..] {
            [] | ["no-op"] => "no-op",
            ["create"] => "create",
            ["read"] => "read",
            ["update"] => "update",
            ["delete"] => "delete",
            [_, _] => "replace",
            _ => "unknown action",
        };
        *counts.entry(word).or_default() += 1;
    }
    counts
}

#[test]
fn every_sound_plan_is_read_and_counted_right() {
    for path in corpus() {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let bytes = std::fs::read(&path).expect("readable");
        let from_slice = count(|sink| plan::read_bytes(&bytes, &Few, sink));
        let from_stream = count(|sink| plan::read_stream(bytes.as_slice(), &Few, sink));
        if BROKEN.contains(&name.as_str()) {
            assert!(from_slice.is_err(), "{name} was accepted from memory");
            assert!(from_stream.is_err(), "{name} was accepted from a stream");
            continue;
        }
        let expected = independent(&name, &bytes);
        assert_eq!(
            from_slice.unwrap_or_else(|error| panic!("{name}: {error}")),
            expected,
            "{name} from memory"
        );
        assert_eq!(
            from_stream.unwrap_or_else(|error| panic!("{name}: {error}")),
            expected,
            "{name} from a stream"
        );
    }
}

#[test]
fn a_plan_cut_anywhere_is_refused() {
    let Some(path) = corpus().into_iter().find(|path| path.ends_with("aws-eks-node-group.json")) else {
        return;
    };
    let bytes = std::fs::read(path).expect("readable");
    let whole = bytes.trim_ascii_end().len();
    for cut in (0..whole).step_by(997) {
        assert!(
            count(|sink| plan::read_bytes(&bytes[..cut], &Few, sink)).is_err(),
            "cut at {cut}, from memory"
        );
        assert!(
            count(|sink| plan::read_stream(&bytes[..cut], &Few, sink)).is_err(),
            "cut at {cut}, from a stream"
        );
    }
}

/// An envelope that lets everything pass that can be told.
fn permissive() -> Value {
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
    let capacity: Value =
        units.iter().map(|unit| ((*unit).to_owned(), json!({ "ceiling": 1_000_000 }))).collect();
    json!({
        "name": "permissive", "scope": { "addresses": ["**"] },
        "limits": {
            "capacity": capacity, "perimeter": { "public": "allow" },
            "logging": "allow", "deletion": "allow", "privileges": "allow", "actions": "allow",
        },
    })
}

/// An envelope with every limit there is, each as tight as it can be.
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
    let capacity: Value = units.iter().map(|unit| ((*unit).to_owned(), json!({ "ceiling": 0 }))).collect();
    json!({
        "name": "strict", "scope": { "addresses": ["**"] },
        "limits": {
            "regions": { "allow": ["eu-central-2"], "inference_geographies": [] }, "capacity": capacity,
            "instance_types": { "allow": [] },
            "integrations": { "models": [], "endpoints": [], "providers": [], "services": [] },
            "perimeter": { "public": "deny" }, "tags": { "required": ["owner"] },
            "growth": { "percent_per_change": 1, "resources_per_change": 1 },
            "logging": "deny", "deletion": "deny", "privileges": "deny", "actions": "deny",
        },
    })
}

/// One line per plan: the verdict, and how many findings of which effect each rule made. Nothing of what the plan says.
fn verdicts(envelope: &Value) -> String {
    let lock = lock(std::slice::from_ref(envelope));
    let mut lines = Vec::new();
    for path in corpus() {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let bytes = std::fs::read(&path).expect("readable");
        let governance = plancheck::Governance::Lock { name: "lock", bytes: lock.as_bytes() };
        let plan = plancheck::PlanInput::Bytes(&bytes);
        let line = match plancheck::check(plan, governance, given()) {
            Err(_) => "could not check".to_owned(),
            Ok(report) => {
                let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
                for finding in report.findings.as_slice() {
                    *counts.entry((finding.rule, finding.effect.id())).or_default() +=
                        finding.places.len().max(1);
                }
                let counts =
                    counts.iter().map(|((rule, effect), count)| format!("\n    {effect} {rule}: {count}"));
                let of = |effect| report.findings.count(effect);
                format!(
                    "{} ({} deny, {} consent, {} note){}",
                    report.verdict().words(),
                    of(Effect::Deny),
                    of(Effect::Consent),
                    of(Effect::Note),
                    counts.collect::<String>()
                )
            }
        };
        lines.push(format!("{name}: {line}\n"));
    }
    lines.concat()
}

/// The snapshots are reviewed like any other; a plan whose line changes is looked at by hand.
#[test]
fn verdicts_over_the_corpus_are_stable() {
    if corpus().is_empty() {
        return;
    }
    insta::assert_snapshot!("permissive", verdicts(&permissive()));
    insta::assert_snapshot!("strict", verdicts(&strict()));
}
