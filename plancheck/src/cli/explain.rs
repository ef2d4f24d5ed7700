//! `plancheck explain`: the documentation of the rules.

use plancheck::accepted;
use plancheck::render::{human, reference};
use plancheck::rules::RULES;
use plancheck::text::escape;
use plancheck::verdict::CheckError;
use remit_governance::invalid::nearest;

use super::output::{self, Stream};

/// Say what a rule checks, why, and what to do about it; without a rule, list all.
#[derive(clap::Args)]
pub(super) struct Args {
    /// Id of a rule, as it stands in brackets in a report
    rule: Option<String>,
}

/// Writes a rule's documentation, or the list of rules.
pub(super) fn run(args: &Args, color: human::Color) -> Result<u8, CheckError> {
    let text = match &args.rule {
        None => reference::list(),
        Some(id) => about(id).ok_or_else(|| unknown(id)).map(|text| human::markdown(&text, color))?,
    };
    output::write(Stream::Out, &text)?;
    Ok(0)
}

fn about(id: &str) -> Option<String> {
    let rule = RULES.iter().find(|rule| rule.id == id).map(reference::rule);
    let of_acceptance = || {
        let (id, text) = accepted::ABOUT.iter().find(|(known, _)| *known == id)?;
        Some(format!("# {id}\n\n{text}\n"))
    };
    rule.or_else(of_acceptance)
}

fn unknown(id: &str) -> CheckError {
    let ids = || RULES.iter().map(|rule| rule.id);
    let part = |known: &&str| id.len() >= 4 && known.contains(id);
    let help = match nearest(id, ids()).or_else(|| ids().find(part)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "run `plancheck explain` for the list".to_owned(),
    };
    CheckError::new(format!("there is no rule `{}`", escape(id))).with_help(help)
}
