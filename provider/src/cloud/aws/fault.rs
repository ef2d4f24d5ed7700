//! What AWS answers when it does not do what was asked, in words for the practitioner.

use std::error::Error;

use aws_sdk_sts::error::{ProvideErrorMetadata, SdkError};

use crate::cloud::{Fault, FaultKind, Key};

/// What was asked of AWS.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    /// Completes "AWS was asked to …".
    what: String,
    /// The permission that it takes.
    action: &'static str,
}

/// Answers that say that it exists already.
const DUPLICATE: [&str; 3] =
    ["DuplicatePolicyException", "DuplicateRecordException", "DuplicatePolicyAttachmentException"];

/// Answers that say that somebody else is changing the same thing. The SDK does not try these again.
const BUSY: [&str; 7] = [
    "ConcurrentModificationException",
    "ConcurrentUpdateException",
    "PolicyChangesInProgressException",
    "ResourceConflictException",
    "ResourceLockedException",
    "ScalingActivityInProgress",
    "ResourceContention",
];

/// Answers that say that the credentials may not do it.
const DENIED: [&str; 3] = ["AccessDeniedException", "AccessDenied", "UnauthorizedOperation"];

/// Whether AWS answered with this code.
pub(super) fn is<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>, code: &str) -> bool {
    error.code() == Some(code)
}

/// Whether it may have been done all the same, or may be done when it is asked for again: no answer, or one that says so.
pub(super) fn is_unsure<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> bool {
    let passing = ["Throttl", "TooManyRequests", "Internal", "ServiceUnavailable"];
    error.code().is_none_or(|code| passing.iter().any(|part| code.contains(part)))
}

impl Asked {
    pub(super) fn of(what: impl Into<String>, action: &'static str) -> Self {
        Self { what: what.into(), action }
    }

    /// The fault that an error of the SDK means.
    pub(super) fn failed<E, R>(&self, error: &SdkError<E, R>) -> Fault
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
        R: std::fmt::Debug + Send + Sync + 'static,
    {
        let code = error.code().unwrap_or_default().to_owned();
        let message = error.message().unwrap_or_default().to_owned();
        if code.is_empty() {
            return self.unanswered(&chain(error));
        }
        self.answered(&code, &message)
    }

    /// The fault that no answer means, or one that cannot be read; with what caused it.
    pub(super) fn unanswered(&self, cause: &str) -> Fault {
        unanswered(&self.asked(), cause)
    }

    fn asked(&self) -> String {
        format!("AWS was asked to {} (`{}`)", self.what, self.action)
    }

    /// The fault that an answer with an error code means.
    pub(super) fn answered(&self, code: &str, message: &str) -> Fault {
        let asked = self.asked();
        if DUPLICATE.contains(&code) {
            let detail = format!("{asked} and answered `{code}`: {message}.");
            return Fault { kind: FaultKind::Duplicate, summary: "It exists already".to_owned(), detail };
        }
        if BUSY.contains(&code) {
            let detail =
                format!("{asked} and answered `{code}` again and again: {message}. Apply again later.");
            return Fault { kind: FaultKind::Busy, summary: "AWS is busy with it".to_owned(), detail };
        }
        let (summary, help) = explained(code, message, self.action);
        let message =
            if message.is_empty() { String::new() } else { format!(": {}", message.trim_end_matches('.')) };
        let kind = if DENIED.contains(&code) { FaultKind::Denied } else { FaultKind::Other };
        Fault { kind, ..Fault::other(summary, format!("{asked} and answered `{code}`{message}.{help}")) }
    }
}

