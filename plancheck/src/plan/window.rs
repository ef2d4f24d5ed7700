//! A plan as it passes by: a stretch of its text is in memory, large enough for one element of a list. What is not wanted is passed over
//! without being kept; what is wanted is parsed by serde from the stretch.

use std::io::Read;

use serde_json::de::{Deserializer, SliceRead};

use super::PlanError;
use super::input::read_error;
use super::skip::{Skip, Skipped, is_blank};

/// How much is read at once; doubled for elements that are larger.
const STRETCH: usize = 256 * 1024;

/// What reading comes to.
pub(super) type Taken<T> = Result<T, PlanError>;

/// The stretch.
pub(super) struct Window<R> {
    source: R,
    buffer: Vec<u8>,
    /// Where in the buffer the next byte stands.
    at: usize,
    /// Behind the last byte in the buffer.
    end: usize,
    ended: bool,
    /// Line breaks before the beginning of the buffer, and bytes since the last of them.
    passed: (usize, usize),
}

impl<R: Read> Window<R> {
    pub(super) fn new(source: R) -> Self {
        Self { source, buffer: vec![0; STRETCH], at: 0, end: 0, ended: false, passed: (0, 0) }
    }

    fn ahead(&self) -> &[u8] {
        self.buffer.get(self.at..self.end).unwrap_or_default()
    }

    /// Reads on; false where there is nothing more.
    fn more(&mut self) -> Taken<bool> {
        if self.ended {
            return Ok(false);
        }
        self.passed = after(self.passed, self.buffer.get(..self.at).unwrap_or_default());
        self.buffer.copy_within(self.at..self.end, 0);
        self.end -= self.at;
        self.at = 0;
        if self.end == self.buffer.len() {
            self.buffer.resize(self.end * 2, 0);
        }
        while let Some(room @ [_, ..]) = self.buffer.get_mut(self.end..) {
            match self.source.read(room) {
                Ok(0) => {
                    self.ended = true;
                    break;
                }
                Ok(read) => self.end += read,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(read_error(&error)),
            }
        }
        Ok(true)
    }

    /// The next byte, blank or not.
    pub(super) fn peek(&mut self) -> Taken<Option<u8>> {
        loop {
            if let Some(byte) = self.buffer.get(self.at..self.end).and_then(<[u8]>::first) {
                return Ok(Some(*byte));
            }
            if !self.more()? {
                return Ok(None);
            }
        }
    }

    /// Goes past one byte that was seen.
    pub(super) fn advance(&mut self) {
        self.at = self.end.min(self.at + 1);
    }

    /// The next byte that is not blank.
    fn significant(&mut self) -> Taken<u8> {
        loop {
            match self.peek()? {
                None => return Err(PlanError::truncated()),
                Some(byte) if is_blank(byte) => self.advance(),
                Some(byte) => return Ok(byte),
            }
        }
    }

    /// A fault of the text so many bytes further on.
    fn bad(&self, further: usize) -> PlanError {
        let read = self.buffer.get(..(self.at + further + 1).min(self.end)).unwrap_or_default();
        let (lines, column) = after(self.passed, read);
        PlanError::not_json().at(lines + 1, column)
    }

    /// A value where something else has to stand.
    fn wrong(&self) -> PlanError {
        let read = self.buffer.get(..self.at).unwrap_or_default();
        let (lines, column) = after(self.passed, read);
        PlanError::unexpected_shape().at(lines + 1, column)
    }

    /// Goes through an object: each key goes to `member`, which has to take the value behind it. `false` where there is null in its place.
    pub(super) fn object(&mut self, mut member: impl FnMut(&mut Self, &str) -> Taken<()>) -> Taken<bool> {
        match self.significant()? {
            b'{' => self.advance(),
            b'n' => return self.skip().map(|()| false),
            _ => return Err(self.other()),
        }
        if self.significant()? == b'}' {
            self.advance();
            return Ok(true);
        }
        loop {
            if self.significant()? != b'"' {
                return Err(self.bad(0));
            }
            let key = self.value(|text| serde::Deserialize::deserialize(text))?;
            let key: String = key;
            if self.significant()? != b':' {
                return Err(self.bad(0));
            }
            self.advance();
            member(self, &key)?;
            if self.parted(b'}')? {
                return Ok(true);
            }
        }
    }

    /// Goes through a list: `element` has to take one element. Null is an empty list.
    pub(super) fn list(&mut self, mut element: impl FnMut(&mut Self) -> Taken<()>) -> Taken<()> {
        match self.significant()? {
            b'[' => self.advance(),
            b'n' => return self.skip(),
            _ => return Err(self.other()),
        }
        if self.significant()? == b']' {
            self.advance();
            return Ok(());
        }
        loop {
            element(self)?;
            if self.parted(b']')? {
                return Ok(());
            }
        }
    }

    /// What stands between two members or elements: false for a comma, true for the end.
    fn parted(&mut self, end: u8) -> Taken<bool> {
        let byte = self.significant()?;
        if byte != b',' && byte != end {
            return Err(self.bad(0));
        }
        self.advance();
        Ok(byte == end)
    }

    /// The fault of a value that is of another kind, or is none.
    fn other(&mut self) -> PlanError {
        let wrong = self.wrong();
        self.skip().err().unwrap_or(wrong)
    }

