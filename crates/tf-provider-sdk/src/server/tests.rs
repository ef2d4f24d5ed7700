//! Calls that no method of `testing` stands for, in the protocol's own words.

use super::*;
use crate::function::{Arguments, FunctionEntry, FunctionError, Parameter};
use crate::generated::tfplugin6::provider_server::Provider as _;
use crate::provider::{ConfigureRequest, NoConfig};

struct Words;

impl Provider for Words {
    type Model = NoConfig;
    type Client = ();

    fn name(&self) -> &'static str {
        "words"
    }

    fn namespace(&self) -> &'static str {
        "example"
    }

    async fn configure(&self, _: ConfigureRequest<NoConfig>) -> Result<(), Diagnostics> {
        Ok(())
    }

    fn functions(&self) -> Vec<FunctionEntry> {
        vec![FunctionEntry::new(OrElse)]
    }
}

struct OrElse;

impl Function for OrElse {
    fn name(&self) -> &'static str {
        "or_else"
    }

    fn signature(&self) -> Signature {
        Signature::returning(Type::String)
            .parameter(Parameter::new("first", Type::String).nullable())
            .parameter(Parameter::new("second", Type::String))
    }

    fn call(&self, arguments: Arguments) -> Result<Value, FunctionError> {
        let first: Option<String> = arguments.get(0)?;
        let second: String = arguments.get(1)?;
        Ok(first.unwrap_or(second).into())
    }
}

async fn called(arguments: Vec<pb::DynamicValue>) -> pb::call_function::Response {
    let request = pb::call_function::Request { name: "or_else".to_owned(), arguments };
    Server::new(Words).call_function(tonic::Request::new(request)).await.unwrap().into_inner()
}

fn ask<T: Default>() -> tonic::Request<T> {
    tonic::Request::new(T::default())
}

fn text(value: &str) -> pb::DynamicValue {
    wire::to_dynamic(&value.into(), &Type::String).unwrap()
}

fn result(response: &pb::call_function::Response) -> Value {
    wire::from_dynamic(response.result.as_ref(), &Type::String).unwrap()
}

#[tokio::test]
async fn a_null_argument_may_be_nothing_at_all() {
    let nothing = pb::DynamicValue::default();
    let null = wire::to_dynamic(&Value::Null, &Type::String).unwrap();
    for argument in [nothing, null] {
        assert_eq!(result(&called(vec![argument, text("b")]).await), "b".into());
    }
    assert_eq!(result(&called(vec![text("a"), text("b")]).await), "a".into());
}

#[tokio::test]
async fn hostile_arguments_are_errors_of_the_call() {
    let claims_much = pb::DynamicValue { msgpack: vec![0xdb, 0xff, 0xff, 0xff, 0xff], json: Vec::new() };
    for arguments in [vec![], vec![claims_much, text("b")], vec![text("a"); 3]] {
        let response = called(arguments).await;
        assert!(response.result.is_none() && !response.error.unwrap().text.is_empty());
    }
}

#[tokio::test]
async fn functions_are_the_same_wherever_they_are_asked_for() {
    let server = Server::new(Words);
    let asked = server.get_functions(ask()).await.unwrap().into_inner();
    let schema = server.get_provider_schema(ask()).await.unwrap().into_inner();
    assert_eq!(asked.functions, schema.functions);
    assert!(asked.functions["or_else"].parameters[0].allow_null_value);
}

#[tokio::test]
async fn metadata_lists_what_is_offered_and_nothing_else() {
    let server = Server::new(Words);
    let metadata = server.get_metadata(ask()).await.unwrap().into_inner();
    let names: Vec<_> = metadata.functions.iter().map(|function| function.name.as_str()).collect();
    assert_eq!(names, ["or_else"]);
    assert!(metadata.resources.is_empty() && metadata.data_sources.is_empty() && metadata.actions.is_empty());
    let capabilities = metadata.server_capabilities.unwrap();
    assert!(capabilities.plan_destroy && capabilities.get_provider_schema_optional);
    assert!(!capabilities.move_resource_state && !capabilities.generate_resource_config);
}
