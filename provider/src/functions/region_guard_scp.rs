//! `provider::remit::region_guard_scp`: the region guard of an envelope as a document, for those who attach it themselves.

use remit_governance::{Envelope, control::aws::region_guard_document};
use tf_provider_sdk::{Arguments, Function, FunctionError, Parameter, Signature, Type, Value};

/// The function.
pub(crate) struct RegionGuardScp;

impl Function for RegionGuardScp {
    fn name(&self) -> &'static str {
        "region_guard_scp"
    }

    fn signature(&self) -> Signature {
        Signature::returning(Type::String)
            .summary("Region guard of an envelope as a service control policy")
            .description(
                "The service control policy that denies the agents of an envelope every region that the \
                 envelope does not allow, as minified JSON. It is the document that `aws.region_guard` \
                 creates and attaches; take it from here where another team or tool attaches policies. \
                 The envelope needs `limits.regions` and `agents.principals`; its `aws` block is only \
                 asked for `exempt_actions`. A policy binds nobody until it is attached, and never the \
                 management account of an organization.",
            )
            .parameter(Parameter::new("record", Type::String).description("The `record` of an envelope."))
    }

    fn call(&self, arguments: Arguments) -> Result<Value, FunctionError> {
        let text: String = arguments.get(0)?;
        let envelope = Envelope::from_record(&text).map_err(|faults| {
            let first = faults.first().map(ToString::to_string).unwrap_or_default();
            FunctionError::at(0, format!("this is not the record of an envelope: {first}"))
        })?;
        let document = region_guard_document(&envelope).map_err(|fault| FunctionError::at(0, fault))?;
        Ok(Value::from(document.canonical()))
    }
}
