//! Strict local doubles of the AWS control planes that Remit calls: Budgets, Organizations, Application Auto Scaling, EC2 Auto
//! Scaling, Lambda concurrency, STS, Service Quotas, and the account settings of EC2, Bedrock and S3. A development tool: tests link it, the quickstart starts it as a
//! process, nothing ships it.
//!
//! Strict means: a request is checked against the contract of its operation (`contract/`), quotas and state rules are kept the
//! way AWS documents them, and where AWS is not documented the choice stands in [`GUESSES`]. A response is checked as well, so
//! that the double cannot drift from the contract it plays.
//!
//! What it does not do: it verifies no signature, evaluates no IAM policy, and lets no policy that it stores bind anybody.

#![allow(
    clippy::indexing_slicing,
    reason = "only JSON is indexed here, where what is missing is null; nothing of this ships"
)]

mod contract;
mod control;
mod event;
mod fault;
mod guesses;
mod http_shell;
mod page;
mod protocol;
mod refusal;
mod seed;
mod services;
mod shared;
mod show;
mod world;

pub use control::Request as ControlRequest;
pub use event::{Entry, Kind};
pub use fault::{Effect, Fault};
pub use guesses::{GUESSES, Guess};
pub use http_shell::{FakeCloud, Snapshot};
pub use refusal::Refusal;
pub use seed::Seed;
pub use shared::OutOfBand;
pub use show::show;
pub use world::{Limits, Settings};
