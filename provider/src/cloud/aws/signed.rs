//! Requests to services whose SDK is too heavy for the few calls that are made of it: signed as the SDK would, sent over the same HTTP stack,
//! tried again where that helps.

use std::{borrow::Cow, time::Duration};

use aws_sdk_lambda::{
    config::{Credentials, ProvideCredentials},
    primitives::{ByteStream, SdkBody},
};
use aws_sigv4::{
    http_request::{
        PayloadChecksumKind, SignableBody, SignableRequest, SigningSettings, UriPathNormalizationMode, sign,
    },
    sign::v4,
};
use aws_smithy_http_client::{Connector, tls};
use aws_smithy_runtime_api::client::http::HttpConnector as _;

use super::{connect::Place, fault::Asked};
use crate::cloud::Fault;

/// A service that is spoken to without its SDK.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Service {
    Ec2,
    Bedrock,
    S3Control,
}

/// What is sent.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) service: Service,
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    pub(super) content_type: &'static str,
    pub(super) body: String,
}

/// What came back of a request that was carried out or refused.
#[derive(Debug)]
pub(super) struct Answer {
    /// The code of a refusal.
    pub(super) code: Option<String>,
    pub(super) body: String,
}

/// How long an answer may take, and the pause before the first repetition.
const ANSWER: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(200);

impl Service {
    /// The name that `endpoints` has for it.
    const fn name(self) -> &'static str {
        match self {
            Self::Ec2 => "ec2",
            Self::Bedrock => "bedrock",
            Self::S3Control => "s3control",
        }
    }

    /// The service that a credential is scoped to.
    const fn signing(self) -> &'static str {
        match self {
            Self::S3Control => "s3",
            other => other.name(),
        }
    }

    fn host(self, place: &Place) -> String {
        let (region, china) = (place.region(), if place.partition() == "aws-cn" { ".cn" } else { "" });
        match self {
            Self::S3Control => format!("{}.s3-control.{region}.amazonaws.com{china}", place.account),
            other => format!("{}.{region}.amazonaws.com{china}", other.name()),
        }
    }

    /// Every one of these requests may be sent twice: what it sets is set, whoever did it.
    fn url(self, place: &Place) -> String {
        let own = place.endpoint(self.name());
        own.map_or_else(
            || format!("https://{}", self.host(place)),
            |url| url.trim_end_matches('/').to_owned(),
        )
    }
}

/// Sends a request until it is answered by more than a request to try again.
pub(super) async fn send(place: &Place, request: &Request, asked: &Asked) -> Result<Answer, Fault> {
    let connector = Connector::builder()
        .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring))
        .build();
    let mut pause = PAUSE;
    for _ in 1..place.attempts() {
        match once(&connector, place, request, asked).await? {
            Sent::Answered(answer) => return Ok(answer),
            Sent::Again(_) => tokio::time::sleep(pause).await,
        }
        pause = pause.saturating_mul(2);
    }
    match once(&connector, place, request, asked).await? {
        Sent::Answered(answer) => Ok(answer),
        Sent::Again(fault) => Err(fault),
    }
}

enum Sent {
    Answered(Answer),
    /// Worth another try, and what to say if there is none.
    Again(Fault),
}

async fn once(connector: &Connector, place: &Place, request: &Request, asked: &Asked) -> Result<Sent, Fault> {
    let credentials = credentials(place, asked).await?;
    let ready = written(place, request, &credentials).map_err(|error| super::fault::unbuilt(&*error))?;
    let call = tokio::time::timeout(ANSWER, connector.call(ready)).await;
    let response = match call {
        Err(_) => return Ok(Sent::Again(asked.unanswered("no answer came in time"))),
        Ok(Err(error)) => return Ok(Sent::Again(asked.unanswered(&error.to_string()))),
        Ok(Ok(response)) => response,
    };
    let status = response.status().as_u16();
    let named = response.headers().get("x-amzn-errortype").map(str::to_owned);
    let body = match ByteStream::new(response.into_body()).collect().await {
        Ok(body) => String::from_utf8_lossy(&body.into_bytes()).into_owned(),
        Err(error) => return Ok(Sent::Again(asked.unanswered(&error.to_string()))),
    };
    if (200..300).contains(&status) {
        return Ok(Sent::Answered(Answer { code: None, body }));
    }
    let (code, message) = refusal(named.as_deref(), &body);
    let code = if code.is_empty() { format!("HTTP {status}") } else { code };
    if status >= 500
        || status == 429
        || ["Throttl", "RequestLimit", "SlowDown"].iter().any(|part| code.contains(part))
    {
        return Ok(Sent::Again(asked.answered(&code, &message)));
    }
    Ok(Sent::Answered(Answer { code: Some(code), body: message }))
}

