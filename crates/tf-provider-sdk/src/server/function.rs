//! The call of a function. It works without a configured provider.

use super::{Core, decode, encode};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::function::Arguments;
use crate::generated::tfplugin6 as pb;
use crate::provider::Provider;
use crate::shape::shape;
use pb::call_function::{Request, Response};

impl<P: Provider> Core<P> {
    pub(super) fn call_function(&self, request: &Request) -> Result<Response, Diagnostics> {
        let Some(callable) = self.functions.get(&request.name) else {
            return Err(Diagnostic::bug(format!("There is no function `{}`.", request.name)).into());
        };
        let arguments = request.arguments.iter().enumerate().map(|(index, argument)| {
            let parameter = callable.signature.parameter_at(index);
            let parameter =
                parameter.ok_or_else(|| Diagnostic::bug("There are more arguments than parameters."))?;
            decode(Some(argument), &parameter.ty)
        });
        let arguments = Arguments(arguments.collect::<Result<_, Diagnostics>>()?);
        Ok(match callable.function.call(arguments) {
            Ok(value) => {
                let result = &callable.signature.result;
                Response { result: encode(&shape(value, result)?, result)?, error: None }
            }
            Err(error) => {
                let function_argument = error.argument.and_then(|index| i64::try_from(index).ok());
                Response {
                    result: None,
                    error: Some(pb::FunctionError { text: error.message, function_argument }),
                }
            }
        })
    }
}
