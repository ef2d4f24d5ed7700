//! Whether AWS raises quotas by itself where an envelope holds, as the provider last looked at it. Nobody approves that, so it is never in
//! order; that people are told when a quota is nearly used up is.

use remit_governance::Json;

use super::class::Class;
use super::controls::untold;
use super::report::{Drift, Measure, Object};
use super::seen::SeenEnvelope;
use crate::text::escape;

/// The kind of these objects.
pub(super) const KIND: &str = "quota_management";

/// One object for each account and region that was looked at.
pub(super) fn judge(seen: &SeenEnvelope) -> Vec<(Object, Vec<Drift>)> {
    let Some(Ok(Json::Array(places))) = seen.quotas.as_deref().map(Json::parse) else { return Vec::new() };
    places.iter().map(|place| one(seen, place)).collect()
}

fn one(seen: &SeenEnvelope, place: &Json) -> (Object, Vec<Drift>) {
    let text = |name: &str| place.as_object().and_then(|members| members.get(name)?.as_str());
    let owned = |name: &str| text(name).map(str::to_owned);
    let object = Object {
        account: owned("account"),
        region: owned("region"),
        address: Some(seen.address.clone()),
        ..Object::new(KIND, "service-quotas")
    };
    let drift = match text("mode") {
        Some("off" | "notify") => Vec::new(),
        Some("adjust") => vec![raised(&object)],
        mode => {
            let why = text("detail").or(mode).unwrap_or("the provider did not record it");
            vec![untold(&object, escape(why)).field("mode")]
        }
    };
    (object, drift)
}

fn raised(object: &Object) -> Drift {
    let place = [object.account.as_deref(), object.region.as_deref()].into_iter().flatten();
    let place = escape(&place.collect::<Vec<_>>().join(" "));
    let message = format!("AWS raises quotas in `{place}` by itself");
    Drift::new(Class::AutoRaiseEnabled, object.clone(), message)
        .field("mode")
        .moved(None, Some("adjust".to_owned()), Measure::Text("adjust".to_owned()))
        .because("a quota that holds the agents today may be higher tomorrow, and nobody is asked")
        .help("let Service Quotas notify only, or accept it with an owner, a reason and an end")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(quotas: &str) -> Vec<Vec<(Class, Option<String>)>> {
        let seen = SeenEnvelope {
            address: "remit_envelope.a".to_owned(),
            name: "a".to_owned(),
            record: None,
            controls: Vec::new(),
            before: Vec::new(),
            quotas: Some(quotas.to_owned()),
        };
        let each = |(_, drift): (Object, Vec<Drift>)| {
            drift.into_iter().map(|drift| (drift.class, drift.why.first().cloned())).collect()
        };
        judge(&seen).into_iter().map(each).collect()
    }

    #[test]
    fn only_what_rises_by_itself_is_an_incident_and_what_is_not_known_is_told() {
        let place = |mode: &str| {
            format!(
                r#"[{{"account":"123456789012","region":"eu-west-1","mode":"{mode}","detail":"denied"}}]"#
            )
        };
        for quiet in ["off", "notify"] {
            assert_eq!(found(&place(quiet)), [Vec::new()], "{quiet}");
        }
        assert_eq!(found(&place("adjust"))[0][0].0, Class::AutoRaiseEnabled);
        assert_eq!(found(&place("unknown")), [[(Class::Unverifiable, Some("denied".to_owned()))]]);
        assert_eq!(found("[{}]")[0][0].0, Class::Unverifiable);
        for nothing in ["null", "[]", "{", "7"] {
            assert!(found(nothing).is_empty(), "{nothing}");
        }
    }
}
