//! Bedrock: where invocations of models are logged. Nowhere is null.

use std::collections::BTreeMap;

use remit_governance::json::Json;

use super::super::{
    connect::Place,
    fault::Asked,
    signed::{Answer, Request, Service, send},
};
use crate::cloud::Fault;

const PATH: &str = "/logging/modelinvocations";

pub(super) async fn found(place: &Place) -> Result<Json, Fault> {
    let asked = Asked::of(
        "say where invocations of models are logged",
        "bedrock:GetModelInvocationLoggingConfiguration",
    );
    let body = done(send(place, &request("GET", String::new()), &asked).await?, &asked)?;
    // Nothing configured may be answered by nothing at all.
    if body.is_empty() {
        return Ok(Json::Null);
    }
    let answer = Json::parse(&body).map_err(|_| asked.unanswered("the answer is no JSON"))?;
    Ok(member(&answer, "loggingConfig").map_or(Json::Null, understood))
}

pub(super) async fn set(place: &Place, value: &Json) -> Result<(), Fault> {
    if *value == Json::Null {
        let asked = Asked::of(
            "stop logging invocations of models",
            "bedrock:DeleteModelInvocationLoggingConfiguration",
        );
        return done(send(place, &request("DELETE", String::new()), &asked).await?, &asked).map(drop);
    }
    let asked = Asked::of("log invocations of models", "bedrock:PutModelInvocationLoggingConfiguration");
    done(send(place, &request("PUT", written(value).to_text()), &asked).await?, &asked).map(drop)
}

fn request(method: &'static str, body: String) -> Request {
    let content_type = if body.is_empty() { "" } else { "application/json" };
    Request { service: Service::Bedrock, method, path: PATH, content_type, body }
}

fn done(answer: Answer, asked: &Asked) -> Result<String, Fault> {
    match answer.code {
        None => Ok(answer.body),
        Some(code) => Err(asked.answered(&code, &answer.body)),
    }
}

fn member<'j>(json: &'j Json, name: &str) -> Option<&'j Json> {
    json.as_object()?.get(name).filter(|member| **member != Json::Null)
}

/// Members of the value, and where they stand in AWS's configuration.
const PLACES: [(&str, &[&str]); 7] = [
    ("text", &["textDataDeliveryEnabled"]),
    ("image", &["imageDataDeliveryEnabled"]),
    ("embedding", &["embeddingDataDeliveryEnabled"]),
    ("log_group", &["cloudWatchConfig", "logGroupName"]),
    ("role", &["cloudWatchConfig", "roleArn"]),
    ("bucket", &["s3Config", "bucketName"]),
    ("prefix", &["s3Config", "keyPrefix"]),
];

fn understood(config: &Json) -> Json {
    let found = PLACES.into_iter().filter_map(|(name, path)| {
        let value = path.iter().try_fold(config, |json, part| member(json, part))?;
        // AWS writes an empty prefix where there is none.
        (*value != Json::from("")).then(|| (name.to_owned(), value.clone()))
    });
    Json::Object(found.collect())
}

fn written(value: &Json) -> Json {
    let mut config = BTreeMap::new();
    for (name, path) in PLACES {
        let Some(found) = member(value, name) else { continue };
        match path {
            [outer, inner] => {
                let below =
                    config.entry((*outer).to_owned()).or_insert_with(|| Json::Object(BTreeMap::new()));
                if let Json::Object(below) = below {
                    below.insert((*inner).to_owned(), found.clone());
                }
            }
            [only] => drop(config.insert((*only).to_owned(), found.clone())),
            _ => {}
        }
    }
    Json::Object([("loggingConfig".to_owned(), Json::Object(config))].into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_understood() {
        for text in [
            r#"{"bucket":"logs","embedding":false,"image":true,"prefix":"a/b","text":true}"#,
            r#"{"embedding":true,"image":true,"log_group":"g","role":"arn:aws:iam::123456789012:role/a","text":true}"#,
        ] {
            let value = Json::parse(text).unwrap();
            assert_eq!(understood(member(&written(&value), "loggingConfig").unwrap()), value);
        }
        let empty = Json::parse(r#"{"s3Config":{"bucketName":"logs","keyPrefix":""}}"#).unwrap();
        assert_eq!(understood(&empty).to_text(), r#"{"bucket":"logs"}"#);
    }
}
