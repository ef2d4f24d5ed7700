//! Why a file cannot be judged. No value from the plan is ever quoted, since it could be a secret.

use std::fmt;

/// A plan that is refused: what is wrong, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanError {
    message: String,
    help: Option<String>,
    place: Option<(usize, usize)>,
}

const SHOW: &str =
    "write the plan with `terraform plan -out tfplan`, then `terraform show -json tfplan > plan.json`";

impl PlanError {
    fn new(message: impl Into<String>, help: &str) -> Self {
        Self { message: message.into(), help: Some(help.to_owned()), place: None }
    }

    /// One sentence in lower case, without a full stop.
    pub fn message(&self) -> String {
        match self.place {
            Some((line, column)) => format!("{} (line {line}, column {column})", self.message),
            None => self.message.clone(),
        }
    }

    /// What the reader can do now.
    pub fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }

    pub(super) fn at(mut self, line: usize, column: usize) -> Self {
        self.place = Some((line, column));
        self
    }

    pub(super) fn empty() -> Self {
        Self::new("the plan is empty", SHOW)
    }

    pub(super) fn truncated() -> Self {
        Self::new("the plan ends early: the file is truncated", "copy the file again, or make the plan again")
    }

    pub(super) fn not_json() -> Self {
        Self::new("the plan is not valid JSON", SHOW)
    }

    pub(super) fn trailing() -> Self {
        Self::new("something follows the end of the plan", "give a file that holds one plan and nothing else")
    }

    pub(super) fn duplicate_key(key: &str) -> Self {
        Self::new(
            format!("`{}` occurs twice in one object of the plan", crate::text::escape(key)),
            "take the plan from `terraform show -json` as it is; two values for one key can be read in two ways",
        )
    }

    pub(super) fn unexpected_shape() -> Self {
        Self::new("the file does not have the shape of a plan", SHOW)
    }

    pub(super) fn not_utf8() -> Self {
        Self::new("the plan is neither UTF-8 nor UTF-16 text", SHOW)
    }

    pub(super) fn binary_plan() -> Self {
        Self::new(
            "the file is a saved plan in Terraform's binary format",
            "run `terraform show -json tfplan > plan.json` and check `plan.json`",
        )
    }

    pub(super) fn state_file() -> Self {
        Self::new("the file is a state, not a plan", SHOW)
    }

    pub(super) fn not_a_plan() -> Self {
        Self::new("the file is JSON, but not a plan", SHOW)
    }

    pub(super) fn unknown_format(version: &str) -> Self {
        Self::new(
            format!(
                "the plan has format version `{}`, which this plancheck does not know",
                crate::text::escape(version)
            ),
            "use a plancheck that knows it; formats 0.x and 1.x are understood",
        )
    }

    pub(super) fn errored() -> Self {
        Self::new(
            "the plan is marked `errored`: planning failed half way",
            "repair what `terraform plan` reports and plan again",
        )
    }

    /// An attribute the facts need is not sound JSON: a duplicate key, or nesting without end.
    pub(crate) fn attribute(address: &str, attribute: &str) -> Self {
        Self::new(
            format!(
                "`{}` of `{}` has duplicate keys or is nested too deeply",
                crate::text::escape(attribute),
                crate::text::escape(address)
            ),
            "take the plan from `terraform show -json` as it is",
        )
    }

    pub(super) fn io(error: &std::io::Error) -> Self {
        Self { message: format!("the plan could not be read: {error}"), help: None, place: None }
    }
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())
    }
}

impl std::error::Error for PlanError {}
