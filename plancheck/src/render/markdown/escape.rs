//! Text of others inside Markdown: it may say anything and change nothing. What stands in backticks is set as code, where Markdown, HTML
//! and mentions mean nothing; of the rest, every character that could mean something is made harmless.

use crate::text::{escape, neutral};

/// The first line of a comment. Workspaces have comments of their own.
pub(in crate::render) fn marker(workspace: Option<&str>) -> String {
    let Some(workspace) = workspace else { return "<!-- plancheck -->".to_owned() };
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '_' || c == '.' { c } else { '_' };
    let name: String = workspace.chars().take(80).map(plain).collect();
    format!("<!-- plancheck workspace={name} -->")
}

/// A sentence with plan text in backticks.
pub(crate) fn prose(sentence: &str) -> String {
    let parts: Vec<&str> = sentence.split('`').collect();
    // With an odd number of backticks, the last one opens nothing.
    let closed = parts.len() - usize::from(parts.len().is_multiple_of(2));
    let mut text = String::with_capacity(sentence.len());
    for (index, part) in parts.iter().enumerate() {
        if index % 2 == 1 && index < closed {
            text.push_str(&code(part));
            continue;
        }
        if index >= closed {
            text.push('\'');
        }
        text.push_str(&plain(part));
    }
    text
}

/// A code span, whatever the text.
pub(in crate::render) fn code(text: &str) -> String {
    let text = neutral(text).replace('`', "'");
    if text.trim().is_empty() { "` `".to_owned() } else { format!("`{text}`") }
}

/// A fenced block of lines, each behind a sign.
pub(in crate::render) fn code_block<'a>(
    language: &str,
    lines: impl Iterator<Item = (char, &'a str)>,
) -> String {
    let mut text = format!("\n```{language}\n");
    for (sign, line) in lines {
        text.push(sign);
        // Indented by its sign, a line cannot close the fence; without backticks it could not anyway.
        let line = escape(line);
        // Behind nothing but blanks these would be a command, should the comment be printed by a job.
        if sign == ' ' && line.trim_start().starts_with("::") {
            text.push_str(&line.replacen(':', "\\u{3a}", 1));
        } else {
            text.push_str(&line);
        }
        text.push('\n');
    }
    text.push_str("```\n\n");
    text
}

fn plain(part: &str) -> String {
    let part = neutral(part);
    let mut text = String::with_capacity(part.len());
    let mut rest = part.as_str();
    while let Some(character) = rest.chars().next() {
        let address = rest.starts_with("://") || (character == '.' && ends_in_www(&text));
        match character {
            // In code they call nobody and refer to nothing.
            '@' | '#' => text.extend(['`', character, '`']),
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '\\' | '*' | '_' | '[' | ']' | '{' | '}' | '!' | '|' | '~' | '$' => {
                text.extend(['\\', character]);
            }
            ':' | '.' if address => text.extend(['\\', character]),
            other => text.push(other),
        }
        rest = rest.get(character.len_utf8()..).unwrap_or_default();
    }
    text
}

fn ends_in_www(text: &str) -> bool {
    text.len() >= 3 && text.get(text.len() - 3..).is_some_and(|end| end.eq_ignore_ascii_case("www"))
}
