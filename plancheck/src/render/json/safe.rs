//! JSON in which no text of a plan can deceive whoever prints it. What is escaped means the same to every parser.

use std::io::{self, Write};

use serde_json::ser::{CharEscape, Formatter, PrettyFormatter};

use crate::text::is_deceptive;

/// Outside its strings JSON is ASCII, and inside them serde escapes the ASCII controls; the rest is ours. Two `#` start a command to some
/// CI systems wherever they stand in what a job prints.
#[derive(Default)]
pub(super) struct Safe {
    pretty: PrettyFormatter<'static>,
    /// Whether the last character of the string so far is a `#`.
    after_hash: bool,
}

impl Safe {
    fn fragment<W: ?Sized + Write>(&mut self, to: &mut W, text: &str) -> io::Result<()> {
        let mut rest = text;
        // Nearly all of it is plain and is written in one piece.
        while let Some((plain, odd)) = rest.find(needs_a_look).and_then(|at| rest.split_at_checked(at)) {
            self.plain(to, plain)?;
            let mut characters = odd.chars();
            let Some(character) = characters.next() else { break };
            let starts_command = character == '#' && self.after_hash;
            if starts_command || is_deceptive(character) {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    write!(to, "\\u{unit:04x}")?;
                }
                self.after_hash = false;
            } else {
                self.plain(to, character.encode_utf8(&mut [0; 4]))?;
            }
            rest = characters.as_str();
        }
        self.plain(to, rest)
    }

    fn plain<W: ?Sized + Write>(&mut self, to: &mut W, text: &str) -> io::Result<()> {
        if let Some(last) = text.as_bytes().last() {
            self.after_hash = *last == b'#';
        }
        to.write_all(text.as_bytes())
    }
}

fn needs_a_look(character: char) -> bool {
    !matches!(character, '\n' | ' '..='"' | '$'..='~')
}

impl Formatter for Safe {
    fn begin_string<W: ?Sized + Write>(&mut self, to: &mut W) -> io::Result<()> {
        self.after_hash = false;
        self.pretty.begin_string(to)
    }

    fn write_string_fragment<W: ?Sized + Write>(&mut self, to: &mut W, text: &str) -> io::Result<()> {
        self.fragment(to, text)
    }

    fn write_char_escape<W: ?Sized + Write>(&mut self, to: &mut W, escape: CharEscape) -> io::Result<()> {
        self.after_hash = false;
        self.pretty.write_char_escape(to, escape)
    }

    fn write_raw_fragment<W: ?Sized + Write>(&mut self, to: &mut W, text: &str) -> io::Result<()> {
        self.after_hash = false;
        self.fragment(to, text)
    }

    fn begin_array<W: ?Sized + Write>(&mut self, to: &mut W) -> io::Result<()> {
        self.pretty.begin_array(to)
    }

    fn end_array<W: ?Sized + Write>(&mut self, to: &mut W) -> io::Result<()> {
        self.pretty.end_array(to)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, to: &mut W, first: bool) -> io::Result<()> {
        self.pretty.begin_array_value(to, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, to: &mut W) -> io::Result<()> {
        self.pretty.end_array_value(to)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, to: &mut W) -> io::Result<()> {
        self.pretty.begin_object(to)
    }

    fn end_object<W: ?Sized + Write>(&mut self, to: &mut W) -> io::Result<()> {
        self.pretty.end_object(to)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, to: &mut W, first: bool) -> io::Result<()> {
        self.pretty.begin_object_key(to, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, to: &mut W) -> io::Result<()> {
        self.pretty.begin_object_value(to)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, to: &mut W) -> io::Result<()> {
        self.pretty.end_object_value(to)
    }
}