    /// Passes over one value, checking that it is JSON.
    pub(super) fn skip(&mut self) -> Taken<()> {
        let mut skip = Skip::default();
        loop {
            match skip.feed(self.ahead()) {
                Skipped::Done(used) => {
                    self.at += used;
                    return Ok(());
                }
                Skipped::Bad(place) => return Err(self.bad(place)),
                Skipped::More => self.at = self.end,
            }
            if !self.more()? {
                return if skip.ends() { Ok(()) } else { Err(PlanError::truncated()) };
            }
        }
    }

    /// Parses one value. `parse` is called again where the value is larger than what was read of it so far, so it must not keep anything
    /// of a value that it did not come to the end of.
    pub(super) fn value<T>(
        &mut self,
        mut parse: impl FnMut(&mut Deserializer<SliceRead<'_>>) -> serde_json::Result<T>,
    ) -> Taken<T> {
        loop {
            let ahead = self.buffer.get(self.at..self.end).unwrap_or_default();
            let mut text = Deserializer::from_slice(ahead);
            match parse(&mut text) {
                Ok(value) => {
                    let used = used_by(text);
                    // A number goes on as long as there are digits.
                    if used < ahead.len() || self.ended {
                        self.at += used;
                        return Ok(value);
                    }
                }
                Err(error) if error.is_eof() && !self.ended => {}
                Err(error) => return Err(self.fault(&error)),
            }
            self.more()?;
        }
    }

    /// Serde's own words are not used: they can quote values of the plan.
    fn fault(&self, error: &serde_json::Error) -> PlanError {
        let (lines, column) = after(self.passed, self.buffer.get(..self.at).unwrap_or_default());
        let (line, own) = (error.line(), error.column());
        let (line, column) = (lines + line, if line == 1 { column + own } else { own });
        match error.classify() {
            serde_json::error::Category::Eof => PlanError::truncated(),
            serde_json::error::Category::Syntax => PlanError::not_json().at(line, column),
            serde_json::error::Category::Data => PlanError::unexpected_shape().at(line, column),
            serde_json::error::Category::Io => read_error(&std::io::ErrorKind::Other.into()),
        }
    }
}

/// How far a deserializer has read: it only tells when it becomes the reader of further documents.
fn used_by(deserializer: Deserializer<SliceRead<'_>>) -> usize {
    deserializer.into_iter::<serde::de::IgnoredAny>().byte_offset()
}

/// Line breaks and bytes since the last of them, after more text.
fn after((lines, column): (usize, usize), text: &[u8]) -> (usize, usize) {
    match memchr::memrchr(b'\n', text) {
        None => (lines, column + text.len()),
        Some(last) => (lines + memchr::memchr_iter(b'\n', text).count(), text.len() - last - 1),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::{STRETCH, Window};

    /// Gives few bytes at a time, as pipes do.
    struct Drops<'a>(&'a [u8], usize);

    impl Read for Drops<'_> {
        fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
            let length = self.1.min(out.len());
            (&mut self.0).take(length as u64).read(out)
        }
    }

    #[test]
    fn elements_of_any_size_are_parsed_whole_wherever_the_stretch_ends() {
        let sizes = [1, 10, STRETCH - 7, 3, STRETCH, STRETCH + 1, 5 * STRETCH, 2];
        let texts: Vec<String> = sizes.iter().map(|size| "x".repeat(*size)).collect();
        let plan = serde_json::to_string(&texts).expect("JSON");
        for drop in [1000, STRETCH + 3, usize::MAX] {
            let mut window = Window::new(Drops(plan.as_bytes(), drop));
            let mut read = Vec::<String>::new();
            let each = |window: &mut Window<_>| {
                read.push(window.value(|text| serde::Deserialize::deserialize(text))?);
                Ok(())
            };
            window.list(each).expect("a list");
            assert!(read == texts, "something was lost or came twice");
            assert_eq!(window.peek(), Ok(None));
        }
    }

    #[test]
    fn a_number_ends_where_its_digits_do_and_not_with_the_stretch() {
        for blanks in STRETCH - 4..STRETCH + 2 {
            let plan = format!("{}[1234567]", " ".repeat(blanks));
            let mut window = Window::new(plan.as_bytes());
            let mut read = Vec::<u32>::new();
            let each = |window: &mut Window<_>| {
                read.push(window.value(|text| serde::Deserialize::deserialize(text))?);
                Ok(())
            };
            window.list(each).expect("a list");
            assert_eq!(read, [1_234_567]);
        }
    }

    #[test]
    fn faults_are_placed_in_the_whole_text() {
        let plan = format!("{{\n\"a\": \"{}\",\n  \"b\": [1, x]}}", "y".repeat(2 * STRETCH));
        let mut window = Window::new(plan.as_bytes());
        let fault = window.object(|window, _| window.skip()).expect_err("no value");
        assert!(fault.message().ends_with("(line 3, column 12)"), "{}", fault.message());
        let mut window = Window::new(plan.as_bytes());
        let number = |window: &mut Window<&[u8]>, _: &str| {
            window.value(|text| <Vec<u32> as serde::Deserialize>::deserialize(text)).map(drop)
        };
        let fault = window.object(number).expect_err("no list");
        assert!(fault.message().contains("(line 2, column"), "{}", fault.message());
    }
}