/// A title and what can be done, by the code of the answer.
fn explained(code: &str, message: &str, action: &str) -> (&'static str, String) {
    let limit = ["POLICY_CONTENT_LIMIT_EXCEEDED", "MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED"]
        .into_iter()
        .find(|reason| message.contains(reason));
    match (code, limit) {
        (_, Some("POLICY_CONTENT_LIMIT_EXCEEDED")) => (
            "The policy is too large",
            "\n\nThe organization's quota is smaller than the plan reckoned with: set \
             `aws.service_control_policies.max_bytes` to it."
                .to_owned(),
        ),
        (_, Some(_)) => (
            "There is no room for another policy",
            "\n\nThe target has as many policies as it takes, counting those that are not ours. Detach one, attach the guard at \
             another level, or have the quota raised."
                .to_owned(),
        ),
        (denied, _) if DENIED.contains(&denied) => (
            "AWS does not allow it",
            format!("\n\nAllow `{action}` to the credentials of the provider."),
        ),
        ("AWSOrganizationsNotInUseException", _) => (
            "There is no organization",
            "\n\nGuards are policies of an organization: use the credentials of its management account, or leave the guards out."
                .to_owned(),
        ),
        ("PolicyTypeNotEnabledException", _) => (
            "Service control policies are not enabled",
            "\n\nEnable the policy type `SERVICE_CONTROL_POLICY` in the organization first; Remit does not switch it on by itself."
                .to_owned(),
        ),
        ("ExpiredToken" | "ExpiredTokenException" | "InvalidClientTokenId" | "UnrecognizedClientException", _) => (
            "The credentials do not count",
            "\n\nThey have expired or are not those of this account. Sign in again.".to_owned(),
        ),
        ("TargetNotFoundException", _) => (
            "The target does not exist",
            "\n\nCheck `targets` of the guards: roots, organizational units and accounts of this organization.".to_owned(),
        ),
        _ => ("AWS refused", String::new()),
    }
}

/// An error with what caused it, in words. Answers with a code of their own are told by that, not by the SDK's name for them.
fn chain(error: &dyn Error) -> String {
    let mut causes: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(cause) = next {
        let words = cause.to_string();
        if !causes.contains(&words) {
            causes.push(words);
        }
        next = cause.source();
    }
    causes.join(": ")
}

/// No answer of AWS: no credentials, no network, or nothing that could be read.
fn unanswered(asked: &str, chain: &str) -> Fault {
    // Whatever part of the chain says it.
    if chain.to_lowercase().contains("credential") {
        return Fault::other(
            "No credentials for AWS",
            format!(
                "{asked}, and the standard chain found no credentials that work: {chain}.\n\n\
                 Sign in (`aws sso login`), set `AWS_PROFILE`, or name a `profile` in the provider's `aws` settings. An envelope \
                 without an `aws` block needs none."
            ),
        );
    }
    Fault::other(
        "AWS gives no answer",
        format!("{asked}, and there was no answer that could be read: {chain}."),
    )
}

pub(super) fn settings_unknown() -> Fault {
    Fault::other(
        "How AWS is reached is not known yet",
        "The provider's `aws` settings come from something that is not made yet, so nobody can tell what became of the controls. Make \
         that first: `terraform apply -target=<address>`.",
    )
}

pub(super) fn no_region() -> Fault {
    Fault::other(
        "No region for AWS",
        "Neither the provider's `aws` settings nor the environment nor the profile name a region. Set `region` in the provider's \
         `aws` settings, or `AWS_REGION`.",
    )
}

pub(super) fn wrong_account(wanted: &str, own: &str) -> Fault {
    Fault::other(
        "Wrong account",
        format!(
            "A control is in the account {wanted}, and the credentials are those of {own}.\n\n\
             Use credentials of {wanted}, or say by which role it is reached: \
             `accounts = {{ \"{wanted}\" = {{ role_arn = \"arn:aws:iam::{wanted}:role/remit\" }} }}` in the provider's `aws` \
             settings."
        ),
    )
}

pub(super) fn role_elsewhere(role: &str, wanted: &str, reached: &str) -> Fault {
    Fault::other(
        "Wrong account",
        format!(
            "The role `{role}` stands for the account {wanted} in the provider's `aws` settings, and it leads to {reached}. Name a \
             role of {wanted}."
        ),
    )
}

/// A cap needs something to cap.
pub(super) fn nothing_to_cap(key: &Key) -> Fault {
    Fault::other(
        "There is nothing to cap",
        format!(
            "{} does not exist{}. Make it first, or take it out of `aws.caps`.",
            crate::declaration::sentence(&key.phrase()).trim_end_matches('.'),
            key.region.as_ref().map(|region| format!(" in {region}")).unwrap_or_default()
        ),
    )
}

/// A request that the SDK does not take. We filled in all that it needs, so this is our own mistake.
pub(super) fn unbuilt(error: &dyn Error) -> Fault {
    Fault::other(
        "Error in the provider",
        format!(
            "A request to AWS could not be written: {error}. This is a mistake in the provider: please report it."
        ),
    )
}
