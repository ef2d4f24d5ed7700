//! A provider in this process that is connected to a cloud.

use std::{fs, path::Path, sync::LazyLock};

use fake_cloud::FakeCloud;
use serde_json::{Value as Json, json};
use terraform_provider_remit::Remit;
use tf_provider_sdk::{Object, Value, testing::TestProvider};

use crate::cloud::MEMBER;

const KEY: &str = "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIOwDa2R69x8unH2XjRrTFC6z/o0i5CJZILqep3fmHBTnAAAABHNzaDo= dana";
const SERVICES: [&str; 10] = [
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
];

/// A provider as a new process has it: nothing is cached. The folder holds its credentials.
pub(crate) fn provider(cloud: &FakeCloud, folder: &Path) -> TestProvider<Remit> {
    let credentials = folder.join("credentials");
    let keys = "[default]\naws_access_key_id = AKIA123456789012TEST\naws_secret_access_key = secret\n";
    fs::write(&credentials, keys).expect("a file of credentials");
    let url = cloud.url();
    let endpoints: Json =
        SERVICES.iter().map(|service| ((*service).to_owned(), Json::from(url.as_str()))).collect();
    let config = object(&json!({ "aws": {
        "region": "eu-west-1", "max_attempts": 2, "endpoints": endpoints, "shared_config_files": [],
        "shared_credentials_files": [credentials.display().to_string()],
        "accounts": { MEMBER: { "role_arn": format!("arn:aws:iam::{MEMBER}:role/remit") } },
    } }));
    TestProvider::start(Remit, config).unwrap_or_else(|said| panic!("{said:?}"))
}

/// The record of an approver, from the resource that makes it.
pub(crate) fn approver() -> &'static str {
    static RECORD: LazyLock<String> = LazyLock::new(|| {
        let provider = TestProvider::start(Remit, Object::new()).unwrap_or_else(|said| panic!("{said:?}"));
        let mut dana = provider.resource("remit_approver").expect("a resource");
        let declared = json!({
            "name": "Dana Reyes", "email": "dana.reyes@example.com", "function": "finance", "keys": [KEY],
            "assurance": "touch_pin", "identities": { "aws": "arn:aws:iam::123456789012:role/finance" },
        });
        let made = dana.apply(&object(&declared)).expect("an approver");
        made.attr("record").as_str().expect("a record").to_owned()
    });
    &RECORD
}

fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(value) => (*value).into(),
        Json::Number(number) => Value::Number(number.to_string().parse().expect("a number")),
        Json::String(text) => text.as_str().into(),
        Json::Array(items) => Value::List(items.iter().map(value).collect()),
        Json::Object(_) => object(json).into(),
    }
}

/// A configuration as it is written in JSON.
pub(crate) fn object(json: &Json) -> Object {
    let members = json.as_object().expect("an object");
    members.iter().map(|(name, member)| (name.as_str(), value(member))).collect()
}
