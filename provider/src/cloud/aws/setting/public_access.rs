//! S3: what an account refuses to make public. Nothing set is null.

use remit_governance::json::Json;

use super::super::{
    connect::Place,
    fault::Asked,
    signed::{Answer, Request, Service, element, send},
};
use crate::cloud::Fault;

const PATH: &str = "/v20180820/configuration/publicAccessBlock";
const NAMESPACE: &str = "http://awss3control.amazonaws.com/doc/2018-08-20/";

/// Members of the value, and what AWS calls them.
const SWITCHES: [(&str, &str); 4] = [
    ("block_public_acls", "BlockPublicAcls"),
    ("block_public_policy", "BlockPublicPolicy"),
    ("ignore_public_acls", "IgnorePublicAcls"),
    ("restrict_public_buckets", "RestrictPublicBuckets"),
];

pub(super) async fn found(place: &Place) -> Result<Json, Fault> {
    let asked = Asked::of("say what S3 refuses to make public", "s3:GetAccountPublicAccessBlock");
    let answer = send(place, &request("GET", String::new()), &asked).await?;
    if answer.code.as_deref() == Some("NoSuchPublicAccessBlockConfiguration") {
        return Ok(Json::Null);
    }
    let body = done(answer, &asked)?;
    let switches = SWITCHES.map(|(name, element_name)| {
        (name.to_owned(), Json::Bool(element(&body, element_name).as_deref() == Some("true")))
    });
    Ok(Json::Object(switches.into()))
}

pub(super) async fn set(place: &Place, value: &Json) -> Result<(), Fault> {
    let asked = Asked::of("set what S3 refuses to make public", "s3:PutAccountPublicAccessBlock");
    let Some(members) = value.as_object() else {
        return done(send(place, &request("DELETE", String::new()), &asked).await?, &asked).map(drop);
    };
    let mut switches = String::new();
    for (name, element) in SWITCHES {
        let on = members.get(name) == Some(&Json::Bool(true));
        switches.extend(["<", element, ">", if on { "true" } else { "false" }, "</", element, ">"]);
    }
    let name = "PublicAccessBlockConfiguration";
    let body = format!("<{name} xmlns=\"{NAMESPACE}\">{switches}</{name}>");
    done(send(place, &request("PUT", body), &asked).await?, &asked).map(drop)
}

fn request(method: &'static str, body: String) -> Request {
    let content_type = if body.is_empty() { "" } else { "application/xml" };
    Request { service: Service::S3Control, method, path: PATH, content_type, body }
}

fn done(answer: Answer, asked: &Asked) -> Result<String, Fault> {
    match answer.code {
        None => Ok(answer.body),
        Some(code) => Err(asked.answered(&code, &answer.body)),
    }
}
