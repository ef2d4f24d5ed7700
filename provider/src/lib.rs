//! The provider `remit`: declarations of governance as Terraform resources. What it offers stands in `provider`, how it runs as
//! a process in `main`.

mod data_sources;
mod declaration;
#[cfg(test)]
mod docs;
mod functions;
mod provider;
mod resources;
mod spelling;

pub use provider::Remit;