async fn credentials(place: &Place, asked: &Asked) -> Result<Credentials, Fault> {
    let missing = || asked.unanswered("there are no credentials");
    let provider = place.credentials().ok_or_else(missing)?;
    provider
        .provide_credentials()
        .await
        .map_err(|error| asked.unanswered(&format!("no credentials: {error}")))
}

type Unwritten = Box<dyn std::error::Error + Send + Sync>;

#[allow(clippy::disallowed_methods, reason = "a signature says when it was made; nothing is decided by it")]
fn written(
    place: &Place,
    request: &Request,
    credentials: &Credentials,
) -> Result<aws_sdk_lambda::config::http::HttpRequest, Unwritten> {
    let url = format!("{}{}", request.service.url(place), request.path);
    let mut ready = http::Request::builder().method(request.method).uri(&url);
    let mut headers: Vec<(&str, Cow<'_, str>)> = Vec::new();
    if !request.content_type.is_empty() {
        headers.push(("content-type", request.content_type.into()));
    }
    if request.service == Service::S3Control {
        headers.push(("x-amz-account-id", place.account.as_str().into()));
    }
    for (name, value) in &headers {
        ready = ready.header(*name, value.as_ref());
    }
    let mut ready = ready.body(SdkBody::from(request.body.as_str()))?;
    let mut settings = SigningSettings::default();
    if request.service == Service::S3Control {
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    }
    let (identity, region) = (credentials.clone().into(), place.region());
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(&region)
        .name(request.service.signing())
        .time(std::time::SystemTime::now())
        .settings(settings)
        .build()?
        .into();
    let signable = SignableRequest::new(
        request.method,
        url.as_str(),
        headers.iter().map(|(name, value)| (*name, value.as_ref())),
        SignableBody::Bytes(request.body.as_bytes()),
    )?;
    let (instructions, _) = sign(signable, &params)?.into_parts();
    instructions.apply_to_request_http1x(&mut ready);
    Ok(ready.try_into()?)
}

/// Code and text of a refusal, in JSON or in either form of XML.
fn refusal(named: Option<&str>, body: &str) -> (String, String) {
    if let Some(code) = named {
        let message = remit_governance::json::Json::parse(body).ok();
        let message = message.as_ref().and_then(|json| json.as_object()?.get("message")?.as_str());
        // `Code:http://…` in some services.
        let code = code.split(':').next().unwrap_or(code);
        return (code.to_owned(), message.unwrap_or_default().to_owned());
    }
    let text = |name: &str| element(body, name).unwrap_or_default();
    (text("Code"), text("Message"))
}

/// The text of the first element of this name in an XML answer.
pub(super) fn element(xml: &str, name: &str) -> Option<String> {
    let document = roxmltree::Document::parse(xml).ok()?;
    let found = document.descendants().find(|node| node.tag_name().name() == name)?;
    Some(found.text().unwrap_or_default().trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_read_in_each_form() {
        let ec2 = "<?xml version=\"1.0\"?><Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>No.</Message></Error></Errors></Response>";
        let s3 =
            "<ErrorResponse><Error><Code>AccessDenied</Code><Message>No.</Message></Error></ErrorResponse>";
        assert_eq!(refusal(None, ec2), ("UnauthorizedOperation".to_owned(), "No.".to_owned()));
        assert_eq!(refusal(None, s3), ("AccessDenied".to_owned(), "No.".to_owned()));
        let json = refusal(Some("ValidationException:http://internal"), r#"{"message":"No."}"#);
        assert_eq!(json, ("ValidationException".to_owned(), "No.".to_owned()));
        assert_eq!(refusal(None, "<html>"), (String::new(), String::new()));
    }

    #[test]
    fn an_element_is_found_whatever_its_namespace() {
        let answer = r#"<A xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><ebsEncryptionByDefault>true</ebsEncryptionByDefault></A>"#;
        assert_eq!(element(answer, "ebsEncryptionByDefault").as_deref(), Some("true"));
        assert_eq!(element(answer, "sseType"), None);
        assert_eq!(element("not xml", "a"), None);
    }
}
