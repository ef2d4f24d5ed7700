//! Why something signed does not count. One name per reason, the same in every report.

use crate::{consent::Assurance, consent::Function, dimension::words};
use std::fmt;

words! {
    /// The stable name of a [`Refusal`].
    Reason is "a reason" {
        /// The file is not a signed statement.
        Malformed = "malformed",
        /// The statement is not in its one normal form.
        NotCanonical = "not-canonical",
        /// The signature is not one in the format of OpenSSH.
        SignatureMalformed = "signature-malformed",
        /// The signature is of a version or with a field that this version does not know.
        SignatureUnsupported = "signature-unsupported",
        /// The signature was made for another purpose.
        WrongNamespace = "wrong-namespace",
        /// The key is of a kind or a strength that nothing is approved with.
        KeyUnsupported = "key-unsupported",
        /// The signature is not over this statement.
        SignatureInvalid = "signature-invalid",
        /// About another change.
        OtherChange = "other-change",
        /// For another workspace.
        OtherAudience = "other-audience",
        /// Given under another envelope, trust root or quorum than the one in force.
        OtherPolicy = "other-policy",
        /// Nobody with this address may approve here.
        UnknownApprover = "unknown-approver",
        /// The person has another function.
        WrongFunction = "wrong-function",
        /// The key is not one of the person's.
        UnknownKey = "unknown-key",
        /// The key was revoked.
        RevokedKey = "revoked-key",
        /// The person's time as an approver is over.
        ApproverExpired = "approver-expired",
        /// The person took part in the change.
        Author = "author",
        /// The signature proves less than is asked.
        AssuranceTooLow = "assurance-too-low",
        /// The signature says that nobody touched the key, or gave its PIN, though it is of a kind that could say so.
        NoTouch = "no-touch",
        /// Nobody vouches that the key lives in hardware, so its flags prove nothing.
        NotEnrolled = "not-enrolled",
        /// Signed later than the present time.
        SignedInFuture = "signed-in-future",
        /// Signed before it was asked for.
        SignedTooEarly = "signed-too-early",
        /// Signed after the time for collecting was over.
        SignedTooLate = "signed-too-late",
        /// The time for collecting was made longer than the policy allows.
        WindowTooLong = "window-too-long",
        /// The person may not approve so much money, or nobody knows how much it is.
        OverMandate = "over-mandate",
        /// The person was counted already.
        CountedAlready = "counted-already",
        /// The request was used up.
        Consumed = "consumed",
        /// There is no valid delegation behind it.
        NoDelegation = "no-delegation",
        /// Given under the emergency rule, which this judgment does not follow.
        BreakGlassOnly = "break-glass-only",
    }
}

/// Why something signed does not count, with what a person needs to see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The name.
    pub reason: Reason,
    /// One sentence in lower case without a full stop.
    pub message: String,
}

impl Refusal {
    /// A refusal with its sentence.
    pub fn new(reason: Reason, message: impl Into<String>) -> Self {
        Self { reason, message: message.into() }
    }

    pub(crate) fn assurance(found: Assurance, wanted: Assurance) -> Self {
        let message = format!("the signature proves `{found}`, and `{wanted}` is asked for");
        Self::new(Reason::AssuranceTooLow, message)
    }

    pub(crate) fn function(email: &str, has: Function, claimed: Function) -> Self {
        let message = format!("`{email}` approves as `{has}`, not as `{claimed}`");
        Self::new(Reason::WrongFunction, message)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.reason, self.message)
    }
}

impl std::error::Error for Refusal {}
