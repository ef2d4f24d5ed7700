//! The decision log: signed records of why something was decided, in an append-only Merkle log that lives in one folder.
//!
//! [`record`] says what is written down, [`dsse`] signs it, [`tree`] and [`checkpoint`] make one value of everything written so far,
//! [`disk`] keeps it in files, [`proof`] takes one record out so that somebody who has nothing else can check it. What is decided, and
//! by which rules, is not here: this crate knows neither plans nor envelopes. Only [`disk`] touches files, and nothing reads a clock.

pub mod checkpoint;
pub mod disk;
pub mod dsse;
pub mod key;
pub mod proof;
pub mod rationale;
pub mod record;
pub mod tree;

use std::fmt;

/// Why something about a log cannot be done or believed: one sentence in lower case without a full stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogError {
    /// What is wrong. What was read stands in it escaped.
    pub message: String,
    /// What the reader can do now.
    pub help: Option<&'static str>,
}

impl LogError {
    /// An error without help.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None }
    }

    /// The same error with something to do about it.
    #[must_use]
    pub fn with_help(mut self, help: &'static str) -> Self {
        self.help = Some(help);
        self
    }
}

impl fmt::Display for LogError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for LogError {}

/// Text of others in a sentence: without what could end a line or deceive a terminal, and not too long.
fn shown(text: &str) -> String {
    const MOST: usize = 80;
    let mut short: String = text.chars().take(MOST).flat_map(char::escape_debug).collect();
    if text.chars().nth(MOST).is_some() {
        short.push('…');
    }
    short
}
