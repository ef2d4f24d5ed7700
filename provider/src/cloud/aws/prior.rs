//! What was there before a cap, as the value of a tag: `min=1 max=40`, or `none`. Tags take no JSON.

use remit_governance::json::Json;

use super::NOTHING;

/// Bounds of something that scales.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Bounds {
    pub(super) min: Option<u32>,
    pub(super) max: Option<u32>,
}

/// A definition as text.
pub(super) fn text(definition: &Json) -> String {
    let members = definition.as_object().into_iter().flatten();
    let parts = members.map(|(name, value)| match value {
        Json::Number(number) => format!("{name}={}", number.as_str()),
        _ => format!("{name}={NOTHING}"),
    });
    // The lower bound first, as people say it.
    let mut parts: Vec<String> = parts.collect();
    parts.sort_by_key(|part| !part.starts_with("min"));
    if parts.is_empty() { NOTHING.to_owned() } else { parts.join(" ") }
}

/// The bounds in such a text. A part that is not a number is no bound.
pub(super) fn bounds(text: &str) -> Bounds {
    let mut bounds = Bounds::default();
    for part in text.split(' ') {
        if let Some((name, value)) = part.split_once('=') {
            let place = if name == "min" { &mut bounds.min } else { &mut bounds.max };
            *place = value.parse().ok();
        }
    }
    bounds
}

/// Whether somebody made the maximum lower than we had set it. No maximum is the highest.
pub(super) fn is_tightened(found: &Json, set: Option<&Json>) -> bool {
    let Some(set) = set else { return false };
    match (bounds(&text(found)).max, bounds(&text(set)).max) {
        (Some(found), Some(set)) => found < set,
        (found, set) => found.is_some() && set.is_none(),
    }
}

/// As the SDK takes sizes. What a declaration holds fits.
pub(super) fn size(size: u32) -> i32 {
    i32::try_from(size).unwrap_or(i32::MAX)
}

/// As a declaration holds sizes.
pub(super) fn count(size: Option<i32>) -> Option<u32> {
    size.and_then(|size| u32::try_from(size).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_lower_maximum_is_tighter() {
        let json = |text: &str| Json::parse(text).unwrap();
        let set = json(r#"{"min":1,"max":10}"#);
        for (found, tighter) in [
            (r#"{"min":1,"max":9}"#, true),
            (r#"{"min":1,"max":10}"#, false),
            (r#"{"min":0,"max":10}"#, false),
            (r#"{"min":1,"max":11}"#, false),
        ] {
            assert_eq!(is_tightened(&json(found), Some(&set)), tighter, "{found}");
            assert!(!is_tightened(&json(found), None));
        }
        let reserved = json(r#"{"reserved_concurrency":50}"#);
        assert!(!is_tightened(&json(r#"{"reserved_concurrency":null}"#), Some(&reserved)));
        assert!(is_tightened(&json(r#"{"reserved_concurrency":0}"#), Some(&reserved)));
    }

    #[test]
    fn bounds_survive() {
        for (json, shown) in [
            (r#"{"max":40,"min":1}"#, "min=1 max=40"),
            (r#"{"max":40}"#, "max=40"),
            (r#"{"reserved_concurrency":null}"#, "reserved_concurrency=none"),
            ("{}", "none"),
        ] {
            assert_eq!(text(&Json::parse(json).unwrap()), shown);
        }
        assert_eq!(bounds("min=1 max=40"), Bounds { min: Some(1), max: Some(40) });
        assert_eq!(bounds("reserved_concurrency=none"), Bounds::default());
        assert_eq!(bounds("reserved_concurrency=7"), Bounds { min: None, max: Some(7) });
        assert_eq!(bounds("none"), Bounds::default());
    }
}
