//! Plans that would change something and that Terraform would not apply.

use remit_governance::Dimension;

use super::rule::{Context, Reads, Rule};
use crate::finding::{Effect, Finding};
use crate::plan::Action;

pub(super) const RULE: Rule = Rule {
    id: "plan-not-applyable",
    dimension: Dimension::Governance,
    severity: Effect::Consent,
    summary: "the plan holds changes and says that it cannot be applied",
    explain: "\
## What it checks
Whether a plan with changes carries `applyable: false`.

## Why
Terraform will not apply such a plan. What is applied in the end is another one, which has not been judged.

## Example
A plan with three changes that also says `applyable: false`.

## How to resolve
Find out why Terraform holds the plan back, plan again and judge the new plan.

## Unknown values
A plan without changes always says `applyable: false`, and plans of OpenTofu and of older Terraform versions say nothing. Neither is a \
finding.",
    verdicts: &[("the plan has changes and `applyable: false`", Effect::Consent)],
    reads: Reads::NOTHING,
    judged: |_| 1,
    check,
};

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let acts = |action: Action| !matches!(action, Action::NoOp | Action::Read);
    let changes = cx.facts.resources.iter().filter(|resource| acts(resource.action)).count();
    if !cx.facts.beyond.unapplyable || changes == 0 {
        return Vec::new();
    }
    let finding = Finding::new(RULE.id, Effect::Consent, "the plan cannot be applied as it is")
        .because("the plan has `applyable: false` although it holds changes")
        .help("find out why Terraform holds it back, plan again, and judge the new plan");
    vec![finding]
}
