//! The one value for "something to tell somebody", and the one place that orders such values and joins equal ones.
//!
//! Rules make findings; renderers only show them. What a finding comes to for the whole plan is in [`crate::verdict`].

mod diff;
mod place;

use std::cmp::Reverse;

use remit_governance::time::Date;

pub use diff::{DiffLine, Side};
pub use place::{Place, Shown, SourceLocation};

/// What a finding does to the verdict. Ordered, mildest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// Told and nothing more: notify marks, exceptions in use, an excess that was there before this change.
    Note,
    /// Only with approval.
    Consent,
    /// Never, not even with approval.
    Deny,
}

impl Effect {
    /// All of them, gravest first.
    pub const ALL: [Self; 3] = [Self::Deny, Self::Consent, Self::Note];

    /// For programs.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Deny => "deny",
            Self::Consent => "consent",
            Self::Note => "note",
        }
    }
}

/// Whether a finding rests on a known value. Ordered: what is known is shown first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Certainty {
    /// The value is known.
    Known,
    /// The value, or whether an envelope governs it, cannot be told from the plan.
    CannotTell,
}

/// The limit that a finding is about, so that no program has to take it out of a sentence.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Limit {
    /// As it is written in the envelope: `limits.capacity.instances.ceiling`.
    pub name: String,
    /// Its value as declared, not escaped; several are separated by commas.
    pub value: String,
    /// By how much the change goes beyond it, with the unit; `None` where that is no number, cannot be told, or must not be shown.
    pub excess: Option<String>,
}

/// Why a finding does not count: somebody accepted it beforehand, for a time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Acceptance {
    /// Who answers for it, not escaped.
    pub owner: String,
    /// Why it is accepted, not escaped.
    pub reason: String,
    /// The last day on which it is.
    pub expires: Date,
}

/// Something to tell somebody.
///
/// Texts follow the style of all messages: one sentence, lower case, no full stop, input in backticks and escaped by
/// [`crate::text::escape`]. Sensitive values never enter. A message that names no address lets equal findings at many addresses be one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Id of the rule.
    pub rule: &'static str,
    /// What it does to the verdict.
    pub effect: Effect,
    /// Whether it rests on a known value.
    pub certainty: Certainty,
    /// Where; empty for what concerns the plan or an envelope as a whole.
    pub places: Vec<Place>,
    /// What would happen.
    pub message: String,
    /// Why that matters, most important first: the deciding declaration with both values and its owner, how much room other envelopes
    /// leave, or why a value is unknown.
    pub why: Vec<String>,
    /// Name of the envelope that decides, not escaped.
    pub envelope: Option<String>,
    /// Email address of who answers for that envelope, not escaped. Rules leave it out: the library knows it from the envelope.
    pub owner: Option<String>,
    /// The limit that decides.
    pub limit: Option<Limit>,
    /// How much room the other envelopes over the same objects leave, each in words.
    pub slack: Vec<String>,
    /// The smallest change that passes, as a condition on the one object that has to change: `instances <= 17`.
    pub passes: Option<String>,
    /// Who has to agree, in words.
    pub quorum: Option<String>,
    /// What the reader can do now: the smallest change that passes, or who can authorize.
    pub help: Option<String>,
    /// Set where somebody accepted the finding; it is told and does not count. Rules leave it out.
    pub accepted: Option<Acceptance>,
}

impl Finding {
    /// A finding about the plan as a whole that rests on known values.
    pub fn new(rule: &'static str, effect: Effect, message: impl Into<String>) -> Self {
        Self {
            rule,
            effect,
            certainty: Certainty::Known,
            places: Vec::new(),
            message: message.into(),
            why: Vec::new(),
            envelope: None,
            owner: None,
            limit: None,
            slack: Vec::new(),
            passes: None,
            quorum: None,
            help: None,
            accepted: None,
        }
    }

    /// The same finding with its places.
    #[must_use]
    pub fn at(mut self, places: Vec<Place>) -> Self {
        self.places = places;
        self
    }

    /// The same finding, resting on something that cannot be told.
    #[must_use]
    pub fn untold(mut self) -> Self {
        self.certainty = Certainty::CannotTell;
        self
    }

    /// The same finding with one more reason, after those it has.
    #[must_use]
    pub fn because(mut self, why: impl Into<String>) -> Self {
        self.why.push(why.into());
        self
    }

    /// The same finding with something to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same finding, decided by this envelope.
    #[must_use]
    pub fn of(mut self, envelope: impl Into<String>) -> Self {
        self.envelope = Some(envelope.into());
        self
    }

    /// The same finding, decided by this limit: its name as in [`Limit::name`], and its value.
    #[must_use]
    pub fn limit(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.limit = Some(Limit { name: name.into(), value: value.into(), excess: None });
        self
    }

    /// The same finding, beyond the limit given before by so much.
    #[must_use]
    pub fn beyond_by(mut self, excess: impl Into<String>) -> Self {
        if let Some(limit) = &mut self.limit {
            limit.excess = Some(excess.into());
        }
        self
    }

    /// The same finding with what other envelopes leave.
    #[must_use]
    pub fn slack(mut self, slack: Vec<String>) -> Self {
        self.slack = slack;
        self
    }

