//! The provider's process. What it offers stands in the library.

fn main() -> std::process::ExitCode {
    tf_provider_sdk::serve(terraform_provider_remit::Remit)
}
