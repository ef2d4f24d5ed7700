//! What changed between two versions of a document such as a policy, as a few lines that people can read.

use serde_json::Value;
use similar::{ChangeTag, TextDiff};

use crate::redact;

/// Lines shown around a change, so that it can be found.
const AROUND: usize = 2;
/// A longer difference is cut, and says so.
const MOST_LINES: usize = 60;

/// Which version of a document a line belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// Only the one before.
    Removed,
    /// Only the one after.
    Added,
    /// Both.
    Both,
    /// Neither: says how many lines are left out.
    LeftOut,
}

impl Side {
    /// The sign in front of the line.
    pub const fn sign(self) -> char {
        match self {
            Self::Removed => '-',
            Self::Added => '+',
            Self::Both => ' ',
            Self::LeftOut => '…',
        }
    }
}

/// A line of a difference.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DiffLine {
    /// Where it comes from.
    pub side: Side,
    /// The line without its end, not escaped. Secrets are taken out.
    pub text: String,
}

/// What changed. JSON is compared by its content, whatever its white space and the order of its members.
pub(super) fn lines(before: &str, after: &str) -> Vec<DiffLine> {
    let json = |text: &str| serde_json::from_str::<Value>(text).ok();
    let (before, after) = match (json(before), json(after)) {
        (Some(before), Some(after)) => (pretty(before), pretty(after)),
        _ => (redact::text(before), redact::text(after)),
    };
    let diff = TextDiff::from_lines(&before, &after);
    let mut shown = Vec::new();
    let mut seen = 0;
    for group in diff.grouped_ops(AROUND) {
        let start = group.first().map_or(seen, |op| op.old_range().start);
        left_out(&mut shown, start.saturating_sub(seen));
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let side = match change.tag() {
                ChangeTag::Delete => Side::Removed,
                ChangeTag::Insert => Side::Added,
                ChangeTag::Equal => Side::Both,
            };
            shown.push(DiffLine { side, text: change.value().trim_end_matches(['\n', '\r']).to_owned() });
        }
        seen = group.last().map_or(seen, |op| op.old_range().end);
    }
    let more = shown.len().saturating_sub(MOST_LINES);
    shown.truncate(MOST_LINES);
    left_out(&mut shown, more);
    shown
}

fn left_out(shown: &mut Vec<DiffLine>, count: usize) {
    if count > 0 {
        let lines = if count == 1 { "line" } else { "lines" };
        shown.push(DiffLine { side: Side::LeftOut, text: format!("{count} {lines} left out") });
    }
}

fn pretty(mut document: Value) -> String {
    redact::json(&mut document);
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signs(before: &str, after: &str) -> Vec<String> {
        lines(before, after).iter().map(|line| format!("{}{}", line.side.sign(), line.text)).collect()
    }

    #[test]
    fn json_is_compared_by_content() {
        assert!(lines(r#"{"a":1,"b":[2]}"#, "{ \"b\": [2],\n \"a\": 1 }").is_empty());
        let told = signs(r#"{"Action":["s3:Get"]}"#, r#"{"Action":["s3:*","s3:Get"]}"#);
        assert_eq!(told, [" {", "   \"Action\": [", "+    \"s3:*\",", "     \"s3:Get\"", "   ]"]);
    }

    #[test]
    fn what_is_far_from_a_change_is_left_out_and_counted() {
        let before: Vec<String> = (0..40).map(|n| format!("line {n}")).collect();
        let after = before.join("\n").replace("line 20\n", "line twenty\n");
        let told = signs(&before.join("\n"), &after);
        assert_eq!(told.first().map(String::as_str), Some("…18 lines left out"));
        assert!(told.contains(&"-line 20".to_owned()) && told.contains(&"+line twenty".to_owned()));
        assert_eq!(told.len(), 7);
    }

    #[test]
    fn a_long_difference_is_cut_and_says_so() {
        let after: Vec<String> = (0..500).map(|n| format!("line {n}")).collect();
        let told = signs("", &after.join("\n"));
        assert_eq!((told.len(), told.last().map(String::as_str)), (61, Some("…440 lines left out")));
    }

    #[test]
    fn secrets_in_documents_are_taken_out() {
        let told = signs(r#"{"db_password":"hunter2"}"#, r#"{"db_password":"hunter3","user":"app"}"#);
        assert!(!told.join("\n").contains("hunter"), "{told:?}");
        let told = signs("password = hunter2\n", "password = hunter3\nuser = app\n");
        assert!(!told.join("\n").contains("hunter") && told.join("\n").contains("app"), "{told:?}");
    }
}
