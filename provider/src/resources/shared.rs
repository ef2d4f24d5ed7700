//! Attributes that more than one declaration has.

use tf_provider_sdk::Attribute;

/// `owner`: who answers for a declaration.
pub(super) fn owner() -> Attribute {
    Attribute::nested(
        "owner",
        [
            Attribute::string("name").required().description("Who it is."),
            Attribute::string("email").required().description("Where questions and reminders go."),
            Attribute::string("cost_center").description("Where the money is booked."),
        ],
    )
}

/// `review`: when people look at a declaration again.
pub(super) fn review() -> Attribute {
    Attribute::nested(
        "review",
        [
            Attribute::string("every").required().description("`month`, `quarter`, `half_year` or `year`."),
            Attribute::string("due")
                .required()
                .description("Last day of the running term, `YYYY-MM-DD`. After a review, set the next one."),
        ],
    )
}

/// What every exception has to say: who, why and until when.
pub(super) fn accountable() -> [Attribute; 3] {
    [
        Attribute::string("owner").required().description("E-mail address of who answers for it."),
        Attribute::string("reason").required().description("Why it is needed."),
        Attribute::string("expires").required().description("Last day on which it holds, `YYYY-MM-DD`."),
    ]
}

/// The one way to say that something has no limit.
pub(super) fn unlimited(what: &str) -> Attribute {
    Attribute::nested("unlimited", accountable()).description(format!(
        "Says that there is no ceiling for {what}. The only way to say so: `-1` is an error and `0` \
         means none at all. From the day after `expires` no limit is declared, so growth needs consent \
         again."
    ))
}

/// What happens when an agent does such a thing.
pub(super) fn posture(name: &str, what: &str) -> Attribute {
    Attribute::string(name)
        .description(format!("{what} One of `deny`, `consent` or `allow`; left out, `consent`."))
}

/// What follows from every declaration. `takers` completes "what …".
pub(super) fn computed(takers: &str) -> [Attribute; 4] {
    [
        Attribute::string("record").computed().description(format!(
            "The declaration as canonical JSON: what {takers}. Known at plan whenever all arguments \
             are. A record is a declaration, never authority."
        )),
        Attribute::string("digest").computed().description("`sha256:` digest of `record`."),
        Attribute::bool("approved").computed().description(
            "Whether the approvals that it needs have been verified. Known after apply while they are being \
             asked for; `false` without a pinned trust root. What is not approved restricts, it never permits.",
        ),
        Attribute::string("history").computed().description(
            "How it came into force: each record with the approvals for it, as JSON. Give it to \
             `remit_governance_lock`, and the lock proves itself to whoever pins the trust root. Null while \
             it is only declared.",
        ),
    ]
}
