//! The attribute `quota_management`: whether AWS may raise quotas by itself where the envelope holds. Observed and reported, never set.

use std::collections::BTreeSet;

use remit_governance::{
    control::aws::Control,
    envelope::Envelope,
    region::{Cloud, Region, is_known_in},
};
use tf_provider_sdk::{Attribute, Context, Diagnostic, Object, Path, Value};

use crate::{
    cloud::aws::quotas::{Managed, Mode, managed},
    configured::Configured,
};

pub(super) const NAME: &str = "quota_management";

pub(super) fn attribute() -> Attribute {
    let computed =
        |name: &str, description: &str| Attribute::string(name).computed().description(description);
    Attribute::nested_list(
        NAME,
        [
            computed("account", "The account."),
            computed("region", "The region."),
            computed(
                "mode",
                "`off`; `notify`, people are told when a quota is nearly used up; `adjust`, AWS raises it by itself; `unknown` when that \
                 could not be read, which is not `off`.",
            ),
            computed("detail", "Why it is `unknown`."),
        ],
    )
    .computed()
    .description(
        "Whether AWS raises quotas by itself (automatic management of Service Quotas), in the accounts of the controls and the allowed \
         regions, as last looked at. Remit reports it and never sets it.",
    )
}

/// Looks at every place. Says aloud where quotas rise by themselves.
pub(super) async fn look(cx: &Context<Configured>, envelope: &Envelope, controls: &[Control]) -> Value {
    let mut found = BTreeSet::new();
    for (account, region) in places(envelope, controls) {
        // Who cannot be reached is said by the controls there.
        if let Ok(managed) = Box::pin(managed(&cx.client().aws, account, region)).await {
            found.insert(managed);
        }
    }
    let rising: Vec<String> = found
        .iter()
        .filter(|managed| managed.mode == Mode::Adjust)
        .map(|managed| format!("{} {}", managed.account, managed.region))
        .collect();
    if !rising.is_empty() {
        cx.warn(
            Diagnostic::warning("AWS may raise quotas by itself")
                .detail(format!(
                    "Automatic management of Service Quotas adjusts quotas in {}. A quota that holds the agents of the envelope `{}` \
                     today may be higher tomorrow, and nobody is asked. Turn it to notifications there if that is not meant; Remit does \
                     not set it.",
                    rising.join(", "),
                    envelope.name
                ))
                .at(Path::attribute("aws")),
        );
    }
    Value::List(found.into_iter().map(shown).collect())
}

/// The accounts of the controls, each in the regions of the provider, of its caps, and of those that the envelope allows.
fn places<'a>(
    envelope: &'a Envelope,
    controls: &'a [Control],
) -> BTreeSet<(Option<&'a str>, Option<&'a str>)> {
    let allowed = envelope.limits.regions.iter().flat_map(|regions| regions.allow.iter());
    let allowed: Vec<&str> = allowed.map(Region::name).filter(|name| is_known_in(Cloud::Aws, name)).collect();
    let mut places = BTreeSet::new();
    for control in controls {
        let account = control.account.as_deref();
        places.insert((account, control.region.as_deref()));
        places.extend(allowed.iter().map(|region| (account, Some(*region))));
    }
    places
}

fn shown(managed: Managed) -> Value {
    let word = managed.mode.word();
    let detail = match managed.mode {
        Mode::Unknown(why) => Value::from(why),
        _ => Value::Null,
    };
    Object::new()
        .with("account", managed.account)
        .with("region", managed.region)
        .with("mode", word)
        .with("detail", detail)
        .into()
}
