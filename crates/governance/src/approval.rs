//! Approvals: what people sign, how a signature is verified, and what signatures together come to. Pure: files, keys and the
//! clock are the caller's.
//!
//! ```text
//! file → Signed (statement + signature) → Proof (which key, touched, PIN) → judge(Question, Policy) → Outcome
//! ```
//!
//! Every way in which a signature fails to count has a name in [`Refusal`]; nothing is dropped in silence.

mod asked;
mod judge;
mod policy;
mod refusal;
mod request;
mod signed;
mod sshsig;
mod statement;
mod vote;

pub use judge::{Counted, Growth, Outcome, Question, Standing, Subject, Void, judge, missing_in_words};
pub use policy::{Need, Policy, Voter};
pub use refusal::{Reason, Refusal};
pub use request::Request;
pub use signed::{LARGEST, Signed, Statement, allowed_signers};
pub use sshsig::{Fido, NAMESPACE, Proof, Signature};
pub use statement::{Amount, Approval, Decision, Delegation, Moved, Under};

#[cfg(test)]
pub(crate) mod tests;
