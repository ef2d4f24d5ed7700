//! Terraform with a cloud of its own, refreshed like a scheduled run does it, and the judgement of that.

use fake_cloud::{FakeCloud, OutOfBand, Seed};
use plancheck::drift::report::Report;
use plancheck::drift::{Asked, Named, Previous, Trail, judge};
use plancheck::report::Given;
use remit_governance::Lock;
use remit_governance::time::{Duration, Timestamp};
use serde_json::{Value, json};

use super::support::{Terraform, approvers};

pub(crate) const ACCOUNT: &str = "123456789012";
/// The account that the envelope is about, which lies beneath the guard.
pub(crate) const MEMBER: &str = "210987654321";
pub(crate) const UNIT: &str = "ou-abcd-12345678";
pub(crate) const ELSEWHERE: &str = "ou-abcd-87654321";
const REGION: &str = "eu-west-1";

const ENVELOPE: &str = r#"
resource "remit_envelope" "agents" {
  name    = "agents"
  purpose = "Routing and document analysis"
  owner   = { name = "Mina Okafor", email = "mina.okafor@example.com" }
  scope   = { accounts = ["aws:210987654321"], tags = { workload = "agents" } }
  agents  = { principals = ["aws:arn:aws:iam::210987654321:role/agents/*"] }
  limits = {
    cost     = { currency = "USD", period = "monthly", ceiling = 12000, notify_at = [80] }
    regions  = { allow = ["eu-west-1"] }
    capacity = { instances = { ceiling = 20 }, tasks = { ceiling = 20 }, concurrency = { ceiling = 50 } }
  }
  consent = { approvers = [remit_approver.dana.record, remit_approver.lee.record], quorum = { finance = 1 } }
  deletion_protection = false
  aws = {
    budget = {
      subscribers = ["finops@example.com"]
      action      = { role = "arn:aws:iam::123456789012:role/stop", targets = ["ou-abcd-12345678"], approval = "automatic" }
    }
    region_guard = { targets = ["ou-abcd-12345678"] }
    caps = [
      { scalable_target = { service_namespace = "ecs", resource_id = "service/prod/support", dimension = "ecs:service:DesiredCount" }, min = 1, max = 20 },
      { autoscaling_group = "workers", max = 10 },
      { lambda_function = "analysis", reserved_concurrency = 50 },
    ]
  }
}

resource "remit_default_override" "guardrail" {
  default   = "aws-bedrock-agent-no-guardrail"
  envelope  = remit_envelope.agents.record
  decision  = "override"
  value     = jsonencode({ guardrail_configuration = "required" })
  reason    = "Prompts carry customer data"
  owner     = { name = "Lee Park", email = "lee.park@example.com" }
  review    = { every = "quarter", due = "2099-02-28" }
}

data "remit_governance_lock" "this" {
  records = [
    remit_approver.dana.record, remit_approver.lee.record, remit_envelope.agents.record,
    remit_default_override.guardrail.record,
  ]
}

output "lock" {
  value = data.remit_governance_lock.this.json
}
"#;

fn cloud() -> FakeCloud {
    let scaled = json!({
        "auto_scaling_groups": { "workers": { "min": 1, "max": 40, "desired": 2 } },
        "functions": { "analysis": {} },
        "ecs_services": ["service/prod/support"],
    });
    let seed = json!({
        "organization": {
            "units": { UNIT: { "name": "agents" }, ELSEWHERE: { "name": "elsewhere" } },
            "accounts": { MEMBER: { "name": "workers", "parent": UNIT } },
        },
        "accounts": { ACCOUNT: { "regions": { REGION: scaled } } },
    });
    FakeCloud::start(Seed::from_json(&seed.to_string()).expect("a seed")).expect("a cloud")
}

/// The governance, with a review and keys that end on these days.
pub(crate) fn config(cloud: &FakeCloud, due: &str, valid_until: &str) -> String {
    let services = [
        "applicationautoscaling",
        "autoscaling",
        "budgets",
        "lambda",
        "organizations",
        "servicequotas",
        "sts",
    ];
    let endpoints: String =
        services.map(|service| format!("      {service} = \"{}\"\n", cloud.url())).concat();
    let provider = format!(
        "provider \"remit\" {{\n  aws = {{\n    region = \"{REGION}\"\n    endpoints = {{\n{endpoints}    }}\n  }}\n}}\n"
    );
    let ends = format!("assurance = \"touch_pin\"\n  valid_until = \"{valid_until}\"\n}}");
    let approvers = approvers().replace("assurance = \"touch_pin\"\n}", &ends);
    provider + &approvers + &ENVELOPE.replace("2099-02-28", due)
}

