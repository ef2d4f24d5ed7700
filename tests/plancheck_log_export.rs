//! Exports of the decision log, read by others: `DuckDB` reads the Parquet files and runs the example queries. It is installed by the test
//! itself, into the target folder; without Python or an index of packages the test skips aloud, which `REMIT_REQUIRE_DUCKDB=1` makes a
//! failure. The other exports are compared with what their formats require.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "black-box test: it stops at the first thing that is not as it should be, and looks at the machine it runs on"
)]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
};

use remit_governance::{Envelope, Json, Lock, consent::Function, testing::Person};
use serde_json::{Value, json};

const BIN: &str = env!("CARGO_BIN_EXE_plancheck");
const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/decision-log");

/// What the engine is asked to say as JSON: each query's columns and rows.
const SCRIPT: &str = "
import duckdb, json, sys
found = []
for query in open(sys.argv[1]).read().split(';'):
    if query.strip():
        ran = duckdb.sql(query)
        found.append({'columns': ran.columns, 'rows': ran.fetchall()})
print(json.dumps(found, default=str))
";

/// A folder with a log of four decisions: allowed, denied, one without a workspace, and one whose workspace has an odd name.
struct Scene(tempfile::TempDir);

impl Scene {
    fn new() -> Self {
        let scene = Self(tempfile::tempdir().unwrap());
        scene.put("governance.lock.json", lock());
        scene.run(&["log", "init", "--log", "log", "--key", "log.key", "--name", "example.com/prod"], 0);
        let said = json!({
            "objective": { "name": "keep answers fast" }, "agent": "autoscaler",
            "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        });
        scene.put("rationale.json", said.to_string());
        scene.check(6, &["--workspace", "prod", "--rationale", "rationale.json"], 0);
        scene.check(60, &["--workspace", "prod"], 2);
        scene.check(7, &[], 0);
        scene.check(8, &["--workspace", "a/b=c"], 0);
        scene
    }

    fn put(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::write(self.0.path().join(name), text).unwrap();
    }

    fn check(&self, size: u32, more: &[&str], code: i32) {
        self.put("plan.json", plan(size).to_string());
        let all = [
            "check",
            "--plan",
            "plan.json",
            "--governance",
            "governance.lock.json",
            "--log",
            "log",
            "--log-key",
            "log.key",
        ];
        self.run(&[&all[..], more].concat(), code);
    }

    fn export(&self, format: &str, out: &str) -> PathBuf {
        self.run(&["log", "export", "--log", "log", "--format", format, "--out", out], 0);
        self.0.path().join(out)
    }

    fn lines(&self, format: &str) -> Vec<Value> {
        let text = fs::read_to_string(self.export(format, "export.jsonl")).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn run(&self, args: &[&str], code: i32) -> String {
        let ran =
            Command::new(BIN).current_dir(self.0.path()).args(args).stdin(Stdio::null()).output().unwrap();
        let said = String::from_utf8_lossy(&ran.stderr);
        assert_eq!(ran.status.code(), Some(code), "{args:?}: {said}");
        String::from_utf8(ran.stdout).unwrap()
    }
}

fn lock() -> String {
    let dana = Person::with_fido("dana", Function::Finance, 1).approver().record();
    let envelope = json!({
        "name": "team-a", "purpose": "tests", "owner": { "name": "Mina Okafor", "email": "mina.okafor@example.com" },
        "scope": { "addresses": ["**"] }, "limits": { "capacity": { "instances": { "ceiling": 20 } } },
        "consent": { "approvers": [dana], "quorum": { "finance": 1 } },
    });
    let envelope = Envelope::declare(&Json::parse(&envelope.to_string()).unwrap()).unwrap().record();
    Lock::build(&[&dana, &envelope], 1).unwrap().to_json()
}

fn plan(size: u32) -> Value {
    json!({
        "format_version": "1.2", "terraform_version": "1.12.2", "planned_values": {},
        "resource_changes": [{
            "address": "aws_autoscaling_group.workers", "mode": "managed", "type": "aws_autoscaling_group", "name": "workers",
            "provider_name": "registry.terraform.io/hashicorp/aws",
            "change": {
                "actions": ["update"], "before": { "max_size": 4 }, "after": { "max_size": size },
                "after_unknown": {}, "before_sensitive": {}, "after_sensitive": {},
            },
        }],
        "configuration": { "root_module": {} },
    })
}

/// The interpreter that has `DuckDB`. None: it could not be installed, which was said.
fn python() -> Option<PathBuf> {
    // Tests run side by side: one installs it, the others wait.
    static INSTALLED: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    match INSTALLED.get_or_init(install).clone() {
        Ok(python) => Some(python),
        Err(why) => {
            let required = std::env::var_os("REMIT_REQUIRE_DUCKDB").is_some_and(|value| value == "1");
            assert!(!required, "REMIT_REQUIRE_DUCKDB is set, and {why}");
            eprintln!("SKIPPED: {why}");
            None
        }
    }
}

fn install() -> Result<PathBuf, String> {
    const WANTED: &str = "duckdb==2.0.1";
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("duckdb");
    let (python, made_of) = (folder.join("bin/python"), folder.join("made-of.txt"));
    if fs::read_to_string(&made_of).is_ok_and(|made_of| made_of == WANTED) {
        return Ok(python);
    }
    let run = |program: &Path, arguments: &[&str]| {
        let ran = Command::new(program).args(arguments).output();
        let ran = ran.map_err(|error| format!("{} cannot be started: {error}", program.display()))?;
        let said = String::from_utf8_lossy(&ran.stderr).trim().to_owned();
        if ran.status.success() { Ok(()) } else { Err(format!("{}: {said}", arguments.join(" "))) }
    };
    run(Path::new("python3"), &["-m", "venv", "--clear", &folder.to_string_lossy()])?;
    run(&python, &["-m", "pip", "install", "--quiet", "--disable-pip-version-check", WANTED])?;
    fs::write(&made_of, WANTED).map_err(|error| error.to_string())?;
    Ok(python)
}

#[test]
fn an_engine_reads_the_tables_and_runs_the_example_queries() {
    let Some(python) = python() else { return };
    let scene = Scene::new();
    scene.export("parquet", "decisions");
    // Exporting again writes the same files.
    scene.export("parquet", "decisions");
    let asked = "SELECT log_index, verdict, workspace, rules, addresses, objective, cost, leaf_hash, id, plan_sha256, recorded_at \
                 FROM read_parquet('decisions/*/*/*.parquet', hive_partitioning = true) ORDER BY log_index";
    scene.put("rows.sql", asked);
    fs::copy(Path::new(EXAMPLES).join("queries.sql"), scene.0.path().join("queries.sql")).unwrap();
    let ask = |file: &str| -> Vec<Value> {
        let ran =
            Command::new(&python).current_dir(scene.0.path()).args(["-c", SCRIPT, file]).output().unwrap();
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        serde_json::from_slice(&ran.stdout).unwrap()
    };
    let rows = ask("rows.sql")[0]["rows"].as_array().unwrap().clone();
    let summary: Vec<[&Value; 5]> =
        rows.iter().map(|row| [&row[0], &row[1], &row[2], &row[3], &row[5]]).collect();
    let expected = [
        json!([0, "allowed", "prod", [], "keep answers fast"]),
        json!([1, "denied", "prod", ["scale-above-ceiling"], ""]),
        json!([2, "allowed", null, [], ""]),
        json!([3, "allowed", "a/b=c", [], ""]),
    ];
    assert_eq!(json!(summary), json!(expected));
    for (index, row) in rows.iter().enumerate() {
        let record: Value =
            serde_json::from_str(&scene.run(&["log", "show", &index.to_string(), "--log", "log"], 0))
                .unwrap();
        assert_eq!(row[8], record["predicate"]["id"]);
        assert_eq!(row[9], record["subject"][0]["digest"]["sha256"]);
        assert_eq!(row[6], Value::Null, "nobody priced it");
        if index > 0 {
            assert_eq!(
                rows[index - 1][7],
                record["predicate"]["chain"]["previous"],
                "the hash names the record"
            );
        }
    }
    let answers = ask("queries.sql");
    assert_eq!(answers.len(), 5);
    assert_eq!(answers[1]["rows"], json!([["scale-above-ceiling", 1]]));
    assert_eq!(answers[3]["rows"].as_array().unwrap().len(), 3);
}

/// The table definition names the columns of the files, in their order, and the partitions.
#[test]
fn the_table_definition_is_that_of_the_files() {
    let Some(python) = python() else { return };
    let scene = Scene::new();
    scene.export("parquet", "decisions");
    scene.put(
        "columns.sql",
        "SELECT * FROM read_parquet('decisions/*/*/*.parquet', hive_partitioning = true) LIMIT 0",
    );
    let ran = Command::new(python)
        .current_dir(scene.0.path())
        .args(["-c", SCRIPT, "columns.sql"])
        .output()
        .unwrap();
    let found: Vec<Value> = serde_json::from_slice(&ran.stdout).unwrap();
    let columns: Vec<&str> =
        found[0]["columns"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    let table = fs::read_to_string(Path::new(EXAMPLES).join("table.sql")).unwrap();
    let declared = table
        .lines()
        .filter(|line| line.starts_with("  "))
        .map(|line| line.split_whitespace().next().unwrap());
    let declared: Vec<&str> = declared.chain(["date", "workspace"]).collect();
    assert_eq!(columns, declared);
    assert!(table.contains("PARTITIONED BY (`date` string, workspace string)"));
}

#[test]
fn cloud_events_carry_every_record_whole() {
    let scene = Scene::new();
    let append = [
        "log",
        "append",
        "--log",
        "log",
        "--log-key",
        "log.key",
        "--review",
        "77",
        "--reviewer",
        "lee@example.com",
    ];
    scene.run(&[&append[..], &["--conclusion", "was needed"]].concat(), 0);
    let events = scene.lines("cloudevents");
    assert_eq!(events.len(), 5);
    for (index, event) in events.iter().enumerate() {
        let record: Value =
            serde_json::from_str(&scene.run(&["log", "show", &index.to_string(), "--log", "log"], 0))
                .unwrap();
        assert_eq!(event["specversion"], "1.0");
        assert_eq!(event["data"], record);
        assert_eq!(event["type"], record["predicateType"]);
        assert_eq!(
            (&event["id"], &event["source"]),
            (&record["predicate"]["id"], &json!("urn:remit:log:example.com/prod"))
        );
    }
}

#[test]
fn ocsf_events_have_what_their_class_requires() {
    let scene = Scene::new();
    let events = scene.lines("ocsf");
    assert_eq!(events.len(), 4);
    for event in &events {
        for member in [
            "activity_id",
            "category_uid",
            "class_uid",
            "compliance",
            "finding_info",
            "metadata",
            "severity_id",
            "time",
            "type_uid",
        ] {
            assert!(!event[member].is_null(), "{member} is missing");
        }
        assert_eq!(
            event["type_uid"],
            json!(event["class_uid"].as_i64().unwrap() * 100 + event["activity_id"].as_i64().unwrap())
        );
        assert_eq!(event["metadata"]["version"], "1.8.0");
        assert!(event["metadata"]["product"]["name"].is_string() && event["finding_info"]["uid"].is_string());
    }
    let status = |index: usize| events[index]["compliance"]["status"].as_str().unwrap();
    assert_eq!((status(0), status(1)), ("Pass", "Fail"));
}

#[test]
fn otel_logs_belong_to_the_trace_that_the_agent_named() {
    let scene = Scene::new();
    let requests = scene.lines("otel");
    assert_eq!(requests.len(), 1);
    let records = requests[0]["resourceLogs"][0]["scopeLogs"][0]["logRecords"].as_array().unwrap();
    assert_eq!(records.len(), 4);
    assert_eq!(records[0]["traceId"], "4bf92f3577b34da6a3ce929d0e0e4736");
    assert_eq!(records[0]["spanId"], "00f067aa0ba902b7");
    assert_eq!(records[1].get("traceId"), None);
    assert_eq!(records[1]["severityText"], "ERROR");
    let agent = json!({ "key": "gen_ai.agent.name", "value": { "stringValue": "autoscaler" } });
    assert!(records[0]["attributes"].as_array().unwrap().contains(&agent));
    assert!(!records[1]["attributes"].as_array().unwrap().contains(&agent));
}

#[test]
fn queries_find_by_what_people_ask_for() {
    let scene = Scene::new();
    let found = |more: &[&str]| -> Vec<u64> {
        let text = scene.run(&[&["log", "query", "--log", "log", "--format", "json"], more].concat(), 0);
        let rows: Value = serde_json::from_str(&text).unwrap();
        rows.as_array().unwrap().iter().map(|row| row["log_index"].as_u64().unwrap()).collect()
    };
    assert_eq!(found(&[]), [0, 1, 2, 3]);
    assert_eq!(found(&["--verdict", "denied"]), [1]);
    assert_eq!(found(&["--envelope", "team-a"]), [0, 1, 2, 3]);
    assert_eq!(found(&["--envelope", "team-b"]), [] as [u64; 0]);
    assert_eq!(found(&["--address", "workers"]), [1], "only findings name addresses");
    assert_eq!(found(&["--until", "2020-01-01T00:00:00Z"]), [] as [u64; 0]);
    assert_eq!(found(&["--since", "2020-01-01T00:00:00Z"]), [0, 1, 2, 3]);
    assert_eq!(found(&["--cost-from", "1"]), [] as [u64; 0]);
    let table = scene.run(&["log", "query", "--log", "log"], 0);
    assert!(table.starts_with("RECORD") && table.ends_with("4 decisions\n"), "{table}");
    let csv = scene.run(&["log", "query", "--log", "log", "--format", "csv"], 0);
    assert_eq!(csv.lines().count(), 5);
}

#[test]
fn the_report_of_a_quarter_says_what_was_decided_and_loads_nothing() {
    let scene = Scene::new();
    let asked = ["log", "report", "--log", "log", "--html", "report.html", "--quarter"];
    let day = scene.lines("cloudevents")[0]["time"].as_str().unwrap().to_owned();
    let parts: Vec<&str> = day.split('-').collect();
    let month: u32 = parts[1].parse().unwrap();
    let now = format!("{}-Q{}", parts[0], (month - 1) / 3 + 1);
    let markdown = scene.run(&[&asked[..], &[&now]].concat(), 0);
    for part in [
        "| allowed | 3 |",
        "| denied | 1 |",
        "SOC 2",
        "HIPAA",
        "GDPR",
        "EU AI Act",
        "- team-a in prod: instances: 4 at first, 4 at last, 4 at most; ceiling 20",
    ] {
        assert!(markdown.contains(part), "{part}: {markdown}");
    }
    let page = fs::read_to_string(scene.0.path().join("report.html")).unwrap();
    assert!(
        page.contains("default-src 'none'") && page.contains("<svg") && page.contains("class=\"ceiling\"")
    );
    for loads in ["<script", "src=", "href=", "url(", "@import"] {
        assert!(!page.contains(loads), "{loads}");
    }
    let empty = scene.run(&[&asked[..], &["2020-Q1"]].concat(), 0);
    assert!(empty.contains("has no record of this quarter"), "{empty}");
    scene.run(&[&asked[..], &["2026-Q5"]].concat(), 1);
}
