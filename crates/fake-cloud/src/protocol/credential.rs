//! Who signs a request. The signature itself is not verified: a test has no secret worth checking.

use http::HeaderMap;

use crate::refusal::Refusal;

/// What the `Authorization` header says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Credential {
    pub(crate) access_key: String,
    pub(crate) region: String,
    pub(crate) service: String,
    /// Accompanies the keys of an assumed role.
    pub(crate) session_token: Option<String>,
}

impl Credential {
    /// `AWS4-HMAC-SHA256 Credential=<key>/<date>/<region>/<service>/aws4_request, SignedHeaders=…, Signature=…`
    pub(crate) fn read(headers: &HeaderMap) -> Result<Self, Refusal> {
        let missing = || {
            Refusal::new("MissingAuthenticationToken", "Request is missing Authentication Token")
                .with_status(403)
        };
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let signed = header("authorization").ok_or_else(missing)?;
        let incomplete = || {
            let says =
                "Authorization header requires 'Credential', 'SignedHeaders' and 'Signature' parameters.";
            Refusal::new("IncompleteSignature", says)
        };
        let parameters = signed.strip_prefix("AWS4-HMAC-SHA256").ok_or_else(incomplete)?;
        let parameter = |name: &str| {
            let of = |part: &'_ str| {
                part.trim().strip_prefix(name).and_then(|rest| rest.strip_prefix('=')).map(str::to_owned)
            };
            parameters.split(',').find_map(of).ok_or_else(incomplete)
        };
        parameter("SignedHeaders")?;
        parameter("Signature")?;
        let scope = parameter("Credential")?;
        let parts: Vec<_> = scope.split('/').collect();
        let [access_key, _date, region, service, "aws4_request"] = parts.as_slice() else {
            return Err(incomplete());
        };
        Ok(Self {
            access_key: (*access_key).to_owned(),
            region: (*region).to_owned(),
            service: (*service).to_owned(),
            session_token: header("x-amz-security-token").map(str::to_owned),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: &str) -> Result<Credential, Refusal> {
        Credential::read(&HeaderMap::from_iter([(http::header::AUTHORIZATION, value.parse().unwrap())]))
    }

    #[test]
    fn the_scope_names_key_region_and_service() {
        let found = read(
            "AWS4-HMAC-SHA256 Credential=AKIA/20261201/eu-west-1/sts/aws4_request, SignedHeaders=host, Signature=0",
        );
        let found = found.unwrap();
        assert_eq!(
            (found.access_key.as_str(), found.region.as_str(), found.service.as_str()),
            ("AKIA", "eu-west-1", "sts")
        );
    }

    #[test]
    fn no_credential_is_said_apart_from_a_broken_one() {
        assert_eq!(Credential::read(&HeaderMap::new()).unwrap_err().code, "MissingAuthenticationToken");
        assert_eq!(read("Bearer x").unwrap_err().code, "IncompleteSignature");
        assert_eq!(
            read("AWS4-HMAC-SHA256 Credential=AKIA/x, SignedHeaders=host, Signature=0").unwrap_err().code,
            "IncompleteSignature"
        );
    }
}
