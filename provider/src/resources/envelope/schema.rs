//! Schema of `remit_envelope`. The descriptions are its public documentation; what the values mean and which of them are
//! wrong is decided by `remit_governance`, not here.

use tf_provider_sdk::{Attribute, Schema, Type};

use super::{aws, dropped, limits::limits, quotas};
use crate::{
    resources::shared::{self, accountable},
    spelling,
};

pub(super) fn schema() -> Schema {
    Schema::new()
        .attributes([
            Attribute::string("name")
                .required()
                .requires_replace()
                .description("Name of the envelope, unique in a lock: lower-case letters, digits and `-`."),
            Attribute::string("purpose").description("What the agents are there for, in a sentence."),
            shared::owner().required().description("Who answers for the envelope. Named in every finding."),
            Attribute::string("parent").description(
                "`record` of another envelope within which this one has to stay. The plan proves it, \
                 limit by limit, and names the limit that is wider.",
            ),
            scope(),
            agents(),
            limits(),
            consent(),
            shared::review().description(
                "When people look at the envelope again. Past due, every change that it covers needs \
                 consent.",
            ),
            freezes(),
            Attribute::bool("deletion_protection").default(true).description(
                "Refuses, at plan, to destroy or replace the envelope. To remove it, set this to \
                 `false`, apply, then destroy.",
            ),
            aws::aws(),
            cloud("google", "Google Cloud"),
            cloud("azure", "Azure"),
            controls(),
            coverage(),
            quotas::attribute(),
        ])
        .attributes(shared::computed("other declarations and `remit_governance_lock` take"))
        .description(format!(
            "What AI agents may do in a part of your infrastructure, who can let them do more, and \
             until when. An envelope is judged by plancheck before a change is applied.\n\n\
             **What it does not stop.** Without an `aws` block nothing in a cloud changes. With one, each control does what \
             `coverage` says and no more: a budget tells people after the money is spent; guards bind the principals in \
             `agents.principals` alone, never the management account nor what AWS does through roles of its own; a cap holds the \
             one thing that it is on. Whoever holds the credentials of the provider can undo all of it. Where plancheck judges a \
             limit, it does so for changes that come through a checked plan; a change made in a console or by an API call is not \
             seen. The other limits are declared and recorded, and each says below that it is not judged yet. Without a pinned trust \
             root approvals are not verified, so a change that needs consent stays one. \
             `coverage` repeats this limit by limit.\n\n\
             **Permissions.** Without an `aws` block none. Each control of the block needs its own, which the guide on permissions \
             in AWS lists; reading alone is enough for a plan.\n\n\
             **Import.** By `<name>`, or by `aws:<account>/<name>` with the controls that are in that account. Either way unapproved.\n\n{}",
            dropped::warning()
        ))
}

fn scope() -> Attribute {
    Attribute::nested(
        "scope",
        [
            Attribute::set("accounts", Type::String)
                .description("Accounts: `aws:123456789012`, `gcp:my-project` or `azure:<subscription id>`."),
            Attribute::set("workspaces", Type::String).description("Names of Terraform workspaces. Globs."),
            Attribute::set("addresses", Type::String)
                .description("Resource addresses, such as `module.agents.*`. Globs."),
            Attribute::set("resource_types", Type::String)
                .description("Resource types, such as `aws_*`. Globs."),
            Attribute::map("tags", Type::String)
                .description("Tags or labels that a resource carries, its provider's default tags included."),
        ],
    )
    .required()
    .description(
        "Which changes are governed: those that match every selector given, of which there is at least \
         one. Where it cannot be told whether a change matches, it counts as matching. In globs `*` \
         stays within one part between dots or colons and `**` crosses them.",
    )
}

fn agents() -> Attribute {
    Attribute::nested(
        "agents",
        [
            Attribute::set("principals", Type::String).description(
                "Identities in clouds under which agents act: \
                 `aws:arn:aws:iam::123456789012:role/agents/*`. Globs.",
            ),
            Attribute::set("actors", Type::String).description(
                "Accounts under which agents act where code is reviewed, such as `copilot-swe-agent[bot]`.",
            ),
        ],
    )
    .description(
        "Whose decisions the envelope bounds. Naming an agent can only add control: in this version \
         every change is treated as an agent's.",
    )
}

