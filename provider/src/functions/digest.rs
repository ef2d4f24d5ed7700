//! `provider::remit::digest`: the digest by which declarations refer to each other.

use remit_governance::{digest::Digest, json::Json};
use tf_provider_sdk::{Arguments, Function, FunctionError, Parameter, Signature, Type, Value};

/// The function.
pub(crate) struct DigestOf;

impl Function for DigestOf {
    fn name(&self) -> &'static str {
        "digest"
    }

    fn signature(&self) -> Signature {
        Signature::returning(Type::String)
            .summary("Digest of a record")
            .description(
                "SHA-256 digest of the canonical form of a JSON text, as `sha256:` and 64 hexadecimal \
                 digits. Of a `record` it is what the resource calls `digest`. Order of members and \
                 whitespace do not matter. Duplicate members are refused, and numbers that not every \
                 reader keeps exactly are told apart by how they are written. A digest identifies a \
                 text; it does not say who approved it.",
            )
            .parameter(
                Parameter::new("record", Type::String)
                    .description("JSON text, such as the `record` of an envelope."),
            )
    }

    fn call(&self, arguments: Arguments) -> Result<Value, FunctionError> {
        let text: String = arguments.get(0)?;
        let json = Json::parse(&text).map_err(|error| FunctionError::at(0, error.to_string()))?;
        Ok(Value::from(Digest::of(json.canonical().as_bytes()).to_string()))
    }
}
