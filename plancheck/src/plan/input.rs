//! From bytes to text: encodings, byte order marks, and the lines that CI wrappers print around a plan.

use std::io::{self, Read};

use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_16BE, UTF_16LE};

use super::PlanError;
use super::skip::is_blank;
use super::window::{Taken, Window};

/// How much is decoded at once.
const CHUNK: usize = 64 * 1024;
/// How much text a CI wrapper may print before the plan.
const MOST_WRAPPER: usize = 1024 * 1024;
/// How much of a line is looked at to tell whether a wrapper printed it.
const BEGINNING: usize = 16;
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

/// A stream of text that is known to be UTF-8.
pub(super) fn text<R: Read>(mut reader: R) -> Result<Text<R>, PlanError> {
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
    Ok(Text { source, form, raw: Vec::new(), at: 0, done: false, closed: false })
}

/// Skips what a CI wrapper printed before the plan.
pub(super) fn skip_wrapper_before<R: Read>(text: &mut Window<R>) -> Taken<()> {
    let (mut spent, mut seen_any) = (0, false);
    while spent <= MOST_WRAPPER {
        match text.peek()? {
            None if seen_any => return Err(PlanError::not_json()),
            None => return Err(PlanError::empty()),
            Some(b'{') => return Ok(()),
            Some(byte) if is_blank(byte) => {
                text.advance();
                spent += 1;
            }
            Some(_) => {
                seen_any = true;
                let (line, length) = line(text, MOST_WRAPPER)?;
                if !is_wrapper_line(&line) {
                    return Err(PlanError::not_json());
                }
                spent += length;
            }
        }
    }
    Err(PlanError::not_json())
}

/// Makes sure that nothing but white space and wrapper lines follows the plan.
pub(super) fn only_wrapper_remains<R: Read>(text: &mut Window<R>) -> Taken<()> {
    let mut own_line = false;
    while let Some(byte) = text.peek()? {
        if byte.is_ascii_whitespace() {
            own_line |= byte == b'\n';
            text.advance();
            continue;
        }
        let (line, _) = line(text, usize::MAX)?;
        if !own_line || !is_wrapper_line(&line) {
            return Err(PlanError::trailing());
        }
        own_line = true;
    }
    Ok(())
}

/// Goes to the end of a line, or as far as this; gives its beginning, and how long it is.
fn line<R: Read>(text: &mut Window<R>, most: usize) -> Taken<(Vec<u8>, usize)> {
    let (mut beginning, mut length) = (Vec::new(), 0);
    while length < most
        && let Some(byte) = text.peek()?
    {
        text.advance();
        length += 1;
        if byte == b'\n' {
            break;
        }
        if beginning.len() < BEGINNING {
            beginning.push(byte);
        }
    }
    Ok((beginning, length))
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
