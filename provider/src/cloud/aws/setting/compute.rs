//! EC2: encryption of new volumes, and how new instances serve their metadata.

use remit_governance::json::Json;

use super::super::{
    connect::Place,
    fault::Asked,
    signed::{Request, Service, element, send},
};
use crate::cloud::Fault;

const VERSION: &str = "2016-11-15";

/// Members of the value, and what AWS calls them in requests and in answers.
const METADATA: [(&str, &str, &str); 4] = [
    ("http_endpoint", "HttpEndpoint", "httpEndpoint"),
    ("http_put_response_hop_limit", "HttpPutResponseHopLimit", "httpPutResponseHopLimit"),
    ("http_tokens", "HttpTokens", "httpTokens"),
    ("instance_metadata_tags", "InstanceMetadataTags", "instanceMetadataTags"),
];

pub(super) async fn encryption(place: &Place) -> Result<Json, Fault> {
    let asked = Asked::of("say whether new volumes are encrypted", "ec2:GetEbsEncryptionByDefault");
    let answer = ask(place, &asked, "GetEbsEncryptionByDefault", "").await?;
    match element(&answer, "ebsEncryptionByDefault").as_deref() {
        Some("true") => Ok(Json::Bool(true)),
        Some("false") => Ok(Json::Bool(false)),
        _ => Err(asked.unanswered("the answer does not say it")),
    }
}

pub(super) async fn encrypt(place: &Place, encrypted: bool) -> Result<(), Fault> {
    let (what, action, operation) = if encrypted {
        ("encrypt new volumes", "ec2:EnableEbsEncryptionByDefault", "EnableEbsEncryptionByDefault")
    } else {
        ("stop encrypting new volumes", "ec2:DisableEbsEncryptionByDefault", "DisableEbsEncryptionByDefault")
    };
    ask(place, &Asked::of(what, action), operation, "").await.map(drop)
}

/// Of the defaults those that `like` mentions; what AWS has no preference for is null.
pub(super) async fn metadata(place: &Place, like: &Json) -> Result<Json, Fault> {
    let asked = Asked::of("say how new instances serve their metadata", "ec2:GetInstanceMetadataDefaults");
    let answer = ask(place, &asked, "GetInstanceMetadataDefaults", "").await?;
    let wanted = |name: &str| like.as_object().is_none_or(|like| like.contains_key(name));
    let members = METADATA.into_iter().filter(|(name, ..)| wanted(name)).map(|(name, _, answered)| {
        let value = element(&answer, answered).map_or(Json::Null, |text| match text.parse::<u32>() {
            Ok(number) => Json::from(number),
            Err(_) => Json::from(text),
        });
        (name.to_owned(), value)
    });
    Ok(Json::Object(members.collect()))
}

pub(super) async fn set_metadata(place: &Place, value: &Json) -> Result<(), Fault> {
    let asked = Asked::of("set how new instances serve their metadata", "ec2:ModifyInstanceMetadataDefaults");
    let mut parameters = String::new();
    for (name, parameter, _) in METADATA {
        let text = match value.as_object().and_then(|members| members.get(name)) {
            None => continue,
            Some(Json::String(word)) => word.clone(),
            Some(Json::Number(number)) => number.as_str().to_owned(),
            // No preference, as AWS spells it for words and for numbers.
            Some(_) if name == "http_put_response_hop_limit" => "-1".to_owned(),
            Some(_) => "no-preference".to_owned(),
        };
        parameters.extend(["&", parameter, "=", &text]);
    }
    ask(place, &asked, "ModifyInstanceMetadataDefaults", &parameters).await.map(drop)
}

async fn ask(place: &Place, asked: &Asked, operation: &str, parameters: &str) -> Result<String, Fault> {
    let request = Request {
        service: Service::Ec2,
        method: "POST",
        path: "/",
        content_type: "application/x-www-form-urlencoded; charset=utf-8",
        body: format!("Action={operation}&Version={VERSION}{parameters}"),
    };
    let answer = send(place, &request, asked).await?;
    match answer.code {
        None => Ok(answer.body),
        Some(code) => Err(asked.answered(&code, &answer.body)),
    }
}