    /// The same finding with the smallest change that passes, as in [`Finding::passes`].
    #[must_use]
    pub fn passes(mut self, condition: impl Into<String>) -> Self {
        self.passes = Some(condition.into());
        self
    }

    /// The same finding, asking these people.
    #[must_use]
    pub fn quorum(mut self, quorum: impl Into<String>) -> Self {
        self.quorum = Some(quorum.into());
        self
    }

    /// What it does to the verdict: an accepted finding is told and nothing more.
    pub fn counts_as(&self) -> Effect {
        if self.accepted.is_some() { Effect::Note } else { self.effect }
    }

    /// Where it stands among the others.
    fn class(&self) -> impl Ord + use<> {
        (Reverse(self.counts_as()), self.accepted.is_some(), self.certainty, Reverse(self.effect), self.rule)
    }

    /// Everything but the places, in the order in which findings are shown.
    fn rank(&self) -> impl Ord + '_ {
        let texts = (&self.message, &self.why, &self.slack, &self.help, &self.passes);
        let whose = (&self.envelope, &self.owner, &self.quorum, &self.limit, &self.accepted);
        (self.class(), texts, whose)
    }
}

/// Findings in their final order, equal ones joined.
///
/// INVARIANT: denied, consent required, cannot tell, notes, accepted; within each by rule, then by first address, then by text. Two findings differ in
/// more than their places. Places are sorted and each stands once. No value looks like a secret.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings(Vec<Finding>);

impl Findings {
    /// Orders and joins what the rules found, whatever order they ran in.
    pub fn new(mut found: Vec<Finding>) -> Self {
        let mut like = None;
        for place in found.iter_mut().flat_map(|finding| &mut finding.places) {
            place.guard(&mut like);
        }
        found.sort_by(|a, b| a.rank().cmp(&b.rank()));
        let mut joined: Vec<Finding> = Vec::with_capacity(found.len());
        for finding in found {
            match joined.last_mut() {
                Some(last) if last.rank() == finding.rank() => last.places.extend(finding.places),
                _ => joined.push(finding),
            }
        }
        for finding in &mut joined {
            finding.places.sort();
            finding.places.dedup();
        }
        // Stable: what is equal up to the first place keeps the order of its text.
        joined.sort_by(|a, b| order(a).cmp(&order(b)));
        Self(joined)
    }

    /// All of them, in order.
    pub fn as_slice(&self) -> &[Finding] {
        &self.0
    }

    /// How many count as this effect.
    pub fn count(&self, effect: Effect) -> usize {
        self.0.iter().filter(|finding| finding.counts_as() == effect).count()
    }
}

fn order(finding: &Finding) -> impl Ord + '_ {
    (finding.class(), finding.places.first())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Action;

    fn finding(
        effect: Effect,
        certainty: Certainty,
        rule: &'static str,
        address: &str,
        message: &str,
    ) -> Finding {
        let finding = Finding::new(rule, effect, message)
            .at(vec![Place::new(address, Action::Create)])
            .because("because");
        Finding { certainty, ..finding }
    }

    fn shape(findings: &Findings) -> Vec<(&str, Vec<&str>)> {
        findings
            .0
            .iter()
            .map(|f| (f.message.as_str(), f.places.iter().map(|place| place.address.as_str()).collect()))
            .collect()
    }

    #[test]
    fn equal_findings_become_one_with_all_addresses_once() {
        let at = |address| finding(Effect::Deny, Certainty::Known, "a-rule", address, "same");
        let findings = Findings::new(vec![at("z.z"), at("a.a"), at("z.z")]);
        assert_eq!(shape(&findings), [("same", vec!["a.a", "z.z"])]);
    }

    #[test]
    fn what_differs_in_its_why_stays_apart() {
        let mut other = finding(Effect::Deny, Certainty::Known, "a-rule", "b.b", "same");
        other.why = vec!["another reason".to_owned()];
        let findings =
            Findings::new(vec![finding(Effect::Deny, Certainty::Known, "a-rule", "a.a", "same"), other]);
        assert_eq!(findings.as_slice().len(), 2);
    }

    #[test]
    fn the_order_is_gravest_first_whatever_order_rules_ran_in() {
        let all = [
            finding(Effect::Note, Certainty::Known, "a-rule", "a.a", "note"),
            finding(Effect::Consent, Certainty::CannotTell, "a-rule", "a.a", "cannot tell"),
            finding(Effect::Consent, Certainty::Known, "b-rule", "a.a", "consent b"),
            finding(Effect::Consent, Certainty::Known, "a-rule", "z.z", "consent a, z"),
            finding(Effect::Consent, Certainty::Known, "a-rule", "b.b", "consent a, b"),
            finding(Effect::Deny, Certainty::CannotTell, "z-rule", "z.z", "denied"),
        ];
        let expected = ["denied", "consent a, b", "consent a, z", "consent b", "cannot tell", "note"];
        let mut reversed = all.to_vec();
        reversed.reverse();
        for order in [all.to_vec(), reversed] {
            let findings = Findings::new(order);
            let messages: Vec<&str> = findings.as_slice().iter().map(|f| f.message.as_str()).collect();
            assert_eq!(messages, expected);
        }
    }
}
