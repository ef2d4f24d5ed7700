//! Schema of `limits`: how far the agents of an envelope may go, dimension by dimension.

use remit_governance::dimension::Unit;
use tf_provider_sdk::{Attribute, Type};

use crate::{
    resources::shared::{accountable, posture, unlimited},
    spelling,
};

/// What is counted in a unit of `capacity`.
fn counts(unit: Unit) -> &'static str {
    match unit {
        Unit::Instances => "virtual machines, whatever starts them",
        Unit::Nodes => "nodes of Kubernetes clusters",
        Unit::Replicas => "replicas of services and model endpoints",
        Unit::Tasks => "container tasks",
        Unit::Vcpus => "virtual CPUs",
        Unit::Gpus => "GPUs and other accelerators",
        Unit::MemoryGb => "memory in gigabytes",
        Unit::Concurrency => "requests or executions at the same time",
        Unit::ModelUnits => "provisioned throughput of models, in the vendor's units",
    }
}

/// `limits`.
pub(super) fn limits() -> Attribute {
    Attribute::nested(
        "limits",
        [
            cost(),
            regions(),
            capacity(),
            integrations(),
            instance_types(),
            perimeter(),
            tags(),
            growth(),
            posture("logging", "Turning off, shortening or redirecting logs."),
            posture(
                "deletion",
                "Deleting data, keys and backups, replacing what holds them, or taking their protection off.",
            ),
            posture("privileges", "Widening what a role, key or principal may do."),
            posture("actions", "Actions that Terraform invokes besides changing resources."),
            Attribute::string("defaults").description(
                "Relying on a vendor's default that nobody decided about: no `remit_default_override` accepts it \
                 or sets another value. One of `deny`, `consent` or `allow`; left out, it is told and \
                 nobody is asked.",
            ),
        ],
    )
    .required()
    .description(
        "How far the agents may go. What is left out is not unlimited: a change that grows something \
         without a limit needs consent. Marks are totals of everything that the envelope covers, and \
         only a change that grows a total crosses one.",
    )
}

fn cost() -> Attribute {
    Attribute::nested(
        "cost",
        [
            Attribute::string("currency")
                .required()
                .description("ISO 4217 code such as `USD`. Amounts are never converted."),
            Attribute::string("period")
                .required()
                .description("What the amounts are for: `daily`, `monthly`, `quarterly` or `annually`."),
            Attribute::number("ceiling").description(
                "Highest spending per period. Nobody can approve more: the envelope has to change \
                 first. Either this or `unlimited`.",
            ),
            Attribute::number("authorize_above")
                .description("Spending above this needs consent. At most `ceiling`."),
            Attribute::set("notify_at", Type::Number).description(
                "Percentages of `ceiling`, 1 to 200, at which people are told. Telling stops nothing.",
            ),
            unlimited("the cost"),
        ],
    )
    .description(
        "Money per period. Judging it takes prices, which plancheck cannot be given yet: every report \
         says that cost was not judged. With `aws.budget` it becomes a budget that tells people, and stops \
         the agents late where it has an action; without it spending is neither watched nor stopped.",
    )
}

fn regions() -> Attribute {
    let mut exception = vec![
        Attribute::string("service").required().description("The service it is for, such as `bedrock`."),
        Attribute::set("regions", Type::String)
            .required()
            .description("Regions in which that service may be used besides."),
    ];
    exception.extend(accountable());
    Attribute::nested(
        "regions",
        [
            Attribute::set("allow", Type::String).required().description(
                "Regions in which agents may act, spelled as the cloud spells them: `eu-west-1`, \
                 `europe-west1`, `westeurope`. Anything outside is denied.",
            ),
            Attribute::set("authorize", Type::String).description("Further regions that consent can open."),
            Attribute::set("inference_geographies", Type::String).description(
                "Where cross-region inference may compute, such as `eu`, `us` or `apac`. Left out or \
                 `[]`: in the region of the request only; `global` has to be named. Judged at \
                 plan.",
            ),
            Attribute::nested_set("exceptions", exception)
                .description("Services that may be used elsewhere for a while."),
        ],
    )
    .description(
        "Where agents may act. Judged at plan. With `aws.region_guard` a service control policy denies \
         their calls elsewhere; without it what a running workload calls in other regions is not seen.",
    )
}

