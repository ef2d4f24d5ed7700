//! Table tests of governance: plans, and what each of them should come to. A platform team keeps them beside its envelopes, so that a
//! change of an envelope shows what it changes.
//!
//! Here is what a table says and whether a report is as it says. Reading files belongs to `cli`.

use std::collections::{BTreeMap, BTreeSet};

use remit_governance::invalid::nearest;
use remit_governance::scope::Account;
use remit_governance::time::{Timestamp, parse_instant};
use serde::Deserialize;

use crate::finding::Effect;
use crate::report::{Given, Report};
use crate::rules::RULES;
use crate::text::escape;
use crate::verdict::{CheckError, Verdict};

/// A table as it is written, checked.
#[derive(Debug)]
pub struct Table {
    /// Path of the governance lock, relative to the table.
    pub governance: String,
    /// The cases, in order; at least one.
    pub cases: Vec<Case>,
}

/// A plan and what it should come to.
#[derive(Debug)]
pub struct Case {
    /// What it shows.
    pub name: String,
    /// Path of the plan, relative to the table.
    pub plan: String,
    /// What `check` would be given.
    pub given: Given,
    expected: Expected,
}

#[derive(Debug)]
struct Expected {
    verdict: Verdict,
    /// The rules that deny or ask, if the case names them.
    rules: Option<BTreeSet<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    governance: String,
    now: String,
    workspace: Option<String>,
    account: Option<String>,
    #[serde(default, rename = "case")]
    cases: Vec<Written>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    plan: String,
    verdict: String,
    rules: Option<BTreeSet<String>>,
    now: Option<String>,
    workspace: Option<String>,
    account: Option<String>,
}

impl Table {
    /// Reads a table; `name` is its path. Without a case it would show nothing, which is an error.
    pub fn read(name: &str, text: &str) -> Result<Self, CheckError> {
        let wrong = |why: String| {
            CheckError::new(format!("`{}` is no table of tests: {why}", escape(name))).with_help(
                "a table has `governance`, `now`, and a `[[case]]` with `name`, `plan` and `verdict` for every plan",
            )
        };
        let file: File = toml::from_str(text).map_err(|error| wrong(escape(error.message())))?;
        if file.cases.is_empty() {
            return Err(wrong("it has no case".to_owned()));
        }
        let shared = Shared { now: file.now, workspace: file.workspace, account: file.account };
        let cases = file.cases.into_iter().map(|written| {
            let what = escape(&written.name);
            written.checked(&shared).map_err(|why| wrong(format!("case `{what}`: {why}")))
        });
        Ok(Self { governance: file.governance, cases: cases.collect::<Result<_, _>>()? })
    }
}

/// What holds for every case that does not say otherwise.
struct Shared {
    now: String,
    workspace: Option<String>,
    account: Option<String>,
}

impl Written {
    fn checked(self, shared: &Shared) -> Result<Case, String> {
        let now: Timestamp = parse_instant(self.now.as_deref().unwrap_or(&shared.now))?;
        let account = self.account.as_ref().or(shared.account.as_ref());
        let account =
            account.map(|text| Account::parse(text).map(|account| account.to_string())).transpose()?;
        let workspace = self.workspace.or_else(|| shared.workspace.clone());
        let verdict = verdict(&self.verdict)?;
        for rule in self.rules.iter().flatten() {
            known(rule)?;
        }
        let given = Given { workspace, account, now };
        Ok(Case {
            name: self.name,
            plan: self.plan,
            given,
            expected: Expected { verdict, rules: self.rules },
        })
    }
}

fn verdict(text: &str) -> Result<Verdict, String> {
    let found = Verdict::ALL.into_iter().find(|verdict| verdict.id() == text || verdict.words() == text);
    found.ok_or_else(|| {
        let ids = Verdict::ALL.map(Verdict::id).join("`, `");
        format!("`{}` is no verdict; there are `{ids}`", escape(text))
    })
}

fn known(rule: &str) -> Result<(), String> {
    if RULES.iter().any(|known| known.id == rule) {
        return Ok(());
    }
    let near = nearest(rule, RULES.iter().map(|rule| rule.id));
    let near = near.map_or(String::new(), |near| format!(", did you mean `{near}`?"));
    Err(format!("there is no rule `{}`{near}", escape(rule)))
}

impl Case {
    /// How the report is not as expected, in words; empty when it is.
    pub fn faults(&self, report: &Report) -> Vec<String> {
        let mut faults = Vec::new();
        let (expected, found) = (self.expected.verdict, report.verdict());
        let deciding = deciding(report);
        if expected != found {
            let rules: Vec<&str> = deciding.keys().copied().collect();
            let by = if rules.is_empty() { String::new() } else { format!(" by {}", rules.join(", ")) };
            faults.push(format!("expected `{}`, found `{}`{by}", expected.words(), found.words()));
        }
        let Some(rules) = &self.expected.rules else { return faults };
        for rule in rules.iter().filter(|rule| !deciding.contains_key(rule.as_str())) {
            faults.push(format!("expected a finding of `{rule}`, found none that counts"));
        }
        for (rule, message) in deciding.iter().filter(|(rule, _)| !rules.contains(**rule)) {
            faults.push(format!("expected no finding of `{rule}`, found: {message}"));
        }
        faults
    }
}

/// The rules whose findings deny or ask, each with the first of its messages.
fn deciding(report: &Report) -> BTreeMap<&str, &str> {
    let mut rules = BTreeMap::new();
    for finding in report.findings.as_slice().iter().filter(|finding| finding.counts_as() != Effect::Note) {
        rules.entry(finding.rule).or_insert(finding.message.as_str());
    }
    rules
}

#[cfg(test)]
mod tests {
    use super::Table;

    const HEAD: &str = "governance = \"g.json\"\nnow = \"2026-12-01T09:00:00Z\"\n";

    #[test]
    fn a_table_without_cases_or_with_words_nobody_knows_is_refused() {
        let case = |more: &str| format!("{HEAD}[[case]]\nname = \"n\"\nplan = \"p\"\n{more}\n");
        assert!(Table::read("t", &case("verdict = \"denied\"\nrules = [\"scale-unbounded\"]")).is_ok());
        assert!(
            Table::read("t", &case("verdict = \"consent required\"\naccount = \"aws:123456789012\"")).is_ok()
        );
        for (text, said) in [
            (HEAD.to_owned(), "no case"),
            (case("verdict = \"fine\""), "no verdict"),
            (case("verdict = \"denied\"\nrules = [\"scale-unbound\"]"), "did you mean `scale-unbounded`"),
            (case("verdict = \"denied\"\nnow = \"noon\""), "case `n`"),
            (case("verdict = \"denied\"\naccount = \"123\""), "names no cloud"),
            (case("verdict = \"denied\"\nrule = \"x\""), "unknown field"),
            (case(""), "verdict"),
        ] {
            let error = Table::read("t", &text).expect_err(said);
            assert!(error.message.contains(said), "{said}: {error}");
        }
    }
}
