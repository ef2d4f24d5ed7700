//! Markdown and YAML as text: escaping, fences, and the plain first sentence of a description.

/// Code in a line, whatever is in it.
pub(super) fn code(text: &str) -> String {
    match longest_run(text) {
        0 => format!("`{text}`"),
        ticks => {
            let fence = "`".repeat(ticks + 1);
            format!("{fence} {text} {fence}")
        }
    }
}

/// A block of code, whatever is in it.
pub(super) fn fenced(language: &str, text: &str) -> String {
    let fence = "`".repeat(longest_run(text).max(2) + 1);
    format!("{fence}{language}\n{}\n{fence}", text.trim_end())
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// Text that belongs to a list item: every line but the first is moved under the item's text.
pub(super) fn under_item(text: &str, width: usize) -> String {
    let margin = " ".repeat(width);
    let mut lines = text.trim().lines().map(str::trim_end);
    let first = lines.next().unwrap_or_default().to_owned();
    lines.fold(first, |item, line| if line.is_empty() { item + "\n" } else { item + "\n" + &margin + line })
}

/// A callout as the Registry shows them; one paragraph.
pub(super) fn warning(text: &str) -> String {
    format!("~> {}", one_line(text))
}

/// A YAML string in double quotes.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", one_line(text).replace('\\', "\\\\").replace('"', "\\\""))
}

/// One line without control characters, which neither front matter nor headings can hold.
pub(super) fn one_line(text: &str) -> String {
    // U+2028, U+2029 and U+FEFF are printable to Rust and breaks or marks to YAML.
    let clean =
        |c: char| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}') { ' ' } else { c };
    text.chars().map(clean).collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The first sentence of a description, without markup.
pub(super) fn first_sentence(markdown: &str) -> String {
    let normal = markdown.replace("\r\n", "\n");
    let paragraphs =
        normal.split("\n\n").map(|paragraph| paragraph.trim_start_matches(['#', '>', '-', '~', ' ', '\n']));
    let plain = paragraphs
        .map(|paragraph| one_line(&plain(paragraph)))
        .find(|text| !text.is_empty())
        .unwrap_or_default();
    match sentence_end(&plain).and_then(|end| plain.get(..end)) {
        Some(sentence) => sentence.to_owned(),
        None => plain,
    }
}

fn sentence_end(text: &str) -> Option<usize> {
    let mut ends = text.char_indices().filter(|(_, c)| matches!(c, '.' | '!' | '?'));
    ends.find_map(|(at, c)| {
        let (end, before) = (at + c.len_utf8(), text.get(..at)?);
        let next = text.get(end..)?.strip_prefix(' ')?.chars().next()?;
        let word = before.rsplit([' ', '(']).next().unwrap_or_default();
        let abbreviated = matches!(word, "e.g" | "i.e" | "vs" | "cf" | "approx");
        (!abbreviated && !next.is_lowercase()).then_some(end)
    })
}

/// Markdown inline text as a reader sees it. Not a parser: what it does not know stays as it is.
fn plain(markdown: &str) -> String {
    let chars: Vec<char> = markdown.chars().collect();
    let at = |index: usize| chars.get(index).copied().unwrap_or(' ');
    let (mut out, mut index, mut link_ends) = (String::new(), 0, Vec::new());
    while let Some(&c) = chars.get(index) {
        let before = if index == 0 { ' ' } else { at(index - 1) };
        match c {
            '`' => {
                let ticks = run(&chars, index);
                match closing_ticks(&chars, index + ticks, ticks) {
                    Some(end) => {
                        out.extend(chars.get(index + ticks..end).unwrap_or_default());
                        index = end + ticks;
                        continue;
                    }
                    None => out.push(c),
                }
            }
            '\\' if at(index + 1).is_ascii_punctuation() => {
                out.push(at(index + 1));
                index += 1;
            }
            '!' if at(index + 1) == '[' && link(&chars, index + 1).is_some() => {}
            '[' => match link(&chars, index) {
                Some(ends) => link_ends.push(ends),
                None => out.push(c),
            },
            ']' if link_ends.last().is_some_and(|(close, _)| *close == index) => {
                index = link_ends.pop().map_or(index + 1, |(_, end)| end);
                continue;
            }
            '*' if !(before.is_whitespace() && at(index + 1).is_whitespace()) => {}
            '_' if !(before.is_alphanumeric() && at(index + 1).is_alphanumeric()) && before != '_' => {}
            _ => out.push(c),
        }
        index += 1;
    }
    out
}

