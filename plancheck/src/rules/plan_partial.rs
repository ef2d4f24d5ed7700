//! Plans that leave part of the configuration out.

use remit_governance::Dimension;

use super::rule::{Reads, Rule};
use crate::finding::{Effect, Finding};

pub(super) const RULE: Rule = Rule {
    id: "plan-partial",
    dimension: Dimension::Governance,
    severity: Effect::Consent,
    summary: "the plan leaves out part of the configuration",
    explain: "\
## What it checks
Whether the plan says that it is not complete: it was made with `-target`, or something in it is deferred.

## Why
What is not in the plan was not judged. It must not look as if it had passed.

## Example
A plan made with `-target=module.db` carries `complete: false`.

## How to resolve
Plan without `-target`; resolve what a deferral waits for; or have people agree to the part that was planned.

## Unknown values
Plans of OpenTofu and of older Terraform versions do not say whether they are complete. Their silence is not a finding.",
    verdicts: &[("the plan says it is not complete", Effect::Consent)],
    reads: Reads::NOTHING,
    judged: |_| 1,
    check: |cx| {
        let finding = Finding::new(RULE.id, Effect::Consent, "the plan leaves out part of the configuration")
            .because("the plan has `complete: false`")
            .help("plan again without `-target`, or have people agree to the part");
        if cx.facts.beyond.incomplete { vec![finding] } else { Vec::new() }
    },
};
