//! STS: who calls, and the role of another account.
//!
//! The access key says which account it belongs to: `AKIA` or `ASIA` and twelve digits. Keys that say nothing belong to the
//! default account. Keys of an assumed role are only good with the session token that was given out with them.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Operation, operation};
use crate::{
    event::Kind,
    protocol::Credential,
    refusal::Refusal,
    world::{Call, World},
};

pub(super) const OPERATIONS: &[Operation] = &[
    operation("sts", "GetCallerIdentity", Kind::Read, get_caller_identity),
    operation("sts", "AssumeRole", Kind::Read, assume_role),
];

/// A role that can be assumed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Role {
    /// Who assumes it has to say this.
    pub(crate) external_id: Option<String>,
}

/// What the keys of an assumed role stand for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Session {
    account: String,
    principal: String,
    token: String,
}

/// The account and the ARN of a caller.
pub(crate) fn caller(world: &World, credential: &Credential) -> Result<(String, String), Refusal> {
    let invalid = || {
        let says = "The security token included in the request is invalid.";
        match credential.service.as_str() {
            "sts" | "autoscaling" => Refusal::new("InvalidClientTokenId", says).with_status(403),
            _ => Refusal::new("UnrecognizedClientException", says).with_status(403),
        }
    };
    if let Some(session) = world.sessions.get(&credential.access_key) {
        let is_good = credential.session_token.as_deref() == Some(session.token.as_str());
        return if is_good {
            Ok((session.account.clone(), session.principal.clone()))
        } else {
            Err(invalid())
        };
    }
    if credential.access_key.starts_with("ASIA") {
        return Err(invalid());
    }
    let named = credential.access_key.strip_prefix("AKIA").and_then(|rest| rest.get(..12));
    let account =
        named.filter(|digits| digits.chars().all(|c| c.is_ascii_digit())).unwrap_or(&world.default_account);
    Ok((account.to_owned(), format!("arn:aws:iam::{account}:user/operator")))
}

#[allow(clippy::unnecessary_wraps, reason = "the signature that all operations share")]
fn get_caller_identity(_: &mut World, call: &Call) -> Result<Value, Refusal> {
    Ok(json!({ "Account": call.account, "Arn": call.principal, "UserId": "AIDAFAKECLOUD" }))
}

fn assume_role(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let arn = call.text("RoleArn");
    let denied = || {
        let says = format!(
            "User: {} is not authorized to perform: sts:AssumeRole on resource: {arn}",
            call.principal
        );
        Refusal::new("AccessDenied", says).with_status(403)
    };
    let parts: Vec<_> = arn.splitn(6, ':').collect();
    let ["arn", _, "iam", "", account, path] = parts.as_slice() else {
        return Err(Refusal::new("ValidationError", format!("{arn} is invalid")));
    };
    let name = path.strip_prefix("role/").and_then(|path| path.rsplit('/').next()).ok_or_else(denied)?;
    let listed = world.accounts.get(*account).map(|account| &account.roles).filter(|roles| !roles.is_empty());
    let is_foreign = world.organization.get().as_ref().is_some_and(|of| !of.has_account(account));
    match listed {
        None if is_foreign && *account != world.default_account => return Err(denied()),
        None => {}
        Some(roles) => {
            let role = roles.get(arn).ok_or_else(denied)?;
            if role.external_id.as_deref().is_some_and(|id| id != call.text("ExternalId")) {
                return Err(denied());
            }
        }
    }
    let session_name = call.text("RoleSessionName");
    let principal = format!("arn:aws:sts::{account}:assumed-role/{name}/{session_name}");
    let number = world.next_id();
    let (key, token) = (format!("ASIA{account}{number:06}"), format!("token-{number:06}"));
    let expires = call.seconds() + call.input["DurationSeconds"].as_i64().unwrap_or(3600);
    world.sessions.insert(
        key.clone(),
        Session { account: (*account).to_owned(), principal: principal.clone(), token: token.clone() },
    );
    Ok(json!({
        "Credentials": { "AccessKeyId": key, "SecretAccessKey": "secret", "SessionToken": token, "Expiration": expires },
        "AssumedRoleUser": { "AssumedRoleId": format!("AROAFAKECLOUD:{session_name}"), "Arn": principal },
    }))
}