fn run(chars: &[char], from: usize) -> usize {
    chars.iter().skip(from).take_while(|c| **c == '`').count()
}

/// Where the run of exactly that many backticks starts which closes a span.
fn closing_ticks(chars: &[char], from: usize, ticks: usize) -> Option<usize> {
    let mut index = from;
    while index < chars.len() {
        match run(chars, index) {
            0 => index += 1,
            found if found == ticks => return Some(index),
            found => index += found,
        }
    }
    None
}

/// For the bracket that opens a link's text: where the text ends, and where the link does.
fn link(chars: &[char], open: usize) -> Option<(usize, usize)> {
    let close = matching(chars, open, '[', ']')?;
    let (start, end) = match chars.get(close + 1)? {
        '(' => ('(', ')'),
        '[' => ('[', ']'),
        _ => return None,
    };
    Some((close, matching(chars, close + 1, start, end)? + 1))
}

fn matching(chars: &[char], open: usize, start: char, end: char) -> Option<usize> {
    let mut depth = 0_usize;
    for (index, c) in chars.iter().enumerate().skip(open) {
        if *c == start {
            depth += 1;
        } else if *c == end {
            depth = depth.checked_sub(1)?;
            if depth == 0 {
                return Some(index);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_sentences_are_plain() {
        let cases = [
            ("An animal.", "An animal."),
            ("An animal. It eats.", "An animal."),
            ("No full stop\n\nMore. And more.", "No full stop"),
            ("Over\ntwo lines. More.", "Over two lines."),
            ("Costs 1.5 of e.g. Euros, v1.2 up. More.", "Costs 1.5 of e.g. Euros, v1.2 up."),
            ("Really? Yes.", "Really?"),
            ("Ends with `zoo_animal.a. B`.", "Ends with zoo_animal.a."),
            ("Takes **bold**, _slanted_ and `some_*code*_`.", "Takes bold, slanted and some_*code*_."),
            (
                "See [the `docs`](https://example.com/a(b)) and ![a picture][pic].",
                "See the docs and a picture.",
            ),
            (
                "Not [a link], 2 * 3, snake_case_name, \\*stars\\*.",
                "Not [a link], 2 * 3, snake_case_name, *stars*.",
            ),
            ("# Heading\n\nText.", "Heading"),
            ("> Quoted. More.", "Quoted."),
            ("\r\n\r\nWindows.\r\n\r\nMore.", "Windows."),
            ("An open ` tick. More.", "An open ` tick."),
            ("Ünïcode – “quoted”. Ähnlich.", "Ünïcode – “quoted”."),
            ("", ""),
            (" \n\n ", ""),
        ];
        for (markdown, expected) in cases {
            assert_eq!(first_sentence(markdown), expected, "{markdown:?}");
        }
    }

    #[test]
    fn yaml_cannot_be_broken_out_of() {
        assert_eq!(quoted("a \"b\" \\ c: #d\n---\ttail\u{2028}\u{0}"), r#""a \"b\" \\ c: #d --- tail""#);
        assert_eq!(quoted(""), "\"\"");
    }

    #[test]
    fn fences_are_longer_than_what_they_hold() {
        assert_eq!(fenced("hcl", "a\n```\nb\n\n"), "````hcl\na\n```\nb\n````");
        assert_eq!(fenced("hcl", "a"), "```hcl\na\n```");
        assert_eq!(code("a"), "`a`");
        assert_eq!(code("a ` b"), "`` a ` b ``");
    }

    #[test]
    fn items_keep_their_paragraphs() {
        assert_eq!(under_item("One.\n\nTwo:\n- a\n- b\n", 2), "One.\n\n  Two:\n  - a\n  - b");
        assert_eq!(under_item("a\n\n\nb", 2), "a\n\n\n  b");
    }
}