fn consent() -> Attribute {
    Attribute::nested(
        "consent",
        [
            Attribute::set("approvers", Type::String)
                .required()
                .description("`record`s of the `remit_approver`s who can consent."),
            quorum().description(
                "How many people have to agree, per function: `finance`, `security`, `compliance` or \
                 `engineering`. A quorum that `approvers` cannot reach is an error at plan.",
            ),
            by_dimension(),
            Attribute::string("minimum_assurance").default("touch_pin").description(
                "Weakest proof of presence that counts: `key`, `touch`, `touch_pin` or \
                 `touch_pin_attested`. `key` needs `minimum_assurance_exception`.",
            ),
            Attribute::nested("minimum_assurance_exception", accountable()).description(
                "Why signatures without a touch count, who answers for it and until when. Only with \
                 `minimum_assurance = \"key\"`.",
            ),
            Attribute::string("expires_after")
                .default("72h")
                .equivalent(spelling::durations)
                .description("How long approvals may be collected, such as `72h` or `3d`."),
            Attribute::string("execute_within")
                .default("4h")
                .equivalent(spelling::durations)
                .description("How long the change may be applied after the quorum is reached."),
            Attribute::bool("require_rationale").description(
                "Whether whoever proposes a change has to say why, with `plancheck check --rationale`. What \
                 they say is recorded as said and opens nothing; without it a change needs consent.",
            ),
        ],
    )
    .required()
    .description(
        "Who can let a change pass that needs consent. Nobody approves a change that they wrote, and \
         no agent approves anything.",
    )
}

/// Keyed by function, so that one nobody knows reaches the parser.
fn quorum() -> Attribute {
    Attribute::map("quorum", Type::Number).required().equivalent(spelling::maps)
}

fn by_dimension() -> Attribute {
    Attribute::nested_set(
        "by_dimension",
        [
            Attribute::set("dimensions", Type::String).required().description(
                "Any of `cost`, `regions`, `capacity`, `instance_types`, `integrations`, `perimeter`, \
                 `tags`, `growth`, `logging`, `deletion`, `privileges`, `actions`, `defaults`, \
                 `governance`.",
            ),
            quorum().description("How many people have to agree about these, per function."),
        ],
    )
    .description(
        "Quorums for some dimensions. Where several match, `quorum` included, the highest number per \
         function counts.",
    )
}

fn freezes() -> Attribute {
    Attribute::nested_set(
        "freezes",
        [
            Attribute::string("from")
                .required()
                .description("First instant, such as `2026-12-20T00:00:00Z`."),
            Attribute::string("until").required().description("First instant after it."),
            Attribute::string("reason").required().description("Why."),
            Attribute::string("owner").required().description("E-mail address of who answers for it."),
        ],
    )
    .equivalent(spelling::freezes)
    .description(
        "Times in which every change that the envelope covers needs consent, unless it only reduces: a deletion, or an \
         update that lowers how far something may grow.",
    )
}

fn cloud(attribute: &str, name: &str) -> Attribute {
    Attribute::dynamic(attribute).description(format!(
        "Controls in {name}. Not available yet: setting it is an error. Leave it out, and the envelope \
         is declared, not materialized."
    ))
}

pub(in crate::resources) fn controls() -> Attribute {
    let computed =
        |name: &str, description: &str| Attribute::string(name).computed().description(description);
    Attribute::nested_list(
        "controls",
        [
            computed("kind", "`service_control_policy`, `budget`, `budget_action`, `scalable_target`, `autoscaling_group`, `lambda_function` or `account_setting`."),
            computed("name", "Its name in the cloud, the same in every run."),
            computed("id", "Its id in the cloud."),
            computed("account", "The account that it is in."),
            computed("region", "Its region, for what has one."),
            computed(
                "status",
                "`in_force`; `changed` or `missing` when somebody did that outside of Terraform; `pending` when it was not made yet; \
                 `unverifiable` when the credentials may not look at it and `REMIT_UNREADABLE=record` asks to go on.",
            ),
            computed("definition", "What it says, as JSON: as declared in a plan, as found in the state."),
            computed("prior", "For a cap: what was there before, which is restored in the end. `none` if nothing was."),
            computed("usage", "How much of the cloud's quotas it uses, and what is left."),
            computed(
                "standing",
                "Whether it can act, as JSON: whether policies of its type are enabled, which accounts of the scope lie beneath its \
                 targets, when a budget was last edited, what others stand beside it, and what may not be looked at. For `plancheck drift`.",
            ),
        ],
    )
    .computed()
    .description(
        "Controls in clouds that the envelope became. One that was changed, detached or deleted outside of Terraform shows up here in \
         the next plan.",
    )
}

fn coverage() -> Attribute {
    Attribute::nested_list(
        "coverage",
        [
            Attribute::string("limit").computed().description("The limit."),
            Attribute::string("strength").computed().description(
                "What holds it at most: `blocks_at_runtime`, `denies_on_write`, `stops_late`, `alerts` or \
                 `plan_time_only`. Without a cloud block, always the last.",
            ),
            Attribute::string("delay")
                .computed()
                .description("When it acts, or `not judged by this version`: then it does not act."),
            Attribute::string("residual").computed().description(
                "What it does not cover, in words. Begins with `nothing acts on it yet` where the limit is \
                 not judged.",
            ),
        ],
    )
    .computed()
    .description("What holds each limit, and what remains uncovered.")
}
