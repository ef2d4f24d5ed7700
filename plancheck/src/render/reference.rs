//! The rule reference: what `plancheck explain` shows, and the committed `RULES.md`.

use std::fmt::Write as _;

use crate::finding::Effect;
use crate::rules::{RULES, Rule};
use crate::verdict::Verdict;

/// All rules with their summaries, one line each.
pub fn list() -> String {
    let width = RULES.iter().map(|rule| rule.id.len()).max().unwrap_or_default();
    let mut text = String::new();
    for rule in RULES {
        // Writing to a String cannot fail, here and below.
        let _ = writeln!(text, "{:width$}  {}", rule.id, rule.summary);
    }
    text
}

/// One rule, as Markdown.
pub fn rule(rule: &Rule) -> String {
    let mut text = format!(
        "# {}\n\n{}.\n\n{}\n\n## Verdicts\n",
        rule.id,
        capital(rule.summary),
        rule.explain.trim_end()
    );
    for (case, effect) in rule.verdicts {
        let _ = writeln!(text, "- {case}: {}", words(*effect));
    }
    text
}

/// `RULES.md`, which a test compares with the file.
pub fn page() -> String {
    let mut text = String::from(
        "# Rules\n\nWhat plancheck judges, and what follows. Generated from the rules; `plancheck explain RULE` shows the same.\n\n\
         | rule | dimension | when | verdict |\n| --- | --- | --- | --- |\n",
    );
    for rule in RULES {
        for (case, effect) in rule.verdicts {
            let case = case.replace('|', "\\|");
            let _ = writeln!(
                text,
                "| [`{0}`](#{0}) | {1} | {case} | {2} |",
                rule.id,
                rule.dimension,
                words(*effect)
            );
        }
    }
    for rule in RULES {
        let explain = rule.explain.trim_end().replace("\n## ", "\n### ");
        let explain = explain.strip_prefix("## ").map_or(explain.clone(), |rest| format!("### {rest}"));
        let _ = write!(text, "\n## {}\n\n{}.\n\n{explain}\n", rule.id, capital(rule.summary));
    }
    text
}

fn words(effect: Effect) -> &'static str {
    match effect {
        Effect::Note => "note",
        other => Verdict::from(other).words(),
    }
}

pub(super) fn capital(sentence: &str) -> String {
    let mut characters = sentence.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}
