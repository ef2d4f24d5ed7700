//! The action of a budget: what happens to the agents once so much is spent.

use super::parse_target;
use crate::{
    decimal,
    dimension::words,
    invalid::Kind,
    json::{Json, Members},
    limits::strings,
    read::{Reader, excerpt},
};
use std::collections::BTreeSet;

words! {
    /// Who says that an action is carried out.
    Approval is "an approval" {
        /// A person, for each time.
        Manual = "manual",
        /// Nobody: AWS does it at the threshold.
        Automatic = "automatic",
    }
}

/// Attaches a policy that denies the agents what begins to cost.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Action {
    /// The role by which AWS Budgets attaches the policy.
    pub role: String,
    /// Roots, organizational units and accounts that it is attached to.
    pub targets: BTreeSet<String>,
    /// The share of the budget that has to be spent, in percent.
    pub at_percent: u32,
    /// Who says that it is carried out.
    pub approval: Approval,
}

/// All of the budget.
const ALL: u32 = 100;

impl Action {
    pub(super) fn read(r: &mut Reader, json: &Json) -> Option<Self> {
        let fields = r.object(json, &["role", "targets", "at_percent", "approval"])?;
        let role = r.required(fields, "role", |r, json| r.parsed(json, parse_role));
        let targets = r.required(fields, "targets", |r, json| {
            if *json == Json::Array(Vec::new()) {
                r.wrong("the action reaches nobody");
            }
            r.set(json, |r, json| r.parsed(json, parse_target))
        });
        let at_percent = r.optional(fields, "at_percent", |r, json| decimal::read_count(r, json, 1..=1000));
        let approval = r.optional(fields, "approval", Approval::read);
        if targets.as_ref().is_some_and(|targets| targets.len() > MOST_TARGETS) {
            r.at_attribute("targets", |r| {
                r.reject(Kind::Value, format!("an action reaches {MOST_TARGETS} targets at most"));
            });
        }
        Some(Self {
            role: role?,
            targets: targets?,
            at_percent: at_percent.unwrap_or(ALL),
            approval: approval.unwrap_or(Approval::Manual),
        })
    }

    pub(super) fn normal(&self) -> Json {
        Members::new()
            .put("role", self.role.as_str())
            .put("targets", strings(&self.targets))
            .put("at_percent", self.at_percent)
            .put("approval", self.approval)
            .into()
    }

    /// The account of the role, which has to be that of the budget.
    pub fn account(&self) -> &str {
        self.role.split(':').nth(4).unwrap_or_default()
    }
}

const MOST_TARGETS: usize = 100;

fn parse_role(text: &str) -> Result<String, String> {
    let parts: Vec<&str> = text.split(':').collect();
    match parts.as_slice() {
        ["arn", partition, "iam", "", account, role]
            if partition.starts_with("aws")
                && account.len() == 12
                && account.bytes().all(|byte| byte.is_ascii_digit())
                && role.strip_prefix("role/").is_some_and(|name| !name.is_empty()) =>
        {
            Ok(text.to_owned())
        }
        _ => Err(format!(
            "`{}` is not the ARN of a role, such as `arn:aws:iam::123456789012:role/remit-budget-action`",
            excerpt(text)
        )),
    }
}
