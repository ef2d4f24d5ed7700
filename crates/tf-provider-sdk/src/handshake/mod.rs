//! The provider as a process that a host starts: cookie, certificate, handshake line, connections, shutdown.
//!
//! What the calls mean lives in `server`; here they are only carried. Nothing in this module knows of resources.

mod controller;
mod dispatch;
mod environment;
mod line;
mod listener;
mod process;
mod reattach;
#[cfg(test)]
mod tests;
mod tls;

pub(crate) use process::run;

/// What the process has to know about the provider it carries.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    /// `example` of `registry.terraform.io/example/acme`.
    pub(crate) namespace: String,
    /// `acme` of the same.
    pub(crate) name: String,
    /// What `--version` prints; left out, it says that the version is unknown.
    pub(crate) version: Option<String>,
}

/// Why the process cannot serve, in words for the person who started it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct StartError(String);

impl StartError {
    fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl std::fmt::Display for StartError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
