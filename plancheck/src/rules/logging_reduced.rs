//! Plans after which less is on record.

use remit_catalog::Concern;
use remit_governance::{Dimension, Posture};

use super::rule::{Reads, Rule};
use super::signs::Signs;
use crate::finding::Effect;

pub(super) const RULE: Rule = Rule {
    id: "logging-reduced",
    dimension: Dimension::Logging,
    severity: Effect::Deny,
    summary: "after a change less is on record than before",
    explain: "\
## What it checks
The catalog's signs that a record is cut short, against `limits.logging`: log groups, trails, sinks, flow logs and diagnostic settings that are \
destroyed, forgotten or made anew; logging switched off; retention shortened; fewer kinds of log; another destination or filter.

## Why
What is not on record did not happen. Whoever investigates what an agent did needs the record from before anybody knew that it would be \
needed.

## Example
An `aws_cloudwatch_log_group` whose `retention_in_days` goes from 365 to 7.

## How to resolve
Keep the record as it is, or get consent. Keeping it longer is free.

## Unknown values
A value known only after apply may cut the record, so people are asked. Forgetting a log group counts as losing it: nothing keeps it any more.",
    verdicts: &[
        ("a record is reduced under `logging = \"deny\"`", Effect::Deny),
        ("a record is reduced under `logging = \"consent\"`, which is the default", Effect::Consent),
        ("it cannot be told whether a record is reduced", Effect::Consent),
    ],
    reads: Reads::signs(&[Concern::Logging], |envelope| envelope.limits.logging != Posture::Allow),
    judged: |cx| SIGNS.judged(cx),
    check: |cx| SIGNS.check(&RULE, cx),
};

const SIGNS: Signs = Signs {
    concern: Concern::Logging,
    limit: ("logging", |limits| limits.logging),
    instead: "keep the record as it is",
};
