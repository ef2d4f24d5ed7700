//! How long operations may take: the attribute `timeouts`, its defaults, and durations as Terraform users write them.

use std::time::Duration;

use super::{Attribute, Schema, Validator};
use crate::diagnostic::Diagnostic;
use crate::value::Value;

pub(crate) const NAME: &str = "timeouts";

/// What can be given a time limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    Create,
    Read,
    Update,
    Delete,
}

impl Operation {
    fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Read => "read",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }
}

/// The operations that practitioners can give a time limit, and how long each may take by default.
///
/// [`Schema::timeouts`] makes an attribute of them, written `timeouts = { create = "10m" }`. When an operation begins, the limit
/// becomes its deadline: [`Context::cancelled`](crate::Context::cancelled) returns then, and
/// [`Context::remaining`](crate::Context::remaining) says how much is left. Nothing is cut off by force, because what exists by
/// then has to reach the state. Models need not mention `timeouts`: it is kept for them. A change of `timeouts` alone is stored
/// without calling the resource.
///
/// ```
/// use std::time::Duration;
/// use tf_provider_sdk::{Attribute, Schema, Timeouts};
///
/// let minutes = |count: u64| Duration::from_secs(60 * count);
/// let schema = Schema::new()
///     .attribute(Attribute::string("name").required())
///     .timeouts(Timeouts::new().create(minutes(20)).delete(minutes(5)));
/// assert_eq!(schema.attribute_list().last().map(Attribute::name), Some("timeouts"));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Timeouts(Vec<(Operation, Duration)>);

impl Timeouts {
    /// No limits yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// How long a create may take.
    #[must_use]
    pub fn create(self, default: Duration) -> Self {
        self.with(Operation::Create, default)
    }

    /// How long a read may take; the only one for data sources.
    #[must_use]
    pub fn read(self, default: Duration) -> Self {
        self.with(Operation::Read, default)
    }

    /// How long an update may take.
    #[must_use]
    pub fn update(self, default: Duration) -> Self {
        self.with(Operation::Update, default)
    }

    /// How long a delete may take.
    #[must_use]
    pub fn delete(self, default: Duration) -> Self {
        self.with(Operation::Delete, default)
    }

    fn with(mut self, operation: Operation, default: Duration) -> Self {
        self.0.retain(|(other, _)| *other != operation);
        self.0.push((operation, default));
        self
    }

    fn attribute(&self) -> Attribute {
        let limit = |(operation, default): &(Operation, Duration)| {
            let default = spelled(*default);
            Attribute::string(operation.name())
                .validate(Validator::new("", |value| {
                    let wrong = value.as_str().and_then(|text| duration(text).err());
                    wrong
                        .map(|wrong| Diagnostic::error("Invalid duration").detail(wrong))
                        .into_iter()
                        .collect()
                }))
                .description(format!(
                    "How long this may take, such as `30s`, `10m` or `1h30m`. The default is `{default}`."
                ))
        };
        Attribute::nested(NAME, self.0.iter().map(limit)).optional().description("Time limits of operations.")
    }
}

impl Schema {
    /// Adds the attribute `timeouts`; see [`Timeouts`]. For resources and data sources.
    #[must_use]
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.attributes.push(timeouts.attribute());
        self.timeouts = Some(timeouts);
        self
    }

    /// How long an operation on `value` may take.
    pub(crate) fn time_limit(&self, operation: Operation, value: &Value) -> Option<Duration> {
        let mut limits = self.timeouts.as_ref()?.0.iter();
        let (_, default) = limits.find(|(limited, _)| *limited == operation)?;
        let configured = value.attr(NAME).attr(operation.name()).as_str();
        Some(configured.and_then(|text| duration(text).ok()).unwrap_or(*default))
    }

    /// Puts the limits of `reference` into what an author returned.
    pub(crate) fn keep_timeouts(&self, reference: &Value, value: Value) -> Value {
        match value {
            Value::Object(object) if self.timeouts.is_some() => {
                object.with(NAME, reference.attr(NAME).clone()).into()
            }
            other => other,
        }
    }

    /// True if there is nothing else to change than the limits themselves.
    pub(crate) fn only_timeouts_differ(&self, prior: &Value, planned: &Value) -> bool {
        self.timeouts.is_some() && self.keep_timeouts(planned, prior.clone()) == *planned
    }

    /// True if an attribute of this name says nothing about the object.
    pub(crate) fn is_timeouts(&self, name: &str) -> bool {
        self.timeouts.is_some() && name == NAME
    }
}

