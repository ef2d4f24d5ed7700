//! Whom the policies bind: the agents' principals as AWS compares them.

use super::{Faults, statement::Deny};
use crate::envelope::Agents;

/// Patterns of the agents' principals in AWS; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Principals(Vec<String>);

impl Principals {
    /// The patterns, or a fault at `guard`: a policy that binds nobody in particular would bind the people too.
    pub(super) fn of(agents: &Agents, guard: &str, faults: &mut Faults) -> Option<Self> {
        let named = agents.principals.iter().filter_map(|glob| glob.as_str().strip_prefix("aws:"));
        let mut patterns = Vec::new();
        for text in named {
            match pattern(text) {
                Ok(pattern) => patterns.push(pattern),
                Err(message) => {
                    faults.push(
                        &[guard],
                        message,
                        "name roles or users in `agents.principals`, as in `aws:arn:aws:iam::123456789012:role/agents/*`",
                    );
                    return None;
                }
            }
        }
        patterns.sort();
        patterns.dedup();
        if patterns.is_empty() {
            faults.push(
                &[guard],
                "no principal of the agents in AWS is named, so the guard would bind people too",
                "name them in `agents.principals`, as in `aws:arn:aws:iam::123456789012:role/agents/*`",
            );
            return None;
        }
        Some(Self(patterns))
    }

    pub(super) fn patterns(&self) -> &[String] {
        &self.0
    }

    /// The denial for these principals only.
    pub(super) fn bind(&self, deny: Deny) -> Deny {
        deny.when("ArnLike", "aws:PrincipalArn", self.0.iter().cloned())
    }
}

/// A glob as AWS compares ARNs: colon by colon, a star within one part only. That is also what our single star means; a
/// double one can only cross slashes and dots, so it may stand nowhere but in the last part.
fn pattern(text: &str) -> Result<String, String> {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let [arn, partition, service, region, account, resource] = parts.as_slice() else {
        return Err(format!("`aws:{text}` is not the ARN of a principal"));
    };
    let head = [partition, service, region, account];
    if *arn != "arn" || head.iter().any(|part| part.contains("**")) || resource.contains(':') {
        return Err(format!("`aws:{text}` is not the ARN of a principal"));
    }
    // Of a session AWS compares the role, so a pattern of sessions would bind nobody.
    if *service != "iam" || !region.is_empty() {
        return Err(format!("`aws:{text}` is not a role or user of IAM; sessions are bound by their role"));
    }
    let named = resource
        .split_once('/')
        .is_some_and(|(kind, name)| matches!(kind, "role" | "user") && !name.is_empty());
    if !named {
        return Err(format!("`aws:{text}` names no role or user"));
    }
    let partition = if partition.is_empty() { "*" } else { partition };
    let account = if account.is_empty() { "*" } else { account };
    Ok(format!("arn:{partition}:iam::{account}:{}", resource.replace("**", "*")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_aws_can_compare_is_a_pattern() {
        assert_eq!(
            pattern("arn:aws:iam::123456789012:role/agents/**").as_deref(),
            Ok("arn:aws:iam::123456789012:role/agents/*")
        );
        assert!(pattern("arn:*:iam::*:user/bot-*").is_ok());
        for wrong in [
            "agents/*",
            "arn:aws:sts::123456789012:assumed-role/agent/*",
            "arn:aws:iam::**:role/agents/*",
            "arn:**",
            "arn:aws:iam::123456789012:root",
            "arn:aws:iam::123456789012:role/",
            "arn:aws:iam::123456789012:*",
        ] {
            assert!(pattern(wrong).is_err(), "{wrong}");
        }
    }
}
