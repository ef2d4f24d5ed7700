//! Passes over one JSON value without keeping it. The text arrives in pieces of any size; that it is JSON is checked all the same, since a
//! plan that is damaged where nobody looks is damaged.

/// What stands on the way to the end of the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    /// A value must come.
    Value,
    /// A value, or the end of the list that has just begun.
    FirstElement,
    /// A key, or the end of the object that has just begun.
    FirstKey,
    /// A key must come.
    Key,
    /// What parts a key from its value.
    Colon,
    /// A value has ended: a comma or the end of what it stands in.
    AfterValue,
    /// Inside a text.
    Text { key: bool },
    /// Behind the backslash of an escape.
    Escape { key: bool },
    /// In an escape by number, with so many digits to come.
    Digits { key: bool, left: u8 },
    /// In a number.
    Number(Digit),
    /// In a word, with this to come.
    Word(&'static [u8]),
}

/// Where in a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Digit {
    Sign,
    Zero,
    Whole,
    Point,
    Fraction,
    Exponent,
    ExponentSign,
    ExponentDigits,
}

/// How far a piece brought it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Skipped {
    /// The value ends before this byte of the piece.
    Done(usize),
    /// The piece is used up, and the value goes on.
    More,
    /// This byte of the piece has no place in JSON.
    Bad(usize),
}

/// Passes over one value.
pub(super) struct Skip {
    at: At,
    /// Whether each of the values that are open is an object, outermost first.
    open: Vec<bool>,
}

impl Default for Skip {
    fn default() -> Self {
        Self { at: At::Value, open: Vec::new() }
    }
}

impl Skip {
    /// Takes the next piece.
    pub(super) fn feed(&mut self, piece: &[u8]) -> Skipped {
        let mut next = 0;
        while let Some(byte) = piece.get(next).copied() {
            match self.at {
                At::Text { key } => {
                    next += plain(piece.get(next..).unwrap_or_default());
                    let Some(byte) = piece.get(next).copied() else { return Skipped::More };
                    self.at = match byte {
                        b'"' if key => At::Colon,
                        b'"' => At::AfterValue,
                        b'\\' => At::Escape { key },
                        _ => return Skipped::Bad(next),
                    };
                }
                At::Number(digit) => match digit.then(byte) {
                    Some(digit) => self.at = At::Number(digit),
                    None if !digit.may_end() => return Skipped::Bad(next),
                    None => {
                        self.at = At::AfterValue;
                        if self.open.is_empty() {
                            return Skipped::Done(next);
                        }
                        continue;
                    }
                },
                _ if is_blank(byte) && self.between() => {}
                _ => match self.step(byte) {
                    Some(at) => self.at = at,
                    None => return Skipped::Bad(next),
                },
            }
            next += 1;
            if self.at == At::AfterValue && self.open.is_empty() {
                return Skipped::Done(next);
            }
        }
        Skipped::More
    }

    /// The text has ended behind what was fed; whether the value has too.
    pub(super) fn ends(&self) -> bool {
        self.open.is_empty() && matches!(self.at, At::Number(digit) if digit.may_end())
    }

    /// Whether blanks may stand here.
    fn between(&self) -> bool {
        !matches!(self.at, At::Escape { .. } | At::Digits { .. } | At::Word(_))
    }

    fn step(&mut self, byte: u8) -> Option<At> {
        match self.at {
            At::FirstElement if byte == b']' => Some(self.end()),
            At::Value | At::FirstElement => self.begin(byte),
            At::FirstKey if byte == b'}' => Some(self.end()),
            At::FirstKey | At::Key => (byte == b'"').then_some(At::Text { key: true }),
            At::Colon => (byte == b':').then_some(At::Value),
            At::AfterValue => match (byte, self.open.last()?) {
                (b',', true) => Some(At::Key),
                (b',', false) => Some(At::Value),
                (b'}', true) | (b']', false) => Some(self.end()),
                _ => None,
            },
            At::Escape { key } => match byte {
                b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(At::Text { key }),
                b'u' => Some(At::Digits { key, left: 4 }),
                _ => None,
            },
            At::Digits { key, left } if byte.is_ascii_hexdigit() => {
                Some(if left == 1 { At::Text { key } } else { At::Digits { key, left: left - 1 } })
            }
            At::Word([first, rest @ ..]) if *first == byte => {
                Some(if rest.is_empty() { At::AfterValue } else { At::Word(rest) })
            }
            At::Digits { .. } | At::Word(_) | At::Text { .. } | At::Number(_) => None,
        }
    }

    fn begin(&mut self, byte: u8) -> Option<At> {
        Some(match byte {
            b'{' => {
                self.open.push(true);
                At::FirstKey
            }
            b'[' => {
                self.open.push(false);
                At::FirstElement
            }
            b'"' => At::Text { key: false },
            b'-' => At::Number(Digit::Sign),
            b'0' => At::Number(Digit::Zero),
            b'1'..=b'9' => At::Number(Digit::Whole),
            b't' => At::Word(b"rue"),
            b'f' => At::Word(b"alse"),
            b'n' => At::Word(b"ull"),
            _ => return None,
        })
    }

    fn end(&mut self) -> At {
        self.open.pop();
        At::AfterValue
    }
}

