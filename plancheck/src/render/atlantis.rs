//! For a custom policy check of Atlantis, which reads nothing but the text: with the letters "fail" anywhere in it, in upper or lower
//! case, the check did not pass. So they stand in every text that is not "allowed", and in none that is, whatever things are called.

use super::human::{self, Color};
use crate::report::Report;
use crate::verdict::{CheckError, Verdict};

const WORD: &[u8; 4] = b"fail";

/// What people see at a terminal, and the word that Atlantis waits for.
pub(super) fn report(report: &Report) -> String {
    let text = fenced(&human::report(report, Color::No));
    match report.verdict() {
        Verdict::Allowed => broken(&text),
        other => format!("{text}policy check failed: {}\n", other.words()),
    }
}

/// Why no answer could be given.
pub(super) fn error(error: &CheckError) -> String {
    format!("{}policy check failed: could not check\n", fenced(&human::error(error, Color::No)))
}

/// Atlantis puts the text between fences of three backticks.
fn fenced(text: &str) -> String {
    text.replace("```", "'''")
}

/// Puts a sign into the word wherever it occurs. Letters count as Atlantis lowers them, which makes an `i` of `İ`.
fn broken(text: &str) -> String {
    let lowered = |character: char| match character {
        '\u{130}' => b'i',
        ascii if ascii.is_ascii() => u8::try_from(ascii).map_or(0, |byte| byte.to_ascii_lowercase()),
        _ => 0,
    };
    let mut last = [0; 3];
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        let now = lowered(character);
        if [last[0], last[1], last[2], now] == *WORD {
            safe.push('~');
        }
        safe.push(character);
        last = [last[1], last[2], now];
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::broken;

    #[test]
    fn the_word_is_broken_in_any_case_and_nothing_else_is() {
        assert_eq!(broken("failover FAİL faiL"), "fai~lover FAİ~L fai~L");
        assert_eq!(broken("fa il, email, sail"), "fa il, email, sail");
    }
}
