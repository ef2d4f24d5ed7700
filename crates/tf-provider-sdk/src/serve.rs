//! The provider as a process.

use std::process::ExitCode;

use crate::handshake::{self, Options};
use crate::provider::Provider;
use crate::server::Server;

/// Serves a provider to Terraform or OpenTofu until told to stop. All that `main` has to do.
///
/// Run by hand, it explains itself. With `--debug` it serves without being started by Terraform and prints the
/// `TF_REATTACH_PROVIDERS` to set.
pub fn serve<P: Provider>(provider: P) -> ExitCode {
    let options = Options {
        namespace: provider.namespace().to_owned(),
        name: provider.name().to_owned(),
        version: provider.version().map(str::to_owned),
    };
    handshake::run(&options, || Server::new(provider))
}
