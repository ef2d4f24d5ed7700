//! From bytes to text: encodings, byte order marks, and the lines that CI wrappers print around a plan.

use std::borrow::Cow;
use std::io::{self, BufRead, BufReader, Read};

use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_16BE, UTF_16LE};

use super::PlanError;

/// Size of the buffers of a stream.
const CHUNK: usize = 64 * 1024;
/// How much text a CI wrapper may print before the plan.
const MOST_WRAPPER: u64 = 1024 * 1024;
const UTF8_BOM: &[u8] = &[0xef, 0xbb, 0xbf];

fn is_wrapper_line(line: &[u8]) -> bool {
    [&b"::"[..], b"[command]", b"##["].iter().any(|prefix| line.starts_with(prefix))
}

enum Kind {
    Utf8 { bom: usize },
    Utf16(&'static Encoding),
}

/// Tells the encoding from the first bytes; PowerShell writes UTF-16, sometimes without a mark.
fn sniff(start: &[u8]) -> Result<Kind, PlanError> {
    match start {
        [b'P', b'K', 3, 4, ..] => Err(PlanError::binary_plan()),
        [0xff, 0xfe, ..] | [b'{', 0, ..] => Ok(Kind::Utf16(UTF_16LE)),
        [0xfe, 0xff, ..] | [0, b'{', ..] => Ok(Kind::Utf16(UTF_16BE)),
        _ if start.starts_with(UTF8_BOM) => Ok(Kind::Utf8 { bom: UTF8_BOM.len() }),
        _ => Ok(Kind::Utf8 { bom: 0 }),
    }
}

/// The text of a whole file.
pub(super) fn text_of(bytes: &[u8]) -> Result<Cow<'_, str>, PlanError> {
    let text = match sniff(bytes)? {
        Kind::Utf8 { bom } => {
            let body = bytes.get(bom..).unwrap_or_default();
            Cow::Borrowed(std::str::from_utf8(body).map_err(|_| PlanError::not_utf8())?)
        }
        Kind::Utf16(encoding) => {
            let (body, damaged) = encoding.decode_with_bom_removal(bytes);
            if damaged {
                return Err(PlanError::not_utf8());
            }
            body
        }
    };
    if text.trim().is_empty() { Err(PlanError::empty()) } else { Ok(text) }
}

/// The plan without the lines before it, and how many these are.
pub(super) fn without_wrapper_before(text: &str) -> Result<(&str, usize), PlanError> {
    let mut body = text.trim_start();
    let mut lines = text
        .len()
        .checked_sub(body.len())
        .and_then(|n| text.get(..n))
        .map_or(0, |gap| gap.matches('\n').count());
    while !body.starts_with('{') {
        let (line, rest) = body.split_once('\n').ok_or_else(PlanError::not_json)?;
        if !is_wrapper_line(line.as_bytes()) {
            return Err(PlanError::not_json());
        }
        lines += 1;
        body = rest;
    }
    Ok((body, lines))
}

/// A stream of text that is known to be UTF-8.
pub(super) fn stream<R: Read>(mut reader: R) -> Result<Resumable<Text<R>>, PlanError> {
    let mut start = Vec::with_capacity(4);
    reader.by_ref().take(4).read_to_end(&mut start).map_err(|error| PlanError::io(&error))?;
    let form = match sniff(&start)? {
        Kind::Utf8 { bom } => {
            start.drain(..bom);
            Form::Utf8 { pending: Vec::new() }
        }
        Kind::Utf16(encoding) => Form::Utf16(encoding.new_decoder_with_bom_removal()),
    };
    let source = io::Cursor::new(start).chain(reader);
    let text = Text { source, form, raw: Vec::new(), at: 0, done: false, closed: false };
    Ok(Resumable { source: text, last: Vec::new(), given: 0, again: io::Cursor::default() })
}

/// A source that several readers are put around, one after the other: what one took into its buffer and did not use, the next one
/// gets. The JSON reader needs a `BufReader` of its own, since behind a reference it takes twice the time.
pub(super) struct Resumable<R> {
    source: R,
    /// What was read last; a buffer is only filled when it is empty, so nothing older can be unused.
    last: Vec<u8>,
    given: usize,
    again: io::Cursor<Vec<u8>>,
}

impl<R: Read> Resumable<R> {
    /// A reader that begins where this source is.
    pub(super) fn buffered(&mut self) -> BufReader<&mut Self> {
        self.given = 0;
        BufReader::with_capacity(CHUNK, self)
    }

    /// Goes back to what follows this many bytes, counted from where the last reader began.
    pub(super) fn resume_after(&mut self, used: usize) {
        let unused = self.given.saturating_sub(used).min(self.last.len());
        let mut rest = self.last.split_off(self.last.len() - unused);
        let at = usize::try_from(self.again.position()).unwrap_or(usize::MAX);
        rest.extend_from_slice(self.again.get_ref().get(at..).unwrap_or_default());
        self.again = io::Cursor::new(rest);
    }
}

impl<R: Read> Read for Resumable<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut read = self.again.read(out)?;
        if read == 0 {
            read = self.source.read(out)?;
        }
        self.last.clear();
        self.last.extend_from_slice(out.get(..read).unwrap_or_default());
        self.given = self.given.saturating_add(read);
        Ok(read)
    }
}

