//! The provider `remit`: declarations of governance as Terraform resources. What it offers stands in `provider`, how it runs as
//! a process in `main`.

mod cloud;
mod configured;
mod consent;
mod data_sources;
mod declaration;
#[cfg(test)]
mod docs;
mod functions;
mod provider;
mod reconcile;
mod resources;
mod spelling;

pub use configured::Configured;
pub use provider::{Remit, Settings};
