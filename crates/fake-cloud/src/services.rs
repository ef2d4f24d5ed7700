//! The operations played: one list, a file per service. An operation is a function of the cloud and a call; what it refuses
//! leaves the cloud as it was, because the caller keeps the one from before.

pub(crate) mod budgets;
pub(crate) mod compute;
pub(crate) mod functions;
pub(crate) mod groups;
pub(crate) mod identity;
pub(crate) mod models;
pub(crate) mod organizations;
pub(crate) mod quotas;
pub(crate) mod scaling;
pub(crate) mod storage;
mod tags;

use serde_json::Value;

use crate::{
    event::Kind,
    refusal::Refusal,
    world::{Call, World},
};

/// One operation.
pub(crate) struct Operation {
    pub(crate) service: &'static str,
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) run: fn(&mut World, &Call) -> Result<Value, Refusal>,
}

const fn operation(
    service: &'static str,
    name: &'static str,
    kind: Kind,
    run: fn(&mut World, &Call) -> Result<Value, Refusal>,
) -> Operation {
    Operation { service, name, kind, run }
}

/// The operation of this name.
pub(crate) fn find(service: &str, name: &str) -> Option<&'static Operation> {
    all().find(|operation| operation.service == service && operation.name == name)
}

fn all() -> impl Iterator<Item = &'static Operation> {
    let services: [&'static [Operation]; 10] = [
        budgets::OPERATIONS,
        organizations::OPERATIONS,
        scaling::OPERATIONS,
        groups::OPERATIONS,
        functions::OPERATIONS,
        identity::OPERATIONS,
        quotas::OPERATIONS,
        compute::OPERATIONS,
        models::OPERATIONS,
        storage::OPERATIONS,
    ];
    services.into_iter().flatten()
}

/// A request that breaks its contract, in the words of the service.
pub(crate) fn invalid(service: &str, faults: &[String]) -> Refusal {
    let count = faults.len();
    let says = format!(
        "{count} validation error{} detected: {}",
        if count == 1 { "" } else { "s" },
        faults.join("; ")
    );
    match service {
        "budgets" => Refusal::new("InvalidParameterException", says),
        "organizations" => Refusal::with_reason("InvalidInputException", "INVALID_PATTERN", says),
        "lambda" => Refusal::new("InvalidParameterValueException", says),
        "service-quotas" => Refusal::new("IllegalArgumentException", says),
        "application-autoscaling" | "bedrock" => Refusal::new("ValidationException", says),
        "ec2" => Refusal::new("InvalidParameterValue", says),
        "s3control" => Refusal::new("InvalidRequest", says),
        _ => Refusal::new("ValidationError", says),
    }
}

/// A service that is asked too often, in the code that it uses for that.
pub(crate) fn throttled(service: &str) -> Refusal {
    match service {
        "organizations" => Refusal::new(
            "TooManyRequestsException",
            "AWS Organizations can't complete your request because another request is already in progress. Try again later.",
        ),
        "lambda" => Refusal::new("TooManyRequestsException", "Rate Exceeded.").with_status(429),
        "service-quotas" => Refusal::new("TooManyRequestsException", "Rate exceeded"),
        "autoscaling" | "sts" => Refusal::new("Throttling", "Rate exceeded"),
        "ec2" => Refusal::new("RequestLimitExceeded", "Request limit exceeded.").with_status(503),
        "s3control" => Refusal::new("SlowDown", "Please reduce your request rate.").with_status(503),
        "bedrock" => Refusal::new("ThrottlingException", "Rate exceeded").with_status(429),
        _ => Refusal::new("ThrottlingException", "Rate exceeded"),
    }
}

/// A service that fails by itself, in the code that it uses for that.
pub(crate) fn broken(service: &str) -> Refusal {
    let code = match service {
        "budgets" => "InternalErrorException",
        "application-autoscaling" => "InternalServiceException",
        "organizations" | "lambda" | "service-quotas" => "ServiceException",
        "bedrock" => "InternalServerException",
        "ec2" | "s3control" => "InternalError",
        _ => "InternalFailure",
    };
    Refusal::new(code, "An internal error occurred.").with_status(500)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract;

    #[test]
    fn every_operation_of_the_contract_is_played_and_no_other() {
        let mut contracted: Vec<_> = contract::load()
            .unwrap()
            .iter()
            .flat_map(|contract| {
                contract.operations.keys().map(|name| format!("{} {name}", contract.service))
            })
            .collect();
        let mut played: Vec<_> =
            all().map(|operation| format!("{} {}", operation.service, operation.name)).collect();
        contracted.sort();
        played.sort();
        assert_eq!(contracted, played);
    }
}
