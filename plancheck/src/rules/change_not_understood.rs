//! Entries whose action is none that Terraform documents.

use remit_governance::Dimension;

use super::rule::{Context, Reads, Rule, counted, place};
use crate::finding::{Effect, Finding};
use crate::plan::Action;

pub(super) const RULE: Rule = Rule {
    id: "change-not-understood",
    dimension: Dimension::Governance,
    severity: Effect::Consent,
    summary: "an object is changed in a way this plancheck does not know",
    explain: "\
## What it checks
Whether every entry of the plan has a list of actions that this version knows.

## Why
A later Terraform may do more with an object than creating, changing and deleting it. What is not understood must not pass as if it were \
nothing.

## Example
An entry with `actions: [\"update\", \"forget\"]`.

## How to resolve
Use a newer plancheck, or have people agree to the entry.

## Unknown values
Actions are always known. An entry without any changes nothing.",
    verdicts: &[("an entry has an unknown action", Effect::Consent)],
    reads: Reads::NOTHING,
    judged: |cx| cx.facts.resources.len(),
    check,
};

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let odd = cx.resources().filter(|(resource, _)| resource.action == Action::Unknown);
    let places: Vec<_> = odd.map(|(resource, _)| place(resource, None, None)).collect();
    if places.is_empty() {
        return Vec::new();
    }
    let message = format!(
        "{} changed in a way this plancheck does not know",
        counted(places.len(), "object is", "objects are")
    );
    let finding = Finding::new(RULE.id, Effect::Consent, message)
        .at(places)
        .because("the list of actions is none that Terraform documents")
        .help("use a newer plancheck, or have people agree to it");
    vec![finding]
}
