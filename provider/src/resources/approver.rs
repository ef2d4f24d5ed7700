//! `remit_approver`: a person who can consent, and how they prove it.

use remit_governance::{Invalid, Json, approver};
use tf_provider_sdk::{Attribute, Object, Schema, Type};

use super::{
    declared::{Declared, Kind},
    shared::computed,
};
use crate::spelling;

/// The resource.
pub(crate) struct Approver;

impl Kind for Approver {
    const TYPE_SUFFIX: &'static str = "approver";
    const IDENTITY: &'static str = "email";
    const ID: (&'static str, &'static str) = ("<e-mail address>", "dana.reyes@example.com");

    fn schema() -> Schema {
        Schema::new()
            .attributes(arguments())
            .attributes(computed("envelopes and `remit_governance_lock` take"))
            .description(
                "A person who can consent to a change: in whose name, how far, and with which keys. \
                 Being declared gives nobody authority; an envelope that names them does.\n\n\
                 With a pinned trust root, an approver and every change of one is approved by the trust \
                 root; that approval also vouches for the keys. Without it a FIDO2 signature counts as \
                 that of an ordinary key, since its flags can be made in software.\n\n\
                 To stop a lost key, list it under `revoked_keys`: that needs nobody's consent, also where \
                 an envelope names the approver.\n\n\
                 **What it does not stop.** Removing or revoking takes effect where the envelope's \
                 `record` and the governance lock are made anew. To stop a key everywhere at once, list it \
                 under `revoked_keys` of the trust root. Who is revoked can no longer say no either.",
            )
    }

    fn judge(arguments: &Json) -> Result<(), Vec<Invalid>> {
        approver::Approver::declare(arguments).map(drop)
    }

    fn declare(arguments: &Json) -> Result<Declared, Vec<Invalid>> {
        let approver = approver::Approver::declare(arguments)?;
        Ok(Declared { record: approver.record(), more: Object::new() })
    }
}

fn arguments() -> [Attribute; 9] {
    [
        Attribute::string("name").required().description("Who it is."),
        Attribute::string("email").required().requires_replace().equivalent(spelling::emails).description(
            "E-mail address, which tells people apart: two approvers with one address are one person.",
        ),
        Attribute::string("function").required().description(
            "In whose name the person decides: `finance`, `security`, `compliance` or `engineering`. \
             Nobody decides for two.",
        ),
        Attribute::set("keys", Type::String).required().equivalent(spelling::keys).description(
            "SSH public keys, each the line of a `.pub` file. FIDO2 keys \
             (`sk-ssh-ed25519@openssh.com`, `sk-ecdsa-sha2-nistp256@openssh.com`) can prove a touch; \
             RSA keys need at least 3072 bits. Comments do not matter.",
        ),
        Attribute::string("assurance").default("touch_pin").description(
            "What the keys prove: `key`, `touch`, `touch_pin` or `touch_pin_attested`. More than `key` \
             takes FIDO2 keys.",
        ),
        Attribute::map("identities", Type::String).description(
            "Who the person is elsewhere, such as `github` or `aws`, so that nobody approves a change \
             that they wrote.",
        ),
        may_approve(),
        Attribute::string("valid_until").description(
            "Last day on which approvals by the person count, `YYYY-MM-DD` in UTC. Left out, there is none. An \
             earlier day needs nobody's consent, a later one does.",
        ),
        Attribute::set("revoked_keys", Type::String).equivalent(spelling::keys).description(
            "Keys that approve nothing any more, whether or not `keys` still lists them: lost, stolen or \
             replaced. Revoking needs nobody's consent; taking it back does. A rejection that such a key signed \
             stands.",
        ),
    ]
}

fn may_approve() -> Attribute {
    let cost = Attribute::nested(
        "cost",
        [
            Attribute::string("currency").required().description("ISO 4217 code such as `USD`."),
            Attribute::string("period")
                .required()
                .description("What the amount is for: `daily`, `monthly`, `quarterly` or `annually`."),
            Attribute::number("growth_up_to")
                .required()
                .description("Most that a change may add to the cost per period."),
        ],
    );
    Attribute::nested("may_approve", [cost.description("New spending.")]).description(
        "How far the person's consent reaches. Left out: nothing with money. This version does not know what \
             a plan costs, so it asks nobody about money yet, and this holds nobody back.",
    )
}
