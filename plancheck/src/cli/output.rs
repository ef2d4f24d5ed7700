//! Where reports go: standard output, and files.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use plancheck::render::{Format, drift};
use plancheck::text::escape;
use plancheck::verdict::CheckError;

/// The formats that a command offers.
pub(super) trait Offered: Copy + Send + Sync + 'static {
    /// Names and purposes, in the order of the help.
    fn offered() -> Vec<(&'static str, &'static str)>;
    /// The one with this name.
    fn named(id: &str) -> Option<Self>;
}

impl Offered for Format {
    fn offered() -> Vec<(&'static str, &'static str)> {
        Self::ALL.map(|format| (format.id(), format.purpose())).to_vec()
    }

    fn named(id: &str) -> Option<Self> {
        Self::from_id(id)
    }
}

impl Offered for drift::Format {
    fn offered() -> Vec<(&'static str, &'static str)> {
        Self::ALL.map(|format| (format.id(), format.purpose())).to_vec()
    }

    fn named(id: &str) -> Option<Self> {
        Self::from_id(id)
    }
}

/// The formats as arguments of the command line.
pub(super) fn formats<F: Offered>() -> impl TypedValueParser<Value = F> {
    let values = F::offered().into_iter().map(|(id, purpose)| PossibleValue::new(id).help(purpose));
    PossibleValuesParser::new(values)
        .try_map(|id| F::named(&id).ok_or_else(|| format!("there is no format `{}`", escape(&id))))
}

/// A file to write, in a format of its own or in that of standard output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Output<F = Format> {
    pub(super) format: Option<F>,
    pub(super) path: PathBuf,
}

impl<F: Offered> Output<F> {
    /// `FILE` or `FORMAT=FILE`. A file with a name like `human=x` is written as `./human=x`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let split = text.split_once('=').and_then(|(name, rest)| Some((F::named(name)?, rest)));
        let (format, path) = split.map_or((None, text), |(format, rest)| (Some(format), rest));
        match path {
            "" => Err("the name of the file is missing".to_owned()),
            "-" => {
                Err("the report goes to standard output anyway; choose its format with `--format`".to_owned())
            }
            _ => Ok(Self { format, path: path.into() }),
        }
    }
}

/// Refuses to write two reports into one file, or over what is being read.
pub(super) fn distinct<F>(outputs: &[Output<F>], inputs: &[&Path]) -> Result<(), CheckError> {
    let same =
        |a: &Path, b: &Path| a == b || a.canonicalize().is_ok_and(|a| b.canonicalize().is_ok_and(|b| a == b));
    for (index, output) in outputs.iter().enumerate() {
        let name = escape(&output.path.to_string_lossy());
        if inputs.iter().any(|input| same(input, &output.path)) {
            return Err(CheckError::new(format!("`--output` would overwrite `{name}`, which is read"))
                .with_help("choose another file"));
        }
        if outputs.iter().take(index).any(|earlier| same(&earlier.path, &output.path)) {
            return Err(CheckError::new(format!("two reports would go to `{name}`"))
                .with_help("give each `--output` a file of its own"));
        }
    }
    Ok(())
}

/// Writes a report to its file.
pub(super) fn save(path: &Path, text: &str) -> Result<(), CheckError> {
    std::fs::write(path, text).map_err(|error| {
        CheckError::new(format!(
            "the report cannot be written to `{}`: {error}",
            escape(&path.to_string_lossy())
        ))
    })
}

/// Adds to a file that others write to as well.
pub(super) fn append(path: &Path, text: &str) -> Result<(), CheckError> {
    let file = std::fs::OpenOptions::new().append(true).create(true).open(path);
    file.and_then(|mut file| all(&mut file, text)).map_err(|error| {
        let name = escape(&path.to_string_lossy());
        CheckError::new(format!("the report cannot be added to `{name}`: {error}"))
    })
}

/// One of the two streams of a process.
#[derive(Clone, Copy)]
pub(super) enum Stream {
    Out,
    Err,
}

/// Writes text to a stream.
pub(super) fn write(stream: Stream, text: &str) -> Result<(), CheckError> {
    stream_by(stream, |to| to.write_all(text.as_bytes()))
}

/// Writes to a stream piece by piece. A reader that has closed it has read enough; anything else is an error.
pub(super) fn stream_by(
    stream: Stream,
    write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>,
) -> Result<(), CheckError> {
    let buffered = |to: &mut dyn io::Write| {
        let mut to = io::BufWriter::new(to);
        write(&mut to)?;
        to.flush()
    };
    let result = match stream {
        Stream::Out => buffered(&mut io::stdout().lock()),
        Stream::Err => buffered(&mut io::stderr().lock()),
    };
    match result {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(CheckError::new(format!("the report cannot be written to standard output: {error}")))
        }
        _ => Ok(()),
    }
}

fn all(to: &mut dyn io::Write, text: &str) -> io::Result<()> {
    to.write_all(text.as_bytes())?;
    to.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_before_the_file_is_told_from_a_file_with_an_equals_sign() {
        let json: Output = Output { format: Some(Format::Json), path: "a=b.json".into() };
        assert_eq!(Output::parse("json=a=b.json"), Ok(json));
        assert_eq!(
            Output::<Format>::parse("run=7.txt"),
            Ok(Output { format: None, path: "run=7.txt".into() })
        );
        assert!(Output::<Format>::parse("json=").is_err());
        assert!(Output::<Format>::parse("-").is_err());
    }
}
