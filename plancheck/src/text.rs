//! Text from a plan is data: what is shown of it is escaped here, once, before it enters a message.

use std::fmt::Write as _;

use crate::redact;

const LONGEST: usize = 400;

/// Makes text safe to print: control characters, line breaks, invisible and direction-changing characters become visible escapes, what
/// has the form of a key is hidden, and what is very long is cut.
pub fn escape(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let text = redact::mask(text);
    let mut last = ' ';
    for (count, character) in text.chars().enumerate() {
        if count == LONGEST {
            shown.push('…');
            break;
        }
        // Two of these start a command to some CI systems, wherever in a line they stand.
        let starts_command = character == '#' && last == '#';
        last = character;
        if starts_command || is_deceptive(character) {
            // Writing to a String cannot fail.
            let _ = write!(shown, "\\u{{{:x}}}", u32::from(character));
        } else if character == '`' {
            // A back tick would end the quotation that every message puts around plan text.
            shown.push('\'');
        } else {
            shown.push(character);
        }
    }
    shown
}

/// The last net, for whole sentences that may hold text that was not escaped: nothing in the result deceives a terminal, breaks a line or
/// starts a command to a CI system. Nothing is cut, and backticks stay.
pub fn neutral(text: &str) -> String {
    let mut last = ' ';
    let harmless = |character: char| {
        let starts_command = character == '#' && last == '#';
        last = character;
        if starts_command || is_deceptive(character) { '\u{fffd}' } else { character }
    };
    text.chars().map(harmless).collect()
}

/// Bytes as hexadecimal digits.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// Whether a character could make a terminal or a reader see something that is not there.
pub(crate) fn is_deceptive(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn terminal_sequences_become_visible() {
        assert_eq!(escape("a\u{1b}[31mred\n"), "a\\u{1b}[31mred\\u{a}");
        assert_eq!(escape("\u{202e}gpj.exe"), "\\u{202e}gpj.exe");
    }

    #[test]
    fn commands_to_ci_systems_are_broken() {
        assert_eq!(escape("x##vso[task.complete]"), "x#\\u{23}vso[task.complete]");
        assert_eq!(escape("a #1 and #2"), "a #1 and #2");
    }

    #[test]
    fn what_looks_like_a_key_is_hidden() {
        assert_eq!(escape("AKIAIOSFODNN7EXAMPLE"), "(sensitive)");
    }

    #[test]
    fn what_is_long_is_cut() {
        assert_eq!(escape(&"x".repeat(1000)).chars().count(), 401);
    }
}
