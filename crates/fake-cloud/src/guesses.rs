//! Where AWS is not documented, or says two things: what this double does, and why that is the careful choice. A test that
//! passes only because of a line here has shown nothing about AWS.

/// A behavior that was chosen, not looked up.
#[derive(Clone, Copy, Debug)]
pub struct Guess {
    /// The service, or `*`.
    pub service: &'static str,
    /// What is done.
    pub behavior: &'static str,
    /// Why it is chosen.
    pub because: &'static str,
}

const fn guess(service: &'static str, behavior: &'static str, because: &'static str) -> Guess {
    Guess { service, behavior, because }
}

/// All of them.
pub const GUESSES: &[Guess] = &[
    guess(
        "*",
        "a member that the contract does not hold is refused",
        "AWS ignores it; a misspelt member must not go unseen",
    ),
    guess(
        "*",
        "the code of a request that breaks its contract",
        "the models declare codes, not which of them a broken shape gets",
    ),
    guess(
        "*",
        "tag keys that start with aws: are refused",
        "documented in general, not for each of these operations",
    ),
    guess(
        "*",
        "a failed write leaves nothing behind",
        "only lost answers and client crashes leave partial work, and those are injected",
    ),
    guess(
        "budgets",
        "UpdateBudget without TimePeriod keeps the one there is",
        "the reference does not say; losing a deadline would be worse",
    ),
    guess("budgets", "FilterExpression without Metrics is refused", "the two are documented as a pair"),
    guess(
        "budgets",
        "a budget with FilterExpression comes back without CostTypes",
        "moto adds them; only one pair is legal in a request",
    ),
    guess(
        "budgets",
        "FilterExpression is left out unless ShowFilterExpression is set",
        "the name of the switch says so",
    ),
    guess(
        "budgets",
        "ThresholdType is left out of what is described when it is PERCENTAGE",
        "a comment in the Go provider; a client has to know the default",
    ),
    guess(
        "budgets",
        "amounts are described with a decimal point",
        "Terraform users see 100 come back as 100.0",
    ),
    guess(
        "budgets",
        "a budget in another currency than USD is accepted",
        "which currencies an account has is not known here",
    ),
    guess(
        "budgets",
        "two actions of one definition are both created",
        "what counts as a duplicate is unknown; this is the case that hurts",
    ),
    guess(
        "budgets",
        "deleting a budget deletes its actions",
        "documented for notifications and subscribers only",
    ),
    guess(
        "budgets",
        "an action that names a policy or a target that does not exist is refused",
        "no check is documented; an action that could never be carried out must not pass here",
    ),
    guess(
        "budgets",
        "an action with a service control policy is refused outside the management account",
        "documented for the account that it reaches, not for the call that creates it",
    ),
    guess(
        "budgets",
        "the last subscriber of a notification cannot be deleted",
        "a notification is created with at least one",
    ),
    guess(
        "organizations",
        "5 policies of 5,120 characters per target",
        "raised to 10 and 10,240 in 2026 by third-party reports; a setting",
    ),
    guess(
        "organizations",
        "changing FullAWSAccess is refused as IMMUTABLE_POLICY",
        "the reason exists; which call gives it is not said",
    ),
    guess(
        "organizations",
        "the name of a policy is unique among its type",
        "documented as a name that is already there",
    ),
    guess(
        "application-autoscaling",
        "MinCapacity above MaxCapacity is refused with ValidationException",
        "moto accepts it; unlikely at AWS",
    ),
    guess(
        "application-autoscaling",
        "Tags of a target that is registered already are ignored",
        "the reference sends clients to TagResource for those",
    ),
    guess(
        "application-autoscaling",
        "only ECS services are looked up",
        "which namespaces AWS looks up when registering is not documented",
    ),
    guess(
        "autoscaling",
        "DesiredCapacity outside the bounds is refused with ValidationError",
        "moto accepts it in SetDesiredCapacity",
    ),
    guess(
        "autoscaling",
        "filters of DescribeAutoScalingGroups are refused",
        "not played; ignoring them would show groups that were not asked for",
    ),
    guess(
        "lambda",
        "a shape that is broken is InvalidParameterValueException",
        "AWS answers some of these with ValidationException",
    ),
    guess(
        "service-quotas",
        "StartAutoManagement is refused where it is on, and the others where it is off",
        "which errors these give is not said; a client that does not look first must not pass",
    ),
    guess(
        "bedrock",
        "a logging configuration without a place is refused, and what is not said to be delivered is",
        "both are documented as defaults of single members only",
    ),
    guess(
        "s3control",
        "a switch that is left out of PutPublicAccessBlock is off",
        "documented for the bucket's configuration",
    ),
    guess(
        "sts",
        "a role of an account outside the organization is denied",
        "whether it trusts the caller is not known here",
    ),
];
