//! Schema of the `aws` block. What the values mean and which are wrong is decided by `remit_governance`.

use tf_provider_sdk::{Attribute, Type};

/// The attribute `aws`.
pub(super) fn aws() -> Attribute {
    Attribute::nested(
        "aws",
        [
            account("Account of every control that names none. Left out: that of the credentials."),
            budget(),
            guard(
                "region_guard",
                "Service control policies that deny the agents' principals all regions but those of `limits.regions`, \
                 exceptions until they expire, and cross-region inference outside of `inference_geographies`.",
                [Attribute::set("exempt_actions", Type::String).description(
                    "Actions that are let through in every region, such as `s3:List*`, besides those of services that answer in \
                     one region for all.",
                )],
            ),
            guard(
                "tamper_guard",
                "Service control policies that deny the agents' principals to change what bounds them: budgets, policies, quotas, the \
                 caps below, the roles of approvers, and ways out such as other roles.",
                [],
            ),
            guard(
                "scale_guard",
                "Service control policies that deny the agents' principals values above the limits where AWS can compare them: the \
                 maximum of each Auto Scaling group against `limits.capacity.instances`, and types of EC2 instances.",
                [],
            ),
            caps(),
            Attribute::map("minimum_strength", Type::String).description(
                "What has to hold the limits of a dimension at least, such as `{ regions = \"denies_on_write\" }`. Where nothing does, \
                 the plan fails.",
            ),
            Attribute::nested(
                "service_control_policies",
                [
                    Attribute::number("max_bytes")
                        .description("Bytes that a policy may have. Left out: 5120; many organizations have 10240."),
                    Attribute::number("max_per_target").description(
                        "Policies that a target takes, AWS's own included. Left out: 5; many organizations have 10.",
                    ),
                ],
            )
            .description("Quotas of your organization, where they differ from what AWS documents."),
        ],
    )
    .description(
        "Controls in AWS. Leave it out, and the envelope is declared, not materialized. What each control can and cannot do is in \
         `coverage`.",
    )
}

fn budget() -> Attribute {
    Attribute::nested(
        "budget",
        [
            account("Account that the budget is made in."),
            Attribute::set("subscribers", Type::String).description(
                "E-mail addresses that are told besides the envelope's owner and its finance approvers, ten in all.",
            ),
            Attribute::string("topic").description("ARN of an SNS topic that is told too."),
            action(),
        ],
    )
    .description(
        "A budget of `limits.cost` with alerts at each of `notify_at`, at `authorize_above`, at the ceiling, and at the forecast \
         reaching it. It counts the accounts and tags of `scope`. Without an `action` it stops nothing.",
    )
}

fn action() -> Attribute {
    Attribute::nested(
        "action",
        [
            Attribute::string("role").required().description(
                "ARN of the role by which AWS Budgets attaches the policy. It has to trust `budgets.amazonaws.com`, be of the budget's \
                 account, and that account the organization's management account.",
            ),
            Attribute::set("targets", Type::String)
                .required()
                .description("Roots, organizational units and accounts that the policy is attached to when it is carried out."),
            Attribute::number("at_percent")
                .description("Share of the ceiling that has to be spent, in percent. Left out: 100."),
            Attribute::string("approval").description(
                "Who says that it is carried out: `manual`, somebody in the console of AWS each time, or `automatic`. Left out: `manual`.",
            ),
        ],
    )
    .description(
        "Denies the agents' principals what begins to cost, once so much is spent: a policy is made that is attached nowhere, and AWS \
         attaches it. That it is attached then is no drift. It takes AWS 8 to 12 hours to know what was spent, and what runs goes on.",
    )
}

fn guard<const N: usize>(name: &str, description: &str, more: [Attribute; N]) -> Attribute {
    let targets = Attribute::set("targets", Type::String)
        .required()
        .description("Roots, organizational units and accounts that the policies are attached to.");
    Attribute::nested(name, std::iter::once(targets).chain(more)).description(description)
}

fn caps() -> Attribute {
    let target = Attribute::nested(
        "scalable_target",
        [
            Attribute::string("service_namespace").required().description("The service, such as `ecs`."),
            Attribute::string("resource_id")
                .required()
                .description("The thing, such as `service/prod/support`."),
            Attribute::string("dimension")
                .required()
                .description("What of it is scaled, such as `ecs:service:DesiredCount`."),
        ],
    );
    Attribute::nested_set(
        "caps",
        [
            target.description("Something that Application Auto Scaling scales. It is registered where it is not yet."),
            Attribute::string("autoscaling_group").description("Name of an Auto Scaling group."),
            Attribute::string("lambda_function").description("Name of a Lambda function."),
            Attribute::number("min").description("The minimum. Required for a scalable target."),
            Attribute::number("max").description("The maximum of a scalable target or an Auto Scaling group."),
            Attribute::number("reserved_concurrency").description("The reserved concurrency of a Lambda function."),
            Attribute::string("region").description("Region of what is capped. Left out: that of the provider."),
            account("Account of what is capped."),
        ],
    )
    .description(
        "Maxima of single things, each with exactly one of `scalable_target`, `autoscaling_group` and `lambda_function`. What was there \
         before is kept in a tag and in the state, and restored when the cap is removed.",
    )
}

fn account(description: &str) -> Attribute {
    Attribute::string("account").description(description)
}
