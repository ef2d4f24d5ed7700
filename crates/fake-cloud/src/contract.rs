//! The contract of the operations played: shapes, constraints, error codes, HTTP bindings. The files under `contract/` are cut
//! out of the published API models by `contract/extract.py`, and a test compares the two.

mod check;

use std::collections::BTreeMap;

use serde::Deserialize;

pub(crate) use check::{Direction, faults};

/// One file per service. The order is the order in which a request is matched.
const FILES: [&str; 10] = [
    include_str!("../contract/budgets.json"),
    include_str!("../contract/organizations.json"),
    include_str!("../contract/application-autoscaling.json"),
    include_str!("../contract/service-quotas.json"),
    include_str!("../contract/autoscaling.json"),
    include_str!("../contract/sts.json"),
    include_str!("../contract/lambda.json"),
    include_str!("../contract/ec2.json"),
    include_str!("../contract/bedrock.json"),
    include_str!("../contract/s3control.json"),
];

/// How requests and responses of a service are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Protocol {
    Json,
    Query,
    /// The query protocol as EC2 has it: answers stand in no wrapper, and names of their own.
    Ec2,
    RestJson,
    RestXml,
}

/// What is known of one service.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Contract {
    pub(crate) service: String,
    pub(crate) protocol: Protocol,
    /// What stands before the operation in `X-Amz-Target`.
    pub(crate) target: Option<String>,
    pub(crate) version: String,
    /// The service that a credential is scoped to.
    pub(crate) signing: String,
    pub(crate) namespace: Option<String>,
    pub(crate) operations: BTreeMap<String, Operation>,
    pub(crate) shapes: BTreeMap<String, Shape>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Operation {
    pub(crate) method: String,
    pub(crate) uri: String,
    pub(crate) status: u16,
    pub(crate) input: Option<String>,
    pub(crate) output: Option<String>,
    /// The element that the output of the query protocol stands in.
    pub(crate) result: Option<String>,
    pub(crate) errors: Vec<ErrorShape>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ErrorShape {
    pub(crate) code: String,
    pub(crate) status: u16,
    /// The member that holds the text: `message` or `Message`.
    pub(crate) message: String,
    /// Further members, such as `Reason`.
    pub(crate) members: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Shape {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) members: BTreeMap<String, Reference>,
    #[serde(default)]
    pub(crate) required: Vec<String>,
    pub(crate) member: Option<Reference>,
    pub(crate) key: Option<Reference>,
    pub(crate) value: Option<Reference>,
    pub(crate) min: Option<f64>,
    pub(crate) max: Option<f64>,
    pub(crate) pattern: Option<String>,
    #[serde(rename = "enum", default)]
    pub(crate) values: Vec<String>,
}

/// A shape as it is used by a member.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Reference {
    pub(crate) shape: String,
    pub(crate) location: Option<String>,
    pub(crate) location_name: Option<String>,
}

/// Reads the contracts that are part of this crate.
pub(crate) fn load() -> Result<Vec<Contract>, String> {
    FILES
        .iter()
        .map(|text| serde_json::from_str(text).map_err(|error| format!("contract: {error}")))
        .collect()
}

impl Contract {
    pub(crate) fn shape(&self, name: &str) -> Option<&Shape> {
        self.shapes.get(name)
    }

    /// The error of this code, where the operation declares it.
    pub(crate) fn error(&self, operation: &str, code: &str) -> Option<&ErrorShape> {
        self.operations.get(operation)?.errors.iter().find(|error| error.code == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_read_and_every_reference_leads_to_a_shape() {
        for contract in load().unwrap() {
            let references = contract.shapes.values().flat_map(|shape| {
                shape.members.values().chain(&shape.member).chain(&shape.key).chain(&shape.value)
            });
            for reference in references {
                assert!(
                    contract.shape(&reference.shape).is_some(),
                    "{}: {}",
                    contract.service,
                    reference.shape
                );
            }
        }
    }

    #[test]
    fn every_pattern_can_be_matched() {
        for contract in load().unwrap() {
            for (name, shape) in &contract.shapes {
                if let Some(pattern) = &shape.pattern {
                    check::compile(pattern)
                        .unwrap_or_else(|error| panic!("{}.{name}: {error}", contract.service));
                }
            }
        }
    }
}
