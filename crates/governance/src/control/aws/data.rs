//! What AWS limits and lists, as versioned data files.

use std::sync::LazyLock;

use crate::{aws::Quotas, json::Json};

/// Limits of AWS that a plan is held to.
pub(super) struct Limits {
    pub(super) policy_bytes: usize,
    pub(super) policies_per_target: usize,
    pub(super) policy_description: usize,
    pub(super) budget_name: usize,
    pub(super) notifications: usize,
    pub(super) emails: usize,
}

impl Limits {
    /// The documented limits, with those that the organization has instead.
    pub(super) fn with(quotas: Quotas) -> Self {
        let count = |member: &str, name: &str| {
            let limit = LIMITS.as_object().and_then(|limits| limits.get(member)?.as_object()?.get(name));
            match limit {
                Some(Json::Number(number)) => number.as_safe_integer().and_then(|n| usize::try_from(n).ok()),
                _ => None,
            }
            // A limit that is not there lets nothing through, and a test sees it.
            .unwrap_or_default()
        };
        let or = |own: Option<u32>, documented: usize| {
            own.and_then(|own| usize::try_from(own).ok()).unwrap_or(documented)
        };
        Self {
            policy_bytes: or(quotas.bytes, count("policy", "bytes")),
            policies_per_target: or(quotas.per_target, count("policy", "per_target")),
            policy_description: count("policy", "description"),
            budget_name: count("budget", "name"),
            notifications: count("budget", "notifications"),
            emails: count("budget", "emails"),
        }
    }
}

/// Actions that a region guard lets through everywhere.
pub(super) fn exempt() -> Vec<&'static str> {
    list(&EXEMPT, "actions")
}

/// Actions that begin to cost.
pub(super) fn spend() -> Vec<&'static str> {
    list(&SPEND, "actions")
}

/// A list of what a tamper guard denies.
pub(super) fn tamper(name: &str) -> Vec<&'static str> {
    list(&TAMPER, name)
}

fn list(file: &'static Json, name: &str) -> Vec<&'static str> {
    match file.as_object().and_then(|members| members.get(name)) {
        Some(Json::Array(items)) => items.iter().filter_map(Json::as_str).collect(),
        _ => Vec::new(),
    }
}

static LIMITS: LazyLock<Json> = LazyLock::new(|| parse(include_str!("../../../data/aws/limits.json")));
static EXEMPT: LazyLock<Json> = LazyLock::new(|| parse(include_str!("../../../data/aws/exempt.json")));
static SPEND: LazyLock<Json> = LazyLock::new(|| parse(include_str!("../../../data/aws/spend.json")));
static TAMPER: LazyLock<Json> = LazyLock::new(|| parse(include_str!("../../../data/aws/tamper.json")));

#[allow(clippy::expect_used, reason = "the text is compiled in, and each file is parsed by a test")]
fn parse(text: &str) -> Json {
    Json::parse(text).expect("a data file of ours")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_and_limit_is_there() {
        let limits = Limits::with(Quotas::default());
        let counts = [
            limits.policy_bytes,
            limits.policies_per_target,
            limits.policy_description,
            limits.budget_name,
            limits.notifications,
            limits.emails,
        ];
        assert_eq!(counts, [5120, 5, 512, 100, 10, 10]);
        for name in ["always", "outside", "scalable_targets", "groups", "group_sizes", "functions"] {
            let actions = tamper(name);
            assert!(!actions.is_empty(), "{name}");
            assert!(actions.windows(2).all(|pair| pair[0] < pair[1]), "{name} is not sorted");
        }
        for list in [exempt(), spend()] {
            assert!(!list.is_empty() && list.windows(2).all(|pair| pair[0] < pair[1]));
        }
    }

    #[test]
    fn an_organization_can_have_other_quotas() {
        let limits = Limits::with(Quotas { bytes: Some(10_240), per_target: Some(10) });
        assert_eq!((limits.policy_bytes, limits.policies_per_target), (10_240, 10));
    }
}