/// A governance that was applied, and the lock that it was approved as.
pub(crate) struct Scene {
    pub(crate) cloud: FakeCloud,
    pub(crate) terraform: Terraform,
    lock: String,
}

impl Scene {
    /// One for each tool there is, applied.
    pub(crate) fn each() -> Vec<Self> {
        let scenes = Terraform::each("").into_iter().map(|mut terraform| {
            let cloud = cloud();
            for (name, value) in [
                ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
                ("AWS_SECRET_ACCESS_KEY", "secret"),
                ("AWS_EC2_METADATA_DISABLED", "true"),
                // As a scheduled run has it: what may not be looked at is told, with all the rest.
                ("REMIT_UNREADABLE", "record"),
            ] {
                terraform.set_env(name, value);
            }
            terraform.write("main.tf", &config(&cloud, "2099-02-28", "2099-06-30"));
            terraform.apply();
            let lock = terraform.output("lock");
            Self { cloud, terraform, lock }
        });
        scenes.collect()
    }

    /// Declares something else, which is approved by being applied: what runs are judged by from then on.
    pub(crate) fn governed_anew(&mut self, config: &str) {
        self.terraform.write("main.tf", config);
        self.terraform.apply();
        self.lock = self.terraform.output("lock");
    }

    /// Does something behind Terraform's back.
    #[track_caller]
    pub(crate) fn behind(&self, (service, operation, input): &(&'static str, &'static str, Value)) -> Value {
        let Value::Object(input) = input.clone() else { panic!("an object") };
        let edit = OutOfBand {
            service: (*service).to_owned(),
            operation: (*operation).to_owned(),
            account: Some(ACCOUNT.to_owned()),
            region: Some(REGION.to_owned()),
            input,
        };
        self.cloud.call(edit).unwrap_or_else(|error| panic!("{operation}: {error}"))
    }

    pub(crate) fn id_of(&self, kind: &str) -> String {
        let attributes = self.terraform.attributes("remit_envelope.agents");
        let controls = attributes["controls"].as_array().expect("controls").clone();
        let control = controls.iter().find(|control| control["kind"] == kind).expect("the control");
        control["id"].as_str().expect("an id").to_owned()
    }

    /// What `terraform plan -refresh-only` says, as JSON. It writes nothing, neither into the cloud nor into the state.
    #[track_caller]
    pub(crate) fn refreshed(&self) -> String {
        self.cloud.clear_log();
        self.terraform.must(&["plan", "-refresh-only", "-out=refresh.tfplan", "-input=false", "-no-color"]);
        let writes = self.cloud.writes();
        assert!(writes.is_empty(), "a refresh writes nothing: {writes:?}");
        self.terraform.must(&["show", "-json", "refresh.tfplan"]).stdout
    }

    /// What a scheduled run says.
    #[track_caller]
    pub(crate) fn run(&self, beside: Beside<'_>) -> Report {
        let plan = self.refreshed();
        self.judge(&plan, beside)
    }

    #[track_caller]
    pub(crate) fn judge(&self, plan: &str, beside: Beside<'_>) -> Report {
        let lock = Lock::parse(self.lock.as_bytes()).expect("a lock");
        judge(&Asked {
            governance: &[Named { name: "refresh.json", bytes: plan.as_bytes() }],
            workloads: &[],
            lock: &lock,
            lock_name: "governance.lock.json",
            pinned: false,
            given: Given { workspace: None, account: None, now: beside.now.unwrap_or_else(Timestamp::now) },
            max_age: Duration::parse("3650d").expect("a duration"),
            trail: beside.trail,
            accepted: None,
            previous: beside.previous,
        })
        .expect("a report")
    }
}

/// What a run is given besides.
#[derive(Clone, Copy, Default)]
pub(crate) struct Beside<'a> {
    pub(crate) previous: Option<&'a Previous>,
    pub(crate) trail: Option<&'a Trail>,
    pub(crate) now: Option<Timestamp>,
}
