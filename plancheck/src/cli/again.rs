//! The command line that makes a report again: what was given, with the clock written out.

use std::path::Path;

use remit_governance::time::Timestamp;

/// The command so far.
pub(super) struct Again(String);

impl Again {
    /// Begins with the subcommand and its plan.
    pub(super) fn of(plan: &Path) -> Self {
        let from = if plan.as_os_str() == "-" { "terraform show -json tfplan | " } else { "" };
        Self(format!("{from}plancheck check")).with("--plan", Some(&plan.to_string_lossy()))
    }

    /// Adds an option that has a value.
    pub(super) fn with(mut self, name: &str, value: Option<&str>) -> Self {
        if let Some(value) = value {
            self.0.extend([" ", name, " ", &quoted(value)]);
        }
        self
    }

    /// Ends with the instant.
    pub(super) fn at(self, now: Timestamp) -> String {
        self.with("--now", Some(&now.to_string())).0
    }
}

/// For a POSIX shell.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@,+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_where_a_shell_would_split_or_expand_them() {
        for (word, same) in [
            ("plan.json", "plan.json"),
            ("my plan", "'my plan'"),
            ("$(x)", "'$(x)'"),
            ("it's", "'it'\\''s'"),
            ("", "''"),
        ] {
            assert_eq!(quoted(word), same);
        }
    }
}
