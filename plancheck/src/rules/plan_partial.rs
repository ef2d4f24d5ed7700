//! Plans that leave something out, or do something that the list of changes does not show.

use remit_governance::Dimension;

use super::rule::{Context, Reads, Rule};
use crate::finding::{Effect, Finding};

pub(super) const RULE: Rule = Rule {
    id: "plan-partial",
    dimension: Dimension::Actions,
    severity: Effect::Consent,
    summary: "the plan does more than its list of changes shows, or less than the configuration asks for",
    explain: "\
## What it checks
Whether the plan says that it is not complete (`-target`, deferral), defers changes, or invokes actions; and whether an entry has an \
action this version does not know.

## Why
What is not in the list of changes was not judged. It must not look as if it had passed.

## Example
A plan made with `-target=module.db` carries `complete: false`.

## How to resolve
Plan without `-target`; resolve what the deferral waits for; or have people agree to the part that was not judged.

## Unknown values
Plans of OpenTofu and of older Terraform versions do not say whether they are complete. Their silence is not a finding.",
    verdicts: &[
        ("the plan says it is not complete", Effect::Consent),
        ("changes are deferred", Effect::Consent),
        ("actions would be invoked", Effect::Consent),
        ("an entry has an unknown action", Effect::Consent),
    ],
    reads: Reads::NOTHING,
    judged: |_| 1,
    check,
};

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let beyond = &cx.facts.beyond;
    let consent = |message: String| Finding::new(RULE.id, Effect::Consent, message);
    let mut findings = Vec::new();
    if beyond.deferred > 0 {
        let message =
            format!("{} deferred, and not judged", counted(beyond.deferred, "change is", "changes are"));
        findings.push(
            consent(message)
                .because("`deferred_changes` of the plan is not empty")
                .help("apply what can be applied, then check the rest when it is planned"),
        );
    }
    if beyond.incomplete {
        let finding = consent("the plan leaves out part of the configuration".to_owned());
        findings.push(
            finding
                .because("the plan has `complete: false`")
                .help("plan again without `-target`, or have people agree to the part"),
        );
    }
    if beyond.invocations > 0 {
        let message = format!(
            "{} invoked, and not judged",
            counted(beyond.invocations, "action would be", "actions would be")
        );
        findings.push(
            consent(message)
                .because("`action_invocations` of the plan is not empty")
                .help("have people agree to the actions"),
        );
    }
    let unknown: Vec<_> = cx
        .resources()
        .filter(|(resource, _)| resource.action == crate::plan::Action::Unknown)
        .map(|(resource, _)| super::rule::place(resource, None, None))
        .collect();
    if !unknown.is_empty() {
        let message = format!(
            "{} changed in a way this plancheck does not know",
            counted(unknown.len(), "object is", "objects are")
        );
        findings.push(
            consent(message)
                .at(unknown)
                .because("the list of actions is none that Terraform documents")
                .help("use a newer plancheck"),
        );
    }
    findings
}

fn counted(count: usize, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
}
