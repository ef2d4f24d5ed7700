//! What the policies mean, by a policy evaluator of other hands. Each thing that must be denied stands beside one that must not be,
//! since an evaluator that is not told the principal allows everything. Two evaluators that agree are still not AWS.

use iam_rs::{
    Arn, Context, ContextValue, Decision, IAMPolicy, IAMRequest, PolicyEvaluator, Principal, PrincipalId,
};

use super::{super::*, compiled};

const AGENT: &str = "arn:aws:iam::123456789012:role/agents/router";
const PERSON: &str = "arn:aws:iam::123456789012:role/people/mina";

/// All policies of the envelope, beside the one that allows everything.
fn policies(edits: &[(&str, &str)]) -> Vec<IAMPolicy> {
    let everything =
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
    let ours = compiled(edits).controls.into_iter().filter_map(|control| match control.body {
        Body::Policy(policy) => Some(policy.text()),
        _ => None,
    });
    ours.chain([everything.to_owned()]).map(|text| serde_json::from_str(&text).unwrap()).collect()
}

/// A request in words: who, which action, on what, and with which keys.
#[derive(Clone, Copy)]
struct Ask<'a>(&'a str, &'a str, &'a str, &'a [(&'a str, &'a str)]);

fn decide(policies: &[IAMPolicy], Ask(who, action, on, keys): Ask) -> Decision {
    let mut context = Context::new();
    let mut put = |key: &str, value: &str| {
        let number = value.parse::<f64>().map(ContextValue::Number);
        context.insert(key.to_owned(), number.unwrap_or_else(|_| ContextValue::String(value.to_owned())));
    };
    put("aws:PrincipalArn", who);
    put("aws:CurrentTime", "2026-11-25T12:00:00Z");
    for (key, value) in keys {
        put(key, value);
    }
    let principal = Principal::Aws(PrincipalId::String(who.to_owned()));
    let request = IAMRequest::new_with_context(principal, action, Arn::parse(on).unwrap(), context);
    PolicyEvaluator::with_policies(policies.to_vec()).evaluate(&request).unwrap().decision
}

#[track_caller]
fn check(policies: &[IAMPolicy], denied: &[Ask], allowed: &[Ask]) {
    for ask in denied {
        assert_eq!(
            decide(policies, *ask),
            Decision::Deny,
            "{} {} on {} with {:?}",
            ask.0,
            ask.1,
            ask.2,
            ask.3
        );
    }
    for ask in allowed {
        assert_eq!(
            decide(policies, *ask),
            Decision::Allow,
            "{} {} on {} with {:?}",
            ask.0,
            ask.1,
            ask.2,
            ask.3
        );
    }
}

const REGION: &str = "aws:RequestedRegion";
const BUCKET: &str = "arn:aws:s3:::bucket/key";
const MODEL: &str = "arn:aws:bedrock:eu-west-1::foundation-model/anthropic.claude";
const PROFILE: &str = "bedrock:InferenceProfileArn";
const EU: &str = "arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.anthropic.claude";
const US: &str = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude";
const GLOBAL: &str = "arn:aws:bedrock:eu-west-1:123456789012:inference-profile/global.anthropic.claude";

#[test]
fn agents_stay_in_their_regions_and_people_do_not_have_to() {
    let policies = policies(&[]);
    check(
        &policies,
        &[
            Ask(AGENT, "s3:PutObject", BUCKET, &[(REGION, "us-east-1")]),
            Ask(
                AGENT,
                "ec2:RunInstances",
                "arn:aws:ec2:us-east-1:123456789012:instance/*",
                &[(REGION, "us-east-1"), ("ec2:InstanceType", "t3.micro")],
            ),
            Ask(AGENT, "kms:CreateKey", "arn:aws:kms:us-east-1:123456789012:key/a", &[(REGION, "us-east-1")]),
            // A request that says nothing of a region is not one in an allowed region.
            Ask(AGENT, "s3:PutObject", BUCKET, &[]),
        ],
        &[
            Ask(AGENT, "s3:PutObject", BUCKET, &[(REGION, "eu-west-1")]),
            Ask(AGENT, "s3:PutObject", BUCKET, &[(REGION, "eu-central-1")]),
            Ask(PERSON, "s3:PutObject", BUCKET, &[(REGION, "us-east-1")]),
            Ask(
                AGENT,
                "cloudfront:GetDistribution",
                "arn:aws:cloudfront::123456789012:distribution/a",
                &[(REGION, "us-east-1")],
            ),
            Ask(AGENT, "s3:ListAllMyBuckets", "arn:aws:s3:::*", &[(REGION, "us-east-1")]),
        ],
    );
}

