//! JSON on many lines, so that people can review a difference. Order and numbers stay as they were written.

/// The same JSON with a line for each member and element.
pub fn reindent(json: &str) -> String {
    let mut out = String::with_capacity(json.len() * 2);
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    let mut rest = json.trim().chars().peekable();
    while let Some(c) = rest.next() {
        if quoted {
            out.push(c);
            quoted = escaped || c != '"';
            escaped = c == '\\' && !escaped;
            continue;
        }
        match c {
            '"' => {
                quoted = true;
                out.push(c);
            }
            '{' | '[' => {
                out.push(c);
                let close = if c == '{' { '}' } else { ']' };
                if rest.next_if_eq(&close).is_some() {
                    out.push(close);
                } else {
                    depth += 1;
                    line(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                line(&mut out, depth);
                out.push(c);
            }
            ',' => {
                out.push(c);
                line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            c if c.is_whitespace() => {}
            c => out.push(c),
        }
    }
    out
}

fn line(out: &mut String, depth: usize) {
    out.push('\n');
    out.push_str(&"  ".repeat(depth));
}

#[cfg(test)]
mod tests {
    use super::reindent;

    #[test]
    fn only_whitespace_changes() {
        let text = r#"{"b":{"x":[1.0,"a,\"{",{}],"y":[]},"a":null}"#;
        let long = reindent(text);
        assert_eq!(
            long,
            "{\n  \"b\": {\n    \"x\": [\n      1.0,\n      \"a,\\\"{\",\n      {}\n    ],\n    \"y\": []\n  },\n  \"a\": null\n}"
        );
        assert_eq!(reindent(&long), long);
    }
}
