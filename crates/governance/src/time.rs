//! Dates, instants and durations as declarations write them. Nothing here reads a clock: whoever asks whether something
//! is over passes the time in.

use jiff::tz::TimeZone;
pub use jiff::{Timestamp, civil::Date};
use std::fmt;

/// The day at this instant in UTC: the day that all date comparisons use.
pub fn today(now: Timestamp) -> Date {
    now.to_zoned(TimeZone::UTC).date()
}

/// Whether a thing that ends on `last_day` is over. The day itself still counts, in UTC.
pub fn is_past(last_day: Date, today: Date) -> bool {
    today > last_day
}

/// A positive length of time. `72h` and `3d` are the same value and have one text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Duration {
    seconds: u64,
}

impl Duration {
    /// The longest duration: ten years of 365 days.
    pub const MAX_SECONDS: u64 = 3650 * 86_400;

    /// So many hours.
    pub const fn hours(hours: u32) -> Self {
        Self { seconds: hours as u64 * 3600 }
    }

    /// From text such as `72h`, `4h`, `90m`, `3d` or `30s`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let shape =
            || format!("`{}` is not a duration such as `72h`, `90m` or `3d`", crate::read::excerpt(text));
        let unit = text.chars().last().and_then(|c| UNITS.iter().find(|(name, _)| *name == c));
        let (name, size) = unit.ok_or_else(shape)?;
        let digits = text.strip_suffix(*name).unwrap_or_default();
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(shape());
        }
        let seconds = digits.parse::<u64>().ok().and_then(|count| count.checked_mul(*size));
        match seconds {
            Some(0) => Err("a duration must be longer than nothing".to_owned()),
            Some(seconds) if seconds <= Self::MAX_SECONDS => Ok(Self { seconds }),
            _ => Err(format!("`{}` is longer than ten years", crate::read::excerpt(text))),
        }
    }

    /// The length in seconds.
    pub fn seconds(self) -> u64 {
        self.seconds
    }
}

const UNITS: [(char, u64); 4] = [('d', 86_400), ('h', 3600), ('m', 60), ('s', 1)];

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = UNITS.iter().find(|(_, size)| self.seconds.is_multiple_of(*size));
        let (name, size) = unit.unwrap_or(&('s', 1));
        write!(f, "{}{name}", self.seconds / size)
    }
}

/// A date as `2027-03-31`, and nothing else.
pub fn parse_date(text: &str) -> Result<Date, String> {
    let shaped = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let date = if shaped { text.parse::<Date>().ok() } else { None };
    date.ok_or_else(|| format!("`{}` is not a date such as `2027-03-31`", crate::read::excerpt(text)))
}

/// An instant as `2026-12-20T00:00:00Z`, with any offset.
pub fn parse_instant(text: &str) -> Result<Timestamp, String> {
    let instant = if text.len() <= 40 { text.parse::<Timestamp>().ok() } else { None };
    instant.ok_or_else(|| {
        format!("`{}` is not an instant such as `2026-12-20T00:00:00Z`", crate::read::excerpt(text))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_one_text() {
        for (spelled, text) in
            [("72h", "3d"), ("3d", "3d"), ("90m", "90m"), ("4h", "4h"), ("0090m", "90m"), ("60s", "1m")]
        {
            assert_eq!(Duration::parse(spelled).unwrap().to_string(), text);
        }
    }

    #[test]
    fn odd_durations_are_refused() {
        for bad in ["", "h", "4", "-4h", "4.5h", "4 h", "0h", "4w", "99999999999999999999h", "3651d", "４h"]
        {
            assert!(Duration::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn dates_and_instants_are_strict() {
        assert!(parse_date("2027-02-28").is_ok());
        for bad in ["2027-02-29", "2027-2-28", "28.02.2027", "2027-02-28T00:00:00Z", "", "+002027-02"] {
            assert!(parse_date(bad).is_err(), "{bad}");
        }
        assert_eq!(parse_instant("2026-12-20T01:00:00+01:00"), parse_instant("2026-12-20T00:00:00Z"));
        for bad in ["2026-12-20", "2026-12-20T00:00:00", "now", ""] {
            assert!(parse_instant(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_last_day_still_counts() {
        let last = parse_date("2027-03-31").unwrap();
        assert!(!is_past(last, today("2027-03-31T23:59:59Z".parse().unwrap())));
        assert!(is_past(last, today("2027-04-01T00:00:00Z".parse().unwrap())));
    }
}
