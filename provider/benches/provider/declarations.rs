//! The declarations that are measured: an approver as a small one, an envelope with every limit as a large one.

use tf_provider_sdk::{Object, Value};

/// As the attributes of a resource in HCL, with these instances.
pub(crate) fn approver_hcl() -> String {
    format!(
        "name = \"Dana ${{count.index}}\"\n  email = \"dana-${{count.index}}@example.com\"\n  function = \"finance\"\n  \
         keys = [\"{KEY} dana\"]\n  assurance = \"touch_pin\"\n  valid_until = \"2027-06-30\""
    )
}

const KEY: &str = "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIOwDa2R69x8unH2XjRrTFC6z/o0i5CJZILqep3fmHBTnAAAABHNzaDo=";

pub(crate) fn approver() -> Object {
    Object::new()
        .with("name", "Dana Reyes")
        .with("email", "dana.reyes@example.com")
        .with("function", "finance")
        .with("keys", texts([format!("{KEY} dana")]))
        .with("assurance", "touch_pin")
        .with("valid_until", "2027-06-30")
}

pub(crate) fn default_override() -> Object {
    let owner = Object::new().with("name", "Lee Park").with("email", "lee.park@example.com");
    Object::new()
        .with("default", "aws-bedrock-agent-no-guardrail")
        .with("decision", "override")
        .with("value", "{\"guardrail_configuration\":\"required\"}")
        .with("reason", "Prompts carry customer data")
        .with("owner", owner)
        .with("regulations", texts(["GDPR", "SOC 2"]))
        .with("ticket", "CHG-4471")
        .with("review", Object::new().with("every", "quarter").with("due", "2027-02-28"))
}

/// `approver` is the record of one.
pub(crate) fn envelope(approver: &Value) -> Object {
    let owner = Object::new().with("name", "Mina Okafor").with("email", "mina.okafor@example.com");
    let consent = Object::new()
        .with("approvers", Value::set([approver.clone()]))
        .with("quorum", Object::new().with("finance", 1));
    Object::new()
        .with("name", "support-agents")
        .with("purpose", "Customer-service orchestration: routing and document analysis")
        .with("owner", owner)
        .with("scope", Object::new().with("accounts", texts(["aws:123456789012"])))
        .with("limits", limits())
        .with("consent", consent)
        .with("review", Object::new().with("every", "quarter").with("due", "2027-02-28"))
}

fn limits() -> Object {
    let marks = |ceiling: i64| Object::new().with("ceiling", ceiling).with("authorize_above", ceiling / 2);
    let cost = marks(12_000).with("currency", "USD").with("period", "monthly");
    let regions = Object::new()
        .with("allow", texts(["eu-west-1", "eu-central-1"]))
        .with("inference_geographies", texts(["eu"]));
    let capacity =
        Object::new().with("instances", marks(20)).with("gpus", marks(8)).with("concurrency", marks(200));
    let integrations = Object::new()
        .with("models", texts(["anthropic.claude-*"]))
        .with("endpoints", texts(["*.pinecone.io"]))
        .with("providers", texts(["hashicorp/aws"]))
        .with("services", texts(["bedrock", "ecs"]));
    Object::new()
        .with("cost", cost)
        .with("regions", regions)
        .with("capacity", capacity)
        .with("integrations", integrations)
        .with("instance_types", Object::new().with("deny", texts(["p5.*", "p5en.*"])))
        .with("perimeter", Object::new().with("public", "consent"))
        .with("tags", Object::new().with("required", texts(["owner"])))
        .with("growth", Object::new().with("cost_per_change", 500).with("percent_per_change", 50))
        .with("logging", "deny")
        .with("deletion", "consent")
}

fn texts<T: Into<Value>>(texts: impl IntoIterator<Item = T>) -> Value {
    Value::set(texts.into_iter().map(Into::into))
}
