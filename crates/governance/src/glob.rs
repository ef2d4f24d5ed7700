//! Globs over names with parts, such as addresses, principals, model names and resource types. What a match means is
//! decided where the glob stands (see `scope` for addresses).

use std::fmt;

/// A pattern: `*` stays within one part, `**` crosses parts, everything else (also `?`, `[` and `]`) is literal. Parts end
/// at `.` and `:`. What stands in double quotes is one piece, so in `module.a["x.y"].b` the dot of `x.y` ends nothing.
///
/// In lists of names (models, machine types, hosts) a name is one piece, and case does not matter: see [`Glob::of_names`].
///
/// Matching takes time in proportion to the text times the pattern, which is at most [`Glob::MAX_LENGTH`] bytes long.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Glob {
    text: String,
    tokens: Vec<Token>,
    of_names: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Token {
    Literal(char),
    Star,
    StarStar,
}

/// A character as the matcher sees it: itself, and whether it ends a part.
#[derive(Clone, Copy)]
struct Symbol {
    token: Token,
    ends_part: bool,
}

impl Glob {
    /// The longest pattern, in bytes.
    pub const MAX_LENGTH: usize = 512;

    /// A glob from its text. Empty, blank-edged and very long texts are errors, in words for a message.
    pub fn new(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Err("the pattern is empty".to_owned());
        }
        if text.trim() != text || text.chars().any(char::is_control) {
            return Err("the pattern has blanks at an edge, or control characters".to_owned());
        }
        if text.len() > Self::MAX_LENGTH {
            return Err(format!("the pattern is longer than {} bytes", Self::MAX_LENGTH));
        }
        Ok(Self { text: text.to_owned(), tokens: tokens(text), of_names: false })
    }

    /// A glob over names that are one piece: `*` stands for anything, so that `anthropic.claude-*` matches the dots and colons of a model's
    /// version, and letters match whatever their case, as they do for the clouds.
    pub fn of_names(text: &str) -> Result<Self, String> {
        let glob = Self::new(text)?;
        let anything = |token| match token {
            Token::Star => Token::StarStar,
            Token::Literal(c) => Token::Literal(c.to_ascii_lowercase()),
            Token::StarStar => token,
        };
        Ok(Self { tokens: glob.tokens.into_iter().map(anything).collect(), of_names: true, ..glob })
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the whole text matches.
    pub fn matches(&self, text: &str) -> bool {
        let folds = self.of_names;
        if self.is_literal() {
            return if folds { self.text.eq_ignore_ascii_case(text) } else { self.text == text };
        }
        let fold = move |c: char| if folds { c.to_ascii_lowercase() } else { c };
        self.run(symbols(text.chars().map(fold).map(Token::Literal)))
    }

    /// Whether everything that `other` matches, this matches too. Never wrongly yes; a rare true case may be answered no. Both are of
    /// the same kind.
    pub fn covers(&self, other: &Glob) -> bool {
        let quoted = |glob: &Glob| glob.text.contains('"');
        if self.text == other.text || self.text == "**" {
            return true;
        }
        // A star in the other pattern could stand for a quote and change which dots end a part.
        !quoted(self) && !quoted(other) && self.run(symbols(other.tokens.iter().copied()))
    }

    /// Whether some text could match both. Never wrongly no.
    pub fn may_overlap(&self, other: &Glob) -> bool {
        let (mine, theirs) = (self.literal_prefix(), other.literal_prefix());
        match (self.is_literal(), other.is_literal()) {
            (true, _) => other.matches(&self.text),
            (_, true) => self.matches(&other.text),
            _ => mine.starts_with(&theirs) || theirs.starts_with(&mine),
        }
    }

    fn is_literal(&self) -> bool {
        !self.text.contains('*')
    }

    fn literal_prefix(&self) -> String {
        let prefix = self.text.split('*').next().unwrap_or_default();
        if self.of_names { prefix.to_ascii_lowercase() } else { prefix.to_owned() }
    }

    /// Simulates all ways through the pattern at once: no backtracking, whatever the pattern.
    fn run(&self, input: impl Iterator<Item = Symbol>) -> bool {
        let mut now = vec![false; self.tokens.len() + 1];
        let mut next = now.clone();
        if let Some(first) = now.first_mut() {
            *first = true;
        }
        self.skip_stars(&mut now);
        for symbol in input {
            next.fill(false);
            for (index, token) in self.tokens.iter().enumerate() {
                if !now.get(index).copied().unwrap_or(false) {
                    continue;
                }
                let goes_to = match (token, symbol.token) {
                    (Token::Literal(a), Token::Literal(b)) if *a == b => index + 1,
                    (Token::StarStar, _) | (Token::Star, Token::Star) => index,
                    (Token::Star, Token::Literal(_)) if !symbol.ends_part => index,
                    _ => continue,
                };
                if let Some(state) = next.get_mut(goes_to) {
                    *state = true;
                }
            }
            self.skip_stars(&mut next);
            std::mem::swap(&mut now, &mut next);
        }
        now.last().copied().unwrap_or(false)
    }

    /// A star may stand for nothing, so where one can begin, what follows it can begin too.
    fn skip_stars(&self, states: &mut [bool]) {
        for (index, token) in self.tokens.iter().enumerate() {
            let reached = states.get(index).copied().unwrap_or(false);
            if reached
                && !matches!(token, Token::Literal(_))
                && let Some(state) = states.get_mut(index + 1)
            {
                *state = true;
            }
        }
    }
}

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '*' {
            tokens.push(Token::Literal(c));
            continue;
        }
        let mut stars = 1;
        while chars.next_if_eq(&'*').is_some() {
            stars += 1;
        }
        tokens.push(if stars == 1 { Token::Star } else { Token::StarStar });
    }
    tokens
}

/// Marks which characters end a part: dots and colons that do not stand in double quotes.
fn symbols(tokens: impl Iterator<Item = Token>) -> impl Iterator<Item = Symbol> {
    let mut quoted = false;
    let mut escaped = false;
    tokens.map(move |token| {
        let Token::Literal(c) = token else { return Symbol { token, ends_part: false } };
        let ends_part = !quoted && matches!(c, '.' | ':');
        if c == '"' && !escaped {
            quoted = !quoted;
        }
        escaped = quoted && c == '\\' && !escaped;
        Symbol { token, ends_part }
    })
}

impl fmt::Display for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Glob({:?})", self.text)
    }
}

#[cfg(test)]
mod tests;