/// Keyed by unit, so that a unit nobody knows reaches the parser: Terraform drops attributes nobody knows.
fn capacity() -> Attribute {
    let units = Unit::WORDS.iter().map(|(word, unit)| format!("`{word}` ({})", counts(*unit)));
    Attribute::nested_map("capacity", mark()).equivalent(spelling::maps).description(format!(
        "How much may exist at once, per unit: {}. What counts is the maximum that a configuration \
         permits, not the number running today. Judged at plan: changes made outside Terraform are not \
         stopped.",
        units.collect::<Vec<_>>().join(", "),
    ))
}

fn mark() -> [Attribute; 4] {
    [
        Attribute::number("ceiling").description(
            "Most there may be. Nobody can approve more: the envelope has to change first. Either this \
             or `unlimited`.",
        ),
        Attribute::number("authorize_above")
            .description("Growing above this needs consent. At most `ceiling`."),
        Attribute::set("notify_at", Type::Number).description(
            "Percentages of `ceiling`, 1 to 100, at which people are told. Telling stops nothing.",
        ),
        unlimited("this unit"),
    ]
}

fn integrations() -> Attribute {
    let globs = |name: &str, what: &str| {
        Attribute::set(name, Type::String).description(format!(
            "{what} Globs; anything else is denied. Left out, this is not limited here."
        ))
    };
    Attribute::nested(
        "integrations",
        [
            globs("models", "Models that may be called, such as `anthropic.claude-*`."),
            globs(
                "endpoints",
                "Host names outside the cloud that may be connected, such as `*.pinecone.io`.",
            ),
            globs("providers", "Terraform providers that may be used, such as `hashicorp/aws`."),
            globs("services", "Services of the cloud that may be used, such as `bedrock`."),
            Attribute::map("authorize", Type::set(Type::String)).equivalent(spelling::maps).description(
                "What consent can open besides: globs under `models`, `endpoints`, `providers` or \
                 `services`.",
            ),
        ],
    )
    .description(
        "What agents may connect to. In these lists a name is one piece: `*` stands for anything, dots and \
         colons too, and case does not matter. Judged at plan: what a running system calls is not seen.",
    )
}

fn instance_types() -> Attribute {
    Attribute::nested(
        "instance_types",
        [
            Attribute::set("allow", Type::String).description(
                "Globs of types that may be used; anything else is denied. At least this or `deny`.",
            ),
            Attribute::set("deny", Type::String).description("Globs of types that may not be used."),
            Attribute::set("authorize", Type::String).description("Globs of types that consent can open."),
        ],
    )
    .description(
        "Which types of machine may be used. Globs such as `p5.*`, in which `*` stands for anything and case \
         does not matter. A type of a managed service (`ml.p5.48xlarge`) counts as its machine too. Judged at \
         plan.",
    )
}

fn perimeter() -> Attribute {
    Attribute::nested("perimeter", [posture("public", "Opening endpoints or storage to the internet.")])
        .description("What may be reached from outside.")
}

fn tags() -> Attribute {
    Attribute::nested(
        "tags",
        [Attribute::set("required", Type::String)
            .required()
            .description("Keys that every taggable resource carries.")],
    )
    .description("Tags that have to be there, for example so that cost can be attributed. Judged at plan.")
}

fn growth() -> Attribute {
    Attribute::nested(
        "growth",
        [
            Attribute::number("cost_per_change").description(
                "Most that one change may add to the cost, in the currency and per the period of `cost`.",
            ),
            Attribute::number("percent_per_change")
                .description("Most that one change may add, in percent of what is there."),
            Attribute::number("resources_per_change")
                .description("Most resources that one change may create."),
            Attribute::number("percent_per_window")
                .description("Most that all changes within `window` may add, in percent."),
            Attribute::string("window")
                .equivalent(spelling::durations)
                .description("Length of the window, such as `24h`."),
            Attribute::string("cool_down")
                .equivalent(spelling::durations)
                .description("Least time between two changes that grow something, such as `1h`."),
        ],
    )
    .description(
        "How fast things may grow, apart from how large. Growing faster needs consent. Judged at plan: \
         `percent_per_change` and `resources_per_change`; the others take prices or a log of earlier \
         decisions, and every report says so.",
    )
}