impl Digit {
    /// What follows by this byte; `None` where the byte is no part of the number.
    fn then(self, byte: u8) -> Option<Self> {
        match (self, byte) {
            (Self::Sign, b'0') => Some(Self::Zero),
            (Self::Sign, b'1'..=b'9') | (Self::Whole, b'0'..=b'9') => Some(Self::Whole),
            (Self::Zero | Self::Whole, b'.') => Some(Self::Point),
            (Self::Point | Self::Fraction, b'0'..=b'9') => Some(Self::Fraction),
            (Self::Zero | Self::Whole | Self::Fraction, b'e' | b'E') => Some(Self::Exponent),
            (Self::Exponent, b'+' | b'-') => Some(Self::ExponentSign),
            (Self::Exponent | Self::ExponentSign | Self::ExponentDigits, b'0'..=b'9') => {
                Some(Self::ExponentDigits)
            }
            _ => None,
        }
    }

    fn may_end(self) -> bool {
        matches!(self, Self::Zero | Self::Whole | Self::Fraction | Self::ExponentDigits)
    }
}

pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// How many bytes at the beginning are neither the end of a text, nor an escape, nor a control character. Eight at a time, since texts are
/// most of what a plan is made of.
fn plain(text: &[u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let (eights, _) = text.as_chunks::<8>();
    let mut passed = 0;
    for eight in eights {
        let word = u64::from_le_bytes(*eight);
        let quote = word ^ (ONES * 0x22);
        let backslash = word ^ (ONES * 0x5c);
        let found = (quote.wrapping_sub(ONES) & !quote)
            | (backslash.wrapping_sub(ONES) & !backslash)
            | (word.wrapping_sub(ONES * 0x20) & !word);
        if found & HIGH != 0 {
            return passed + ((found & HIGH).trailing_zeros() / 8) as usize;
        }
        passed += 8;
    }
    let rest = text.get(passed..).unwrap_or_default();
    let stops = |byte: &u8| matches!(*byte, b'"' | b'\\' | 0..=0x1f);
    passed + rest.iter().position(stops).unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::de::IgnoredAny;

    use super::*;

    /// Where the value ends, fed in pieces of this size; `None` where the text is not JSON.
    fn skip(text: &[u8], piece: usize) -> Option<usize> {
        let mut skip = Skip::default();
        for (number, part) in text.chunks(piece).enumerate() {
            match skip.feed(part) {
                Skipped::Done(end) => return Some(number * piece + end),
                Skipped::More => {}
                Skipped::Bad(_) => return None,
            }
        }
        skip.ends().then_some(text.len())
    }

    /// The same by serde.
    fn serde(text: &[u8]) -> Option<usize> {
        let mut values = serde_json::Deserializer::from_slice(text).into_iter::<IgnoredAny>();
        values.next()?.ok()?;
        Some(values.byte_offset())
    }

    fn agree(text: &[u8]) {
        let expected = serde(text);
        for piece in [1, 2, 3, 7, 64, text.len().max(1)] {
            let found = skip(text, piece);
            // Behind a word or a number serde looks for what may follow a value; here that is for whoever reads on.
            let apart =
                |end: usize| text.get(end).is_none_or(|next| is_blank(*next) || b",]}:[{\"".contains(next));
            if expected.is_some() || found.is_none_or(apart) {
                assert_eq!(found, expected, "{:?} in pieces of {piece}", String::from_utf8_lossy(text));
            }
        }
    }

    #[test]
    fn what_is_json_ends_where_serde_says() {
        for text in [
            "{}",
            "[]",
            " [ ] ",
            "{ \"a\" : [ 1 , 2 ] }",
            "\"a\\\"b\"",
            "\"\\u00e9\\n\"",
            "-0.5e+10",
            "0",
            "12",
            "true",
            "false",
            "null",
            "[[[]],{\"a\":{\"b\":null}}]",
            "\"0123456789\u{e9}0123456789\"",
            "1 2",
            "[1]2",
        ] {
            agree(text.as_bytes());
            assert!(serde(text.as_bytes()).is_some(), "{text}");
        }
    }

    #[test]
    fn what_is_not_json_is_told() {
        for text in [
            "",
            " ",
            "{",
            "[",
            "[1,]",
            "{\"a\":1,}",
            "{a:1}",
            "{\"a\" 1}",
            "01",
            "-",
            "1.",
            "1e",
            "1e+",
            "+1",
            "tru",
            "nul",
            "truE",
            "\"a",
            "\"\\x\"",
            "\"\\u12g4\"",
            "\"a\nb\"",
            "]",
            "[1}",
            "{\"a\":1]",
            ",",
            "\"\u{1}\"",
            "-a",
            ".5",
        ] {
            agree(text.as_bytes());
            assert!(serde(text.as_bytes()).is_none(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_of_the_letters_of_json_ends_where_serde_says(text in r#"[\[\]{}",:0-9eE.+\-\\u trfalsn\n]{0,24}"#) {
            agree(text.as_bytes());
        }

        #[test]
        fn any_bytes_in_a_text_are_judged_as_by_serde(inside in prop::collection::vec(1_u8..128, 0..40)) {
            agree(&[b"[\"", inside.as_slice(), b"\"]"].concat());
        }
    }
}