#[test]
fn regions_that_consent_can_open_are_open_to_the_policy() {
    let ask = Ask(AGENT, "s3:PutObject", BUCKET, &[(REGION, "eu-west-2")]);
    check(&policies(&[]), &[ask], &[]);
    check(&policies(&[("limits.regions.authorize", r#"["eu-west-2"]"#)]), &[], &[ask]);
}

#[test]
fn an_exception_is_for_one_service_and_ends_by_itself() {
    let list = "bedrock:ListFoundationModels";
    check(
        &policies(&[]),
        &[
            Ask(AGENT, list, MODEL, &[(REGION, "eu-north-1"), ("aws:CurrentTime", "2027-04-01T00:00:00Z")]),
            Ask(AGENT, list, MODEL, &[(REGION, "us-east-1")]),
            Ask(AGENT, "sqs:SendMessage", "arn:aws:sqs:eu-north-1:123456789012:q", &[(REGION, "eu-north-1")]),
        ],
        &[
            Ask(AGENT, list, MODEL, &[(REGION, "eu-north-1")]),
            Ask(AGENT, list, MODEL, &[(REGION, "eu-north-1"), ("aws:CurrentTime", "2027-03-31T23:59:59Z")]),
            Ask(AGENT, list, MODEL, &[(REGION, "eu-west-1"), ("aws:CurrentTime", "2027-04-01T00:00:00Z")]),
        ],
    );
}

#[test]
fn inference_computes_where_the_envelope_says() {
    let invoke = "bedrock:InvokeModel";
    let named = policies(&[]);
    check(
        &named,
        &[
            Ask(AGENT, invoke, MODEL, &[(REGION, "us-east-1"), (PROFILE, US)]),
            Ask(AGENT, invoke, MODEL, &[(REGION, "unspecified"), (PROFILE, GLOBAL)]),
            Ask(AGENT, invoke, MODEL, &[(REGION, "eu-west-3")]),
        ],
        &[
            Ask(AGENT, invoke, MODEL, &[(REGION, "eu-west-3"), (PROFILE, EU)]),
            Ask(AGENT, invoke, MODEL, &[(REGION, "eu-west-1")]),
            Ask(PERSON, invoke, MODEL, &[(REGION, "unspecified"), (PROFILE, GLOBAL)]),
        ],
    );
    let global = policies(&[("limits.regions.inference_geographies", r#"["global"]"#)]);
    check(
        &global,
        &[Ask(AGENT, invoke, MODEL, &[(REGION, "eu-west-3"), (PROFILE, EU)])],
        &[Ask(AGENT, invoke, MODEL, &[(REGION, "unspecified"), (PROFILE, GLOBAL)])],
    );
    let none =
        policies(&[("limits.regions.inference_geographies", "[]"), ("limits.regions.exceptions", "[]")]);
    check(
        &none,
        &[
            Ask(AGENT, invoke, MODEL, &[(REGION, "eu-west-3"), (PROFILE, EU)]),
            Ask(AGENT, invoke, MODEL, &[(REGION, "unspecified"), (PROFILE, GLOBAL)]),
        ],
        &[Ask(AGENT, invoke, MODEL, &[(REGION, "eu-west-1")])],
    );
}

const HERE: (&str, &str) = (REGION, "eu-west-1");
const GROUP: &str =
    "arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:id:autoScalingGroupName/other";
const CAPPED: &str =
    "arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:id:autoScalingGroupName/support-workers";
const SIZE: &str = "autoscaling:MaxSize";

#[test]
fn a_group_is_as_large_as_the_ceiling_at_most() {
    let (create, update) = ("autoscaling:CreateAutoScalingGroup", "autoscaling:UpdateAutoScalingGroup");
    check(
        &policies(&[]),
        &[
            Ask(AGENT, create, GROUP, &[HERE, (SIZE, "21")]),
            // Without the key nobody can tell, and a group is never made without a maximum.
            Ask(AGENT, create, GROUP, &[HERE]),
            Ask(AGENT, update, GROUP, &[HERE, (SIZE, "21")]),
            Ask(AGENT, "autoscaling:PutScheduledUpdateGroupAction", GROUP, &[HERE, (SIZE, "100")]),
            Ask(AGENT, "autoscaling:BatchPutScheduledUpdateGroupAction", GROUP, &[HERE]),
        ],
        &[
            Ask(AGENT, create, GROUP, &[HERE, (SIZE, "20")]),
            Ask(AGENT, update, GROUP, &[HERE, (SIZE, "3")]),
            // A change that leaves the maximum alone.
            Ask(AGENT, update, GROUP, &[HERE]),
            Ask(PERSON, create, GROUP, &[HERE, (SIZE, "500")]),
        ],
    );
}

#[test]
fn machine_types_are_held_to_the_list() {
    let machine = "arn:aws:ec2:eu-west-1:123456789012:instance/i-1";
    let kind = "ec2:InstanceType";
    check(
        &policies(&[]),
        &[Ask(AGENT, "ec2:RunInstances", machine, &[HERE, (kind, "p5.48xlarge")])],
        &[
            Ask(AGENT, "ec2:RunInstances", machine, &[HERE, (kind, "m7g.large")]),
            // What else such a request touches has no type.
            Ask(AGENT, "ec2:RunInstances", "arn:aws:ec2:eu-west-1:123456789012:subnet/s", &[HERE]),
            Ask(PERSON, "ec2:RunInstances", machine, &[HERE, (kind, "p5.48xlarge")]),
        ],
    );
    check(
        &policies(&[("limits.instance_types", r#"{"allow":["m7g.*"],"authorize":["m8g.*"]}"#)]),
        &[
            Ask(AGENT, "ec2:RunInstances", machine, &[HERE, (kind, "p5.48xlarge")]),
            Ask(AGENT, "ec2:RunInstances", machine, &[HERE]),
        ],
        &[
            Ask(AGENT, "ec2:RunInstances", machine, &[HERE, (kind, "m7g.large")]),
            Ask(AGENT, "ec2:RunInstances", machine, &[HERE, (kind, "m8g.large")]),
            Ask(AGENT, "ec2:RunInstances", "arn:aws:ec2:eu-west-1:123456789012:volume/v", &[HERE]),
        ],
    );
}

#[test]
fn agents_do_not_change_what_bounds_them() {
    let any = "arn:aws:organizations::123456789012:policy/o-a/service_control_policy/p-a";
    let finance = "arn:aws:iam::123456789012:role/finance";
    let denied = [
        ("budgets:ModifyBudget", "arn:aws:budgets::123456789012:budget/remit-support-agents-budget"),
        ("budgets:ExecuteBudgetAction", "arn:aws:budgets::123456789012:budget/a/action/b"),
        ("organizations:UpdatePolicy", any),
        ("organizations:DetachPolicy", any),
        ("organizations:LeaveOrganization", any),
        ("organizations:MoveAccount", any),
        ("servicequotas:RequestServiceQuotaIncrease", "arn:aws:servicequotas:eu-west-1:123456789012:ec2/L-1"),
        ("iam:CreateUser", "arn:aws:iam::123456789012:user/out"),
        ("iam:CreateAccessKey", "arn:aws:iam::123456789012:user/out"),
        ("iam:TagRole", AGENT),
        ("iam:UpdateAssumeRolePolicy", finance),
        ("iam:GetRole", finance),
        ("iam:CreateRole", "arn:aws:iam::123456789012:role/out"),
        ("iam:PassRole", "arn:aws:iam::123456789012:role/admin"),
        ("sts:AssumeRole", "arn:aws:iam::123456789012:role/remit"),
        ("sts:AssumeRole", "arn:aws:iam::999999999999:role/agents/elsewhere"),
        ("sts:TagSession", AGENT),
        ("autoscaling:DeleteTags", CAPPED),
        ("autoscaling:DeleteAutoScalingGroup", CAPPED),
        ("lambda:PutFunctionConcurrency", "arn:aws:lambda:eu-west-1:123456789012:function:doc-analysis"),
        ("lambda:DeleteFunction", "arn:aws:lambda:eu-west-1:123456789012:function:doc-analysis"),
        // Without the key nobody can tell which service it is about.
        (
            "application-autoscaling:RegisterScalableTarget",
            "arn:aws:application-autoscaling:eu-west-1:123456789012:scalable-target/a",
        ),
    ];
    check(&policies(&[]), &denied.map(|(action, on)| Ask(AGENT, action, on, &[HERE])), &[]);
}

#[test]
fn agents_work_on_within_their_bounds() {
    let any = "arn:aws:organizations::123456789012:policy/o-a/service_control_policy/p-a";
    let target = "arn:aws:application-autoscaling:eu-west-1:123456789012:scalable-target/a";
    let namespace = "application-autoscaling:service-namespace";
    let denied = [
        Ask(AGENT, "application-autoscaling:RegisterScalableTarget", target, &[HERE, (namespace, "ecs")]),
        Ask(AGENT, "application-autoscaling:PutScheduledAction", target, &[HERE, (namespace, "ecs")]),
        Ask(AGENT, "autoscaling:UpdateAutoScalingGroup", CAPPED, &[HERE, (SIZE, "10")]),
        Ask(AGENT, "autoscaling:UpdateAutoScalingGroup", CAPPED, &[HERE, ("autoscaling:MinSize", "9")]),
    ];
    let allowed = [
        Ask(AGENT, "budgets:ViewBudget", "arn:aws:budgets::123456789012:budget/a", &[HERE]),
        Ask(AGENT, "organizations:DescribePolicy", any, &[HERE]),
        Ask(AGENT, "iam:PassRole", "arn:aws:iam::123456789012:role/agents/worker", &[HERE]),
        Ask(AGENT, "iam:CreateRole", "arn:aws:iam::123456789012:role/agents/worker", &[HERE]),
        Ask(AGENT, "sts:AssumeRole", "arn:aws:iam::123456789012:role/agents/worker", &[HERE]),
        Ask(AGENT, "iam:GetRole", "arn:aws:iam::123456789012:role/admin", &[HERE]),
        Ask(
            AGENT,
            "application-autoscaling:RegisterScalableTarget",
            target,
            &[HERE, (namespace, "dynamodb")],
        ),
        // The group works on; only its bounds are fixed.
        Ask(AGENT, "autoscaling:UpdateAutoScalingGroup", CAPPED, &[HERE]),
        Ask(AGENT, "autoscaling:SetDesiredCapacity", CAPPED, &[HERE]),
        Ask(AGENT, "autoscaling:DeleteTags", GROUP, &[HERE]),
        Ask(
            AGENT,
            "lambda:UpdateFunctionCode",
            "arn:aws:lambda:eu-west-1:123456789012:function:doc-analysis",
            &[HERE],
        ),
        Ask(
            AGENT,
            "lambda:PutFunctionConcurrency",
            "arn:aws:lambda:eu-west-1:123456789012:function:other",
            &[HERE],
        ),
        Ask(PERSON, "organizations:UpdatePolicy", any, &[HERE]),
        Ask(PERSON, "iam:PassRole", "arn:aws:iam::123456789012:role/admin", &[HERE]),
    ];
    check(&policies(&[]), &denied, &allowed);
}

/// Split over several documents, the policies still mean the same.
#[test]
fn packing_changes_no_meaning() {
    let small = policies(&[("aws.service_control_policies", r#"{"max_bytes": 3000, "max_per_target": 10}"#)]);
    assert!(small.len() > 2);
    check(
        &small,
        &[
            Ask(AGENT, "s3:PutObject", BUCKET, &[(REGION, "us-east-1")]),
            Ask(AGENT, "sts:AssumeRole", "arn:aws:iam::123456789012:role/remit", &[HERE]),
            Ask(AGENT, "autoscaling:UpdateAutoScalingGroup", GROUP, &[HERE, (SIZE, "21")]),
        ],
        &[Ask(AGENT, "s3:PutObject", BUCKET, &[HERE])],
    );
}

#[test]
fn the_document_of_the_function_is_that_of_the_guard() {
    let envelope = crate::envelope::tests::with(&[]);
    let document = region_guard_document(&envelope).unwrap().to_text();
    let policy: IAMPolicy = serde_json::from_str(&document).unwrap();
    let everything =
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
    let policies = [policy, serde_json::from_str(everything).unwrap()];
    check(
        &policies,
        &[Ask(AGENT, "s3:PutObject", BUCKET, &[(REGION, "us-east-1")])],
        &[
            Ask(AGENT, "s3:PutObject", BUCKET, &[HERE]),
            Ask(PERSON, "s3:PutObject", BUCKET, &[(REGION, "us-east-1")]),
        ],
    );
    let unbound = crate::envelope::tests::with(&[("agents", "null")]);
    assert!(region_guard_document(&unbound).unwrap_err().contains("agents.principals"));
}

/// Once an action attached it: what begins to cost is denied to agents, and what ends it or only looks is not.
#[test]
fn a_stop_denies_agents_new_spend_and_nothing_else() {
    let action = r#"{"role": "arn:aws:iam::123456789012:role/stop", "targets": ["r-abcd"]}"#;
    let policies = policies(&[("aws", r#"{"budget": {}}"#), ("aws.budget.action", action)]);
    let instance = "arn:aws:ec2:eu-west-1:123456789012:instance/i-0123456789abcdef0";
    let service = "arn:aws:ecs:eu-west-1:123456789012:service/prod/support";
    check(
        &policies,
        &[
            Ask(AGENT, "ec2:RunInstances", instance, &[]),
            Ask(AGENT, "bedrock:InvokeModel", MODEL, &[]),
            Ask(AGENT, "ecs:UpdateService", service, &[]),
            Ask(AGENT, "rds:CreateDBCluster", "arn:aws:rds:eu-west-1:123456789012:cluster:a", &[]),
        ],
        &[
            Ask(PERSON, "ec2:RunInstances", instance, &[]),
            Ask(PERSON, "bedrock:InvokeModel", MODEL, &[]),
            Ask(AGENT, "ec2:TerminateInstances", instance, &[]),
            Ask(AGENT, "ec2:DescribeInstances", "arn:aws:ec2:eu-west-1:123456789012:instance/*", &[]),
            Ask(AGENT, "ecs:DeleteService", service, &[]),
            Ask(AGENT, "rds:DeleteDBCluster", "arn:aws:rds:eu-west-1:123456789012:cluster:a", &[]),
        ],
    );
}
