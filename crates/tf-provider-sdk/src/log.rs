//! Terraform's log: one JSON object per line on stderr, in the one layout that the host reads without harm.
//!
//! The host panics on a message that is not a string and takes the whole line as text when the time has another width, so this
//! is the only place that writes them.

use std::io::Write;

use serde_json::{Map, Value as Json};

/// The host reads lines into a buffer of 64 KiB; a longer one would be torn apart.
const MAX_LINE: usize = 60 * 1024;
/// Longest message or field in a line that would be too long otherwise.
const MAX_PART: usize = 512;

/// How much somebody wants to know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Every detail.
    Trace,
    /// For developers.
    Debug,
    /// For operators.
    Info,
    /// Something is odd.
    Warn,
    /// Something failed.
    Error,
}

impl Level {
    fn name(self) -> &'static str {
        match self {
            Self::Trace => "trace",
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

/// Writes one line to Terraform's log. Outside a call from Terraform; inside one, [`Context::log`](crate::Context::log) adds
/// what the call is about.
pub fn write(level: Level, message: &str, fields: &[(&str, &str)]) {
    let mut text = line(level, message, fields, jiff::Timestamp::now());
    text.push('\n');
    // A log that cannot be written must not stop the work it tells about.
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

fn line(level: Level, message: &str, fields: &[(&str, &str)], now: jiff::Timestamp) -> String {
    let whole = render(level, message, fields, now, usize::MAX);
    if whole.len() <= MAX_LINE {
        return whole;
    }
    let some = fields.get(..fields.len().min(8)).unwrap_or_default();
    render(level, message, some, now, MAX_PART)
}

fn render(
    level: Level,
    message: &str,
    fields: &[(&str, &str)],
    now: jiff::Timestamp,
    longest: usize,
) -> String {
    let cut = |text: &str| Json::String(text.chars().take(longest).collect());
    let mut object: Map<_, _> =
        fields.iter().map(|(key, value)| (key.chars().take(longest).collect(), cut(value))).collect();
    object.insert("@level".to_owned(), level.name().into());
    object.insert("@message".to_owned(), cut(message));
    object.insert("@module".to_owned(), "provider".into());
    object.insert("@timestamp".to_owned(), now.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string().into());
    Json::Object(object).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_has_the_layout_that_the_host_reads() {
        let now: jiff::Timestamp = "2026-03-01T12:00:00.5Z".parse().unwrap();
        let text =
            line(Level::Info, "two\nlines", &[("tf_rpc", "ReadResource"), ("@message", "forged")], now);
        let json: Json = serde_json::from_str(&text).unwrap();
        assert_eq!(json["@timestamp"], "2026-03-01T12:00:00.500000Z");
        assert_eq!(json["@message"], "two\nlines");
        assert_eq!(json["tf_rpc"], "ReadResource");
        assert!(!text.contains('\n'));
    }

    #[test]
    fn a_huge_line_is_cut_and_stays_json() {
        let huge = "é\u{1}".repeat(100_000);
        let fields = vec![("field", huge.as_str()); 50];
        let text = line(Level::Warn, &huge, &fields, jiff::Timestamp::UNIX_EPOCH);
        assert!(text.len() < 64 * 1024);
        assert!(serde_json::from_str::<Json>(&text).is_ok());
    }
}