/// Skips what a CI wrapper printed before the plan; gives the number of lines skipped.
pub(super) fn skip_wrapper_before(source: &mut Resumable<impl Read>) -> Result<usize, PlanError> {
    let mut text = source.buffered();
    let (mut lines, mut spent) = (0, 0);
    let mut seen_any = false;
    loop {
        let Some(first) = peek(&mut text)? else {
            return Err(if seen_any { PlanError::not_json() } else { PlanError::empty() });
        };
        if first == b'{' {
            break;
        }
        if first.is_ascii_whitespace() {
            lines += usize::from(first == b'\n');
            text.consume(1);
            spent += 1;
        } else {
            seen_any = true;
            let mut line = Vec::new();
            let read = text
                .by_ref()
                .take(MOST_WRAPPER)
                .read_until(b'\n', &mut line)
                .map_err(|error| read_error(&error))?;
            if !is_wrapper_line(&line) {
                return Err(PlanError::not_json());
            }
            lines += 1;
            spent += read;
        }
        if u64::try_from(spent).is_ok_and(|spent| spent > MOST_WRAPPER) {
            return Err(PlanError::not_json());
        }
    }
    source.resume_after(spent);
    Ok(lines)
}

/// Makes sure that nothing but white space and wrapper lines follows the plan.
pub(super) fn only_wrapper_remains(mut text: impl BufRead) -> Result<(), PlanError> {
    let mut line_start = Vec::new();
    let mut own_line = false;
    loop {
        let buffer = text.fill_buf().map_err(|error| read_error(&error))?;
        if buffer.is_empty() {
            return fair_line(&line_start, own_line);
        }
        let used = buffer.len();
        for byte in buffer {
            if *byte == b'\n' {
                fair_line(&line_start, own_line)?;
                line_start.clear();
                own_line = true;
            } else if line_start.len() < 16 && !(line_start.is_empty() && byte.is_ascii_whitespace()) {
                line_start.push(*byte);
            }
        }
        text.consume(used);
    }
}

fn fair_line(start: &[u8], own_line: bool) -> Result<(), PlanError> {
    // `%0A` is how the wrapper writes the line break behind a plan.
    if start.is_empty() || (own_line && is_wrapper_line(start)) { Ok(()) } else { Err(PlanError::trailing()) }
}

fn peek(text: &mut impl BufRead) -> Result<Option<u8>, PlanError> {
    Ok(text.fill_buf().map_err(|error| read_error(&error))?.first().copied())
}

/// Words for a failed read: either ours about the encoding, or the operating system's.
pub(super) fn read_error(error: &io::Error) -> PlanError {
    if error.kind() == io::ErrorKind::InvalidData { PlanError::not_utf8() } else { PlanError::io(error) }
}

enum Form {
    Utf8 { pending: Vec<u8> },
    Utf16(Decoder),
}

/// Reads bytes and gives UTF-8; anything else is `InvalidData`.
pub(super) struct Text<R> {
    source: io::Chain<io::Cursor<Vec<u8>>, R>,
    form: Form,
    raw: Vec<u8>,
    at: usize,
    /// The source has ended.
    done: bool,
    /// The decoder has said its last, and may not be asked again.
    closed: bool,
}

impl<R: Read> Read for Text<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match &mut self.form {
            Form::Utf8 { pending } => {
                let read = self.source.read(out)?;
                check_utf8(pending, out.get(..read).unwrap_or_default())?;
                Ok(read)
            }
            Form::Utf16(_) if self.closed => Ok(0),
            Form::Utf16(decoder) => loop {
                if self.at == self.raw.len() && !self.done {
                    self.raw.resize(CHUNK, 0);
                    let read = self.source.read(&mut self.raw)?;
                    self.raw.truncate(read);
                    self.at = 0;
                    self.done = read == 0;
                }
                let source = self.raw.get(self.at..).unwrap_or_default();
                let (result, used, written) =
                    decoder.decode_to_utf8_without_replacement(source, out, self.done);
                self.at += used;
                self.closed = self.done && result == DecoderResult::InputEmpty;
                if let DecoderResult::Malformed(..) = result {
                    return Err(io::ErrorKind::InvalidData.into());
                }
                if written > 0 || self.done {
                    return Ok(written);
                }
            },
        }
    }
}

/// Checks a chunk that may begin and end inside a character; an empty chunk is the end.
fn check_utf8(pending: &mut Vec<u8>, chunk: &[u8]) -> io::Result<()> {
    if chunk.is_empty() {
        return if pending.is_empty() { Ok(()) } else { Err(io::ErrorKind::InvalidData.into()) };
    }
    let joined = (!pending.is_empty()).then(|| [pending.as_slice(), chunk].concat());
    let bytes = joined.as_deref().unwrap_or(chunk);
    let rest = match std::str::from_utf8(bytes) {
        Ok(_) => &[][..],
        Err(error) if error.error_len().is_none() => bytes.get(error.valid_up_to()..).unwrap_or_default(),
        Err(_) => return Err(io::ErrorKind::InvalidData.into()),
    };
    let rest = rest.to_vec();
    *pending = rest;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::{CHUNK, stream};

    #[test]
    fn what_one_reader_left_in_its_buffer_the_next_one_gets() {
        let text = (0..CHUNK).map(|n| n.to_string()).collect::<Vec<_>>().join(" ");
        let mut source = stream(text.as_bytes()).expect("UTF-8");
        let mut read = Vec::new();
        for length in [0, 3, 1, CHUNK, 2 * CHUNK + 7, 1] {
            source.buffered().take(length as u64).read_to_end(&mut read).expect("there is more");
            source.resume_after(length);
        }
        source.buffered().read_to_end(&mut read).expect("the rest");
        assert!(read == text.as_bytes(), "something was lost or came twice");
    }
}