/// Reads a duration as Go and so Terraform spell it: numbers with units, as in `1h30m` or `1.5h`.
fn duration(text: &str) -> Result<Duration, String> {
    let wrong = |fault: &str| {
        let shown: String = text.chars().take(40).collect();
        format!("`{shown}` {fault}. Write numbers with units, such as `30s`, `10m` or `1h30m`.")
    };
    let mut rest = text;
    let mut total = 0_u128;
    while !rest.is_empty() {
        let (nanoseconds, after) = part(rest).ok_or_else(|| wrong("is not a duration"))?;
        total = total.checked_add(nanoseconds).ok_or_else(|| wrong("is too long"))?;
        rest = after;
    }
    if total == 0 {
        return Err(wrong("is not a duration of more than zero"));
    }
    let seconds = u64::try_from(total / NANOSECONDS).map_err(|_| wrong("is too long"))?;
    // The remainder is below a thousand million.
    Ok(Duration::new(seconds, u32::try_from(total % NANOSECONDS).unwrap_or_default()))
}

const NANOSECONDS: u128 = 1_000_000_000;
/// Longest first where one starts like another.
const UNITS: [(&str, u128); 8] = [
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("μs", 1_000),
    ("ms", 1_000_000),
    ("s", NANOSECONDS),
    ("m", 60 * NANOSECONDS),
    ("h", 3600 * NANOSECONDS),
];

/// The first number with its unit, in nanoseconds, and what follows.
fn part(text: &str) -> Option<(u128, &str)> {
    let (number, rest) = text.split_at_checked(text.find(|c: char| !c.is_ascii_digit() && c != '.')?)?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') || fraction.len() > 18 {
        return None;
    }
    let (rest, unit) =
        UNITS.iter().find_map(|(name, unit)| rest.strip_prefix(name).map(|rest| (rest, unit)))?;
    let count = |digits: &str| if digits.is_empty() { Some(0) } else { digits.parse::<u128>().ok() };
    let scale = 10_u128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let parts = count(fraction)?.checked_mul(*unit)? / scale;
    Some((count(whole)?.checked_mul(*unit)?.checked_add(parts)?, rest))
}

/// A duration in the same spelling, for documentation.
fn spelled(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let parts = [(seconds / 3600, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s")];
    let shown = parts.iter().filter(|(count, _)| *count > 0).map(|(count, unit)| format!("{count}{unit}"));
    let text = shown.collect::<Vec<_>>().concat();
    if text.is_empty() { format!("{}ms", duration.as_millis()) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Object;

    #[test]
    fn durations_read_as_in_go() {
        let cases = [
            ("30s", 30_000),
            ("10m", 600_000),
            ("1h30m", 5_400_000),
            ("1.5h", 5_400_000),
            (".5s", 500),
            ("250ms", 250),
            ("2h0m0.5s", 7_200_500),
            ("1000µs", 1),
        ];
        for (text, milliseconds) in cases {
            assert_eq!(duration(text), Ok(Duration::from_millis(milliseconds)), "{text}");
        }
    }

    #[test]
    fn what_is_no_duration_is_refused() {
        let huge = "9".repeat(60);
        for text in
            ["", "0s", "10", "10 m", "m", "-5m", "1d", "1..5h", "5m!", "ten minutes", &format!("{huge}h")]
        {
            let fault = duration(text).unwrap_err();
            assert!(fault.contains("such as `30s`, `10m` or `1h30m`"), "{text}: {fault}");
        }
    }

    #[test]
    fn spelling_reads_back() {
        for seconds in [1, 59, 60, 3600, 5400, 86_399] {
            let limit = Duration::from_secs(seconds);
            assert_eq!(duration(&spelled(limit)), Ok(limit));
        }
        assert_eq!(spelled(Duration::from_millis(250)), "250ms");
    }

    #[test]
    fn configured_limits_win_over_defaults() {
        let schema = Schema::new().timeouts(Timeouts::new().create(Duration::from_secs(60)));
        let given = |limit: &str| Object::new().with(NAME, Object::new().with("create", limit)).into();
        assert_eq!(schema.time_limit(Operation::Create, &given("2m")), Some(Duration::from_secs(120)));
        assert_eq!(schema.time_limit(Operation::Create, &given("soon")), Some(Duration::from_secs(60)));
        assert_eq!(schema.time_limit(Operation::Create, &Value::Null), Some(Duration::from_secs(60)));
        assert_eq!(schema.time_limit(Operation::Delete, &given("2m")), None);
    }
}
