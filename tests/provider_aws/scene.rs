//! Terraform, a cloud of its own, and the envelope that most of these tests are about.

use crate::support::{Terraform, approvers};
use fake_cloud::{FakeCloud, OutOfBand, Seed};
use serde_json::{Value, json};

pub(crate) const ACCOUNT: &str = "123456789012";
pub(crate) const OTHER: &str = "210987654321";
pub(crate) const UNIT: &str = "ou-abcd-12345678";
pub(crate) const REGION: &str = "eu-west-1";

pub(crate) fn cloud() -> FakeCloud {
    let scaled = json!({
        "auto_scaling_groups": { "workers": { "min": 1, "max": 40, "desired": 2 } },
        "functions": { "analysis": {}, "reserved": { "reserved_concurrency": 300 } },
        "ecs_services": ["service/prod/support"],
    });
    let seed = json!({
        "organization": { "units": { UNIT: { "name": "agents" } }, "accounts": { OTHER: { "name": "workers", "parent": UNIT } } },
        "accounts": { ACCOUNT: { "regions": { REGION: scaled } }, OTHER: { "roles": { "arn:aws:iam::210987654321:role/remit": {} }, "regions": { REGION: scaled } } },
    });
    FakeCloud::start(Seed::from_json(&seed.to_string()).expect("a seed")).expect("a cloud")
}

pub(crate) const ENVELOPE: &str = r#"
resource "remit_envelope" "agents" {
  name    = "agents"
  purpose = "Routing and document analysis"
  owner   = { name = "Mina Okafor", email = "mina.okafor@example.com" }
  scope   = { accounts = ["aws:123456789012"], tags = { workload = "agents" } }
  agents  = { principals = ["aws:arn:aws:iam::123456789012:role/agents/*"] }
  limits = {
    cost     = { currency = "USD", period = "monthly", ceiling = 12000, authorize_above = 8000, notify_at = [80] }
    regions  = { allow = ["eu-west-1"] }
    capacity = { instances = { ceiling = 20 }, tasks = { ceiling = 20 }, concurrency = { ceiling = 50 } }
  }
  consent = { approvers = [remit_approver.dana.record, remit_approver.lee.record], quorum = { finance = 1 } }
  deletion_protection = false
  aws = {
    budget       = { subscribers = ["finops@example.com"] }
    region_guard = { targets = ["ou-abcd-12345678"] }
    tamper_guard = { targets = ["ou-abcd-12345678"] }
    caps = [
      { scalable_target = { service_namespace = "ecs", resource_id = "service/prod/support", dimension = "ecs:service:DesiredCount" }, min = 1, max = 20 },
      { autoscaling_group = "workers", max = 10 },
      { lambda_function = "analysis", reserved_concurrency = 50 },
    ]
    minimum_strength = { regions = "denies_on_write" }
  }
}
"#;

pub(crate) fn provider(cloud: &FakeCloud) -> String {
    let endpoints: String = [
        "applicationautoscaling",
        "autoscaling",
        "bedrock",
        "budgets",
        "ec2",
        "lambda",
        "organizations",
        "s3control",
        "servicequotas",
        "sts",
    ]
    .map(|service| format!("      {service} = \"{}\"\n", cloud.url()))
    .concat();
    format!(
        "provider \"remit\" {{\n  aws = {{\n    region = \"{REGION}\"\n    endpoints = {{\n{endpoints}    }}\n    \
         accounts = {{ \"{OTHER}\" = {{ role_arn = \"arn:aws:iam::{OTHER}:role/remit\" }} }}\n  }}\n}}\n"
    )
}

pub(crate) fn config(cloud: &FakeCloud, envelope: &str) -> String {
    provider(cloud) + &approvers() + envelope
}

/// Terraform with a cloud of its own.
pub(crate) struct Scene {
    pub(crate) cloud: FakeCloud,
    pub(crate) terraform: Terraform,
}

impl Scene {
    /// One for each tool there is.
    pub(crate) fn each(envelope: &str) -> Vec<Self> {
        let scenes = Terraform::each("").into_iter().map(|mut terraform| {
            let cloud = cloud();
            for (name, value) in [
                ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
                ("AWS_SECRET_ACCESS_KEY", "secret"),
                ("AWS_EC2_METADATA_DISABLED", "true"),
            ] {
                terraform.set_env(name, value);
            }
            terraform.write("main.tf", &config(&cloud, envelope));
            Self { cloud, terraform }
        });
        scenes.collect()
    }

    pub(crate) fn write(&self, envelope: &str) {
        self.terraform.write("main.tf", &config(&self.cloud, envelope));
    }

    /// Does something behind Terraform's back.
    #[track_caller]
    pub(crate) fn behind(&self, service: &str, operation: &str, input: Value) -> Value {
        let Value::Object(input) = input else { panic!("an object") };
        let edit = OutOfBand {
            service: service.to_owned(),
            operation: operation.to_owned(),
            account: Some(ACCOUNT.to_owned()),
            region: Some(REGION.to_owned()),
            input,
        };
        self.cloud.call(edit).expect("the cloud takes it")
    }

    /// What is in the cloud, in short.
    pub(crate) fn exists(&self) -> Exists {
        let budgets = self.behind("budgets", "DescribeBudgets", json!({ "AccountId": ACCOUNT }));
        let policies =
            self.behind("organizations", "ListPolicies", json!({ "Filter": "SERVICE_CONTROL_POLICY" }));
        let group = self.behind(
            "autoscaling",
            "DescribeAutoScalingGroups",
            json!({ "AutoScalingGroupNames": ["workers"] }),
        );
        let targets = self.behind(
            "application-autoscaling",
            "DescribeScalableTargets",
            json!({ "ServiceNamespace": "ecs" }),
        );
        let function = self.behind("lambda", "GetFunctionConcurrency", json!({ "FunctionName": "analysis" }));
        let count = |json: &Value| json.as_array().map_or(0, Vec::len);
        Exists {
            budgets: count(&budgets["Budgets"]),
            policies: count(&policies["Policies"]) - 1,
            group: group["AutoScalingGroups"][0]["MaxSize"].clone(),
            target: targets["ScalableTargets"][0]["MaxCapacity"].clone(),
            function: function["ReservedConcurrentExecutions"].clone(),
        }
    }

    pub(crate) fn controls(&self) -> Vec<Value> {
        let attributes = self.terraform.attributes("remit_envelope.agents");
        attributes["controls"].as_array().expect("controls").clone()
    }

    pub(crate) fn id_of(&self, kind: &str) -> String {
        let controls = self.controls();
        let control = controls.iter().find(|control| control["kind"] == kind).expect("the control");
        control["id"].as_str().expect("an id").to_owned()
    }
}

#[derive(Debug, PartialEq)]
pub(crate) struct Exists {
    pub(crate) budgets: usize,
    pub(crate) policies: usize,
    pub(crate) group: Value,
    pub(crate) target: Value,
    pub(crate) function: Value,
}

pub(crate) fn all() -> Exists {
    Exists { budgets: 1, policies: 1, group: json!(10), target: json!(20), function: json!(50) }
}

pub(crate) fn nothing() -> Exists {
    Exists { budgets: 0, policies: 0, group: json!(40), target: Value::Null, function: Value::Null }
}
