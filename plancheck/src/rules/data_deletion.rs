//! Plans that give up data, or what protects it.

use remit_catalog::Concern;
use remit_governance::{Dimension, Posture};

use super::rule::{Reads, Rule};
use super::signs::Signs;
use crate::finding::Effect;

pub(super) const RULE: Rule = Rule {
    id: "data-deletion",
    dimension: Dimension::Deletion,
    severity: Effect::Deny,
    summary: "a change gives up data, or what protects it from being deleted",
    explain: "\
## What it checks
The catalog's signs that data goes, against `limits.deletion`: databases, buckets, volumes, queues, vector stores, knowledge bases, memories of \
agents, backups, keys and secrets that are destroyed, made anew or forgotten; and protection that is taken off what stays: deletion \
protection, versions, retention of backups, `force_destroy`.

## Why
Nearly everything else in a cloud can be made again. Data cannot, and a key that is gone takes with it what it encrypts.

## Example
An `aws_db_instance` that would be destroyed and made anew because an attribute changed.

## How to resolve
Keep the data: change the attribute another way, or move what is there first. Or get consent.

## Unknown values
Whether an object goes is never unknown. Where protection is known only after apply, people are asked.",
    verdicts: &[
        ("data goes under `deletion = \"deny\"`", Effect::Deny),
        ("data goes under `deletion = \"consent\"`, which is the default", Effect::Consent),
        ("it cannot be told whether protection stays", Effect::Consent),
    ],
    reads: Reads::signs(&[Concern::Deletion], |envelope| envelope.limits.deletion != Posture::Allow),
    judged: |cx| SIGNS.judged(cx),
    check: |cx| SIGNS.check(&RULE, cx),
};

const SIGNS: Signs = Signs {
    concern: Concern::Deletion,
    limit: ("deletion", |limits| limits.deletion),
    instead: "keep the data",
};
