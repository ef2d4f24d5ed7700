//! Vendor defaults that a change newly relies on although nobody decided about them.

use remit_catalog::{Risk, SubjectMatter, VendorDefault};
use remit_governance::{Dimension, Posture};

use super::defaults;
use super::rule::{Rule, named};
use super::undecided::Undecided;
use crate::finding::Effect;

pub(super) const RULE: Rule = Rule {
    id: "vendor-default-ungoverned",
    dimension: Dimension::Defaults,
    severity: Effect::Deny,
    summary: "a change relies on a vendor's default that nobody decided about",
    explain: "\
## What it checks
The defaults of the catalog that a created or changed object would newly rely on, in what the envelope over it limits: cost where it limits \
cost, capacity where it limits capacity, and so on. Those of high and critical risk are told. Where the envelope sets `limits.defaults`, \
they are asked about or denied, and those of medium risk are told or asked about. Where another rule judges the same attribute under the same \
envelope, that rule tells it. What relied on a default before is for `plancheck defaults audit`.

## Why
A default is a decision of the vendor, made for growth, availability and low friction. Leaving an argument out is how nobody decides.

## Example
An `aws_bedrockagent_agent` without `guardrail_configuration`: prompts and answers pass no filter of yours.

## How to resolve
Write the argument. Or write the decision down: a `remit_default_override` that accepts the default until a review, or that demands a value; \
`plancheck defaults scaffold` writes the block.

## Unknown values
Where a plan does not tell absence from a value, or whether the condition of a default holds, people are asked under `consent` and `deny`. \
Rows of the catalog that nobody compared with their source are told where `limits.defaults` is set, and never ask.",
    verdicts: &[
        ("a default of high or critical risk under `defaults = \"deny\"`", Effect::Deny),
        ("a default of medium risk under `defaults = \"deny\"`", Effect::Consent),
        ("a default of high or critical risk under `defaults = \"consent\"`", Effect::Consent),
        ("it cannot be told whether a default is relied on, under `defaults = \"deny\"` or `\"consent\"`", Effect::Consent),
        ("a default of medium risk under `defaults = \"consent\"`", Effect::Note),
        ("a default of high or critical risk where `defaults` is left out", Effect::Note),
        ("a row of the catalog that was not verified, under `defaults = \"deny\"` or `\"consent\"`", Effect::Note),
    ],
    reads: defaults::READS,
    judged: defaults::judged,
    check: |cx| UNDECIDED.check(&RULE, cx),
};

const UNDECIDED: Undecided = Undecided {
    concerns: |row| row.subject_matter != SubjectMatter::Residency,
    told_elsewhere: |resource, _, row, limits| defaults::told_elsewhere(resource, row, limits),
    effect,
    because: |envelope| match envelope.limits.defaults {
        Some(posture) => {
            format!("{} has `defaults = \"{posture}\"`, and nobody decided about it", named(envelope))
        }
        None => format!("nobody decided about it under {}", named(envelope)),
    },
};

/// What follows; nothing where the envelope has nothing against it or the row is too small a matter.
fn effect(posture: Option<Posture>, row: &VendorDefault, untold: bool) -> Option<Effect> {
    let grave = row.risk >= Risk::High;
    match posture {
        Some(Posture::Allow) => None,
        _ if row.risk < Risk::Medium => None,
        // Whether something small is relied on is not worth a question.
        None => (grave && row.verified && !untold).then_some(Effect::Note),
        Some(_) if !row.verified => (!untold).then_some(Effect::Note),
        Some(Posture::Consent) if !grave => (!untold).then_some(Effect::Note),
        Some(_) if untold => grave.then_some(Effect::Consent),
        Some(Posture::Deny) => Some(if grave { Effect::Deny } else { Effect::Consent }),
        Some(Posture::Consent) => Some(Effect::Consent),
    }
}
