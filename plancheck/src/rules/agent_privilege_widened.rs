//! Rights that a plan hands out.

use remit_catalog::Concern;
use remit_governance::{Dimension, Posture};

use super::rule::{Reads, Rule};
use super::signs::Signs;
use crate::finding::Effect;

pub(super) const RULE: Rule = Rule {
    id: "agent-privilege-widened",
    dimension: Dimension::Privileges,
    severity: Effect::Deny,
    summary: "after a change somebody may do more than before",
    explain: "\
## What it checks
The catalog's signs that rights are handed out, against `limits.privileges`: policies of AWS identities that allow something new or no longer \
deny something, policies that are attached, roles that others can take on, permissions boundaries that go, permissions to call a function; \
members, bindings and policies of Google; role assignments and role definitions of Azure. Policy documents are compared by what they mean: \
order, spelling and a wildcard that covered it before do not count, another condition does. Roles of Google and Azure are compared by name.

Whom the rights go to is not asked: `agents.principals` does not narrow it, because a policy can be attached to an agent later. Policies of \
things other than identities (buckets, queues, keys) are looked at by `public-exposure` only, and a workload that is given another role is not seen.

## Why
What an agent may do is the limit behind all others: with one statement more it can raise its own ceilings, and no plan will say so.

## Example
An `aws_iam_role_policy` that allowed `bedrock:InvokeModel` and now allows `ec2:RunInstances` too.

## How to resolve
Leave the rights as they were, or get consent. Narrowing is free: a policy that allows less, and one that is detached, unless it is one of \
AWS's that only deny.

## Unknown values
A document known only after apply, or one that cannot be read, may allow anything, so people are asked; so they are where a policy of the \
account is attached, because what it allows stands elsewhere, and for the `inline_policy` of a new role, because a dynamic block that is not known \
looks as if it were not written. What AWS's own policies do, their names say.",
    verdicts: &[
        ("rights are handed out under `privileges = \"deny\"`", Effect::Deny),
        ("rights are handed out under `privileges = \"consent\"`, which is the default", Effect::Consent),
        ("it cannot be told whether rights are handed out", Effect::Consent),
    ],
    reads: Reads::signs(&[Concern::Privileges], |envelope| envelope.limits.privileges != Posture::Allow),
    judged: |cx| SIGNS.judged(cx),
    check: |cx| SIGNS.check(&RULE, cx),
};

const SIGNS: Signs = Signs {
    concern: Concern::Privileges,
    limit: ("privileges", |limits| limits.privileges),
    instead: "leave the rights as they were",
};
