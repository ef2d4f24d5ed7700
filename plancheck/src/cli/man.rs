//! `plancheck man`: the manual, made from the command line itself.

use std::path::PathBuf;

use clap::CommandFactory as _;
use plancheck::text::escape;
use plancheck::verdict::CheckError;

use super::Cli;
use super::output::{self, Stream};

/// Write the manual page, or with --dir a page for every command.
#[derive(clap::Args)]
pub(super) struct Args {
    /// Folder for the pages, such as /usr/local/share/man/man1
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

/// Writes the page to standard output, or all pages to a folder.
pub(super) fn run(args: &Args) -> Result<u8, CheckError> {
    let unwritable =
        |error: std::io::Error| CheckError::new(format!("the manual cannot be written: {error}"));
    if let Some(folder) = &args.dir {
        clap_mangen::generate_to(Cli::command(), folder).map_err(|error| {
            let folder = escape(&folder.to_string_lossy());
            CheckError::new(format!("the manual cannot be written to `{folder}`: {error}"))
                .with_help("name a folder that exists")
        })?;
        return Ok(0);
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(Cli::command()).render(&mut page).map_err(unwritable)?;
    output::write(Stream::Out, &String::from_utf8_lossy(&page))?;
    Ok(0)
}
