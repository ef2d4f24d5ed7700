//! What a plan opens to the internet.

use remit_catalog::Concern;
use remit_governance::{Dimension, Posture};

use super::rule::{Reads, Rule};
use super::signs::Signs;
use crate::finding::Effect;

pub(super) const RULE: Rule = Rule {
    id: "public-exposure",
    dimension: Dimension::Perimeter,
    severity: Effect::Deny,
    summary: "a change opens something to the internet",
    explain: "\
## What it checks
The catalog's signs that something becomes reachable for everybody, against `limits.perimeter.public`: rules that let in `0.0.0.0/0`, `::/0` or \
another range no one network has, public addresses and endpoints, load balancers that face the internet, functions and storage that ask \
nobody who they are, policies that allow everybody something without a condition, `allUsers` and `allAuthenticatedUsers`, public network \
access of Azure services. A vendor's default that is public counts as if it were written.

## Why
What the internet can reach, everybody can use, pay for from your account, and break into. It is one attribute away, and an agent that wants \
its connection to work finds it fast.

## Example
An `aws_lambda_function_url` with `authorization_type = \"NONE\"`.

## How to resolve
Close it: name the networks, ask for a signature, put a private endpoint in front. Or get consent.

## Unknown values
A value known only after apply may open it, so people are asked. An argument that the block leaves to the vendor counts as the vendor's \
default. What was open before this change and stays so is a note.",
    verdicts: &[
        ("something opens under `perimeter.public = \"deny\"`", Effect::Deny),
        ("something opens under `perimeter.public = \"consent\"`, which is the default", Effect::Consent),
        ("it cannot be told whether something opens", Effect::Consent),
        ("it was open before", Effect::Note),
    ],
    reads: Reads::signs(&[Concern::Perimeter], |envelope| envelope.limits.public != Posture::Allow),
    judged: |cx| SIGNS.judged(cx),
    check: |cx| SIGNS.check(&RULE, cx),
};

const SIGNS: Signs = Signs {
    concern: Concern::Perimeter,
    limit: ("perimeter.public", |limits| limits.public),
    instead: "close it to the internet",
};
