//! The call log: one entry per call, in the order in which they were carried out.

use serde::Serialize;
use serde_json::Value;

/// What an operation does to the cloud.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Answers about one object, and always with what was last written.
    Read,
    /// Answers about many, and may lag behind what was written.
    List,
    /// Asks for a change, whether or not anything changes.
    Write,
}

/// One call.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    /// Counts from 1 since the start or since the log was cleared.
    pub number: usize,
    /// The service as the SDKs name it, such as `application-autoscaling`.
    pub service: String,
    /// The operation, such as `RegisterScalableTarget`.
    pub operation: String,
    /// Read, list or write.
    pub kind: Kind,
    /// The account that the credentials belong to.
    pub account: String,
    /// The region that the credentials are scoped to.
    pub region: String,
    /// The ARN of the caller.
    pub principal: String,
    /// The request, as the service understood it.
    pub input: Value,
    /// The HTTP status of the answer; none where the connection was dropped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The error code, where the answer is an error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The cloud is another one after this call.
    pub changed: bool,
    /// The fault that was injected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
}
