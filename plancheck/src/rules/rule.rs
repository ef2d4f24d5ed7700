//! What a rule is, what it sees, and the phrases that several rules share.

use std::collections::BTreeMap;
use std::rc::Rc;

use remit_catalog::{Concern, Role};
use remit_governance::decimal;
use remit_governance::time::{Date, Timestamp};
use remit_governance::{Decimal, Dimension, Envelope, Posture, Unit};

use crate::declared::Declared;
use crate::facts::{Asked, Facts, Resource};
use crate::finding::{Effect, Finding, Place, Shown};
use crate::governed::{BeyondCovers, Cover, Footprint};
use crate::past::Past;
use crate::plan::Action;
use crate::text::escape;

/// A rule: what it is called, what it says of itself, and how it judges.
pub struct Rule {
    /// Kebab-case; states the problem.
    pub id: &'static str,
    /// What it is about.
    pub dimension: Dimension,
    /// The strictest effect its findings can have.
    pub severity: Effect,
    /// One sentence, in lower case, without a full stop.
    pub summary: &'static str,
    /// Markdown with the sections that `plancheck explain` and the rule reference show.
    pub explain: &'static str,
    /// When which verdict follows, for the table of the rule reference.
    pub verdicts: &'static [(&'static str, Effect)],
    /// What it looks at besides what every check reads.
    pub reads: Reads,
    /// How many objects were its business.
    pub judged: fn(&Context<'_>) -> usize,
    /// Judges.
    pub check: fn(&Context<'_>) -> Vec<Finding>,
}

/// What a rule looks at besides what every check reads, and when. What no rule looks at is never kept of a plan.
pub struct Reads {
    /// Settings in these roles.
    pub roles: &'static [Role],
    /// Tags of everything.
    pub tags: bool,
    /// Signs about these.
    pub concerns: &'static [Concern],
    /// Whether the rule looks at them under this envelope.
    pub under: fn(&Envelope) -> bool,
}

impl Reads {
    /// Nothing more.
    pub const NOTHING: Self = Self { roles: &[], tags: false, concerns: &[], under: |_| false };

    /// Settings in these roles.
    pub const fn roles(roles: &'static [Role], under: fn(&Envelope) -> bool) -> Self {
        Self { roles, tags: false, concerns: &[], under }
    }

    /// Signs about these.
    pub const fn signs(concerns: &'static [Concern], under: fn(&Envelope) -> bool) -> Self {
        Self { roles: &[], tags: false, concerns, under }
    }
}

/// What follows from the type of a machine, where something it is made of is limited.
pub(super) const MACHINES: Reads = Reads::roles(&[Role::InstanceType, Role::Size], |envelope| {
    let limits = |unit: &Unit| envelope.limits.capacity.mark(*unit).is_some();
    let grows = envelope.limits.growth.as_ref().is_some_and(crate::governed::is_percent);
    grows || [Unit::Vcpus, Unit::Gpus, Unit::MemoryGb].iter().any(limits)
});

/// What the rules have to know of a plan under these envelopes; `None` where they are not known yet, and then all of it. Scopes can
/// select by tags whatever the rules do.
pub(crate) fn asked(rules: &[Rule], envelopes: Option<&[Envelope]>) -> Asked {
    let any = |holds: &dyn Fn(&Envelope) -> bool| envelopes.is_none_or(|all| all.iter().any(holds));
    let mut asked = Asked { tags: any(&|envelope| !envelope.scope.tags.is_empty()), ..Asked::default() };
    for reads in rules.iter().map(|rule| &rule.reads).filter(|reads| any(&|envelope| (reads.under)(envelope)))
    {
        asked.tags |= reads.tags;
        asked.taggable |= reads.tags;
        asked.roles.extend(reads.roles);
        asked.concerns.extend(reads.concerns);
    }
    asked.tag_keys = envelopes.map(|all| all.iter().flat_map(tag_keys).cloned().collect());
    asked
}

/// The keys of tags that an envelope says anything about: its scope, and what it requires.
fn tag_keys(envelope: &Envelope) -> impl Iterator<Item = &String> {
    envelope.scope.tags.keys().chain(&envelope.limits.required_tags)
}

/// Everything a rule sees: facts and governance, never plan JSON, never a clock.
pub struct Context<'a> {
    /// Facts of the plan.
    pub facts: &'a Facts,
    /// Envelopes in force.
    pub envelopes: &'a [Envelope],
    /// For each object, the envelopes over it.
    pub covers: &'a [Rc<[Cover]>],
    /// Footprints of all limited units, in order of envelope and unit.
    pub footprints: &'a [Footprint],
    /// The envelopes over what is not in the list of changes.
    pub beyond: &'a BeyondCovers,
    /// Everything declared that is in force.
    pub declared: &'a Declared,
    /// Earlier decisions about the same workspace and account; absent where no log is given.
    pub past: Option<&'a Past>,
    /// Whether whoever proposes the change says why.
    pub rationale: bool,
    /// The instant by which freezes are judged.
    pub now: Timestamp,
    /// The day that expiry is judged by, in UTC.
    pub today: Date,
}

impl<'a> Context<'a> {
    /// Objects with what covers them.
    pub(super) fn resources(&self) -> impl Iterator<Item = (&'a Resource, &'a [Cover])> {
        self.facts.resources.iter().zip(self.covers.iter().map(|covers| &**covers))
    }

    /// Objects that would change, with what covers them.
    pub(super) fn changes(&self) -> impl Iterator<Item = (&'a Resource, &'a [Cover])> {
        self.resources().filter(|(resource, _)| !matches!(resource.action, Action::NoOp | Action::Read))
    }

    pub(super) fn resource(&self, index: usize) -> Option<&'a Resource> {
        self.facts.resources.get(index)
    }

    pub(super) fn covers_of(&self, index: usize) -> &'a [Cover] {
        self.covers.get(index).map(|covers| &**covers).unwrap_or_default()
    }

    pub(super) fn envelope(&self, index: usize) -> Option<&'a Envelope> {
        self.envelopes.get(index)
    }

    /// Where a unit is limited in several envelopes over the same objects: how much the others have left.
    pub(super) fn slack_elsewhere(&self, footprint: &Footprint, members: &[usize]) -> Vec<String> {
        let shared = |other: &&Footprint| {
            other.unit == footprint.unit
                && other.envelope != footprint.envelope
                && members
                    .iter()
                    .any(|index| self.covers_of(*index).iter().any(|cover| cover.envelope == other.envelope))
        };
        let others = self.footprints.iter().filter(shared).filter(|other| !other.secret);
        others
            .filter_map(|other| {
                let envelope = self.envelope(other.envelope)?;
                let remit_governance::limits::Bound::At(ceiling) =
                    envelope.limits.capacity.mark(other.unit)?.ceiling()
                else {
                    return None;
                };
                let left = ceiling.saturating_sub(other.after);
                let name = escape(&envelope.name);
                Some(if left.is_sign_negative() {
                    format!("envelope `{name}` is exceeded as well, by {}", decimal::text(-left))
                } else {
                    format!("envelope `{name}` would have {} {} left", decimal::text(left), other.unit)
                })
            })
            .collect()
    }
}

/// `envelope `x` (owner mina@example.com)`.
pub(super) fn named(envelope: &Envelope) -> String {
    format!("envelope `{}` (owner `{}`)", escape(&envelope.name), escape(envelope.owner.email.as_str()))
}

/// Who must agree in a dimension, in words.
pub(super) fn quorum(envelope: &Envelope, dimension: Dimension) -> String {
    envelope.consent.quorum_for(&[dimension]).to_string()
}

/// The finding as one of this envelope, whose quorum can open it.
pub(super) fn consent_of(mut finding: Finding, envelope: &Envelope, ask: String) -> Finding {
    finding.envelope = Some(envelope.name.clone());
    if finding.effect == Effect::Consent {
        finding.quorum = Some(ask);
    }
    finding
}

/// A finding as the posture of an envelope has it: a limit with its name in the declaration. `None` where it allows. `instead` is what the
/// reader can do without anybody.
pub(super) fn under_posture(
    rule: &Rule,
    envelope: &Envelope,
    (limit, posture): (&str, Posture),
    message: String,
    instead: &str,
) -> Option<Finding> {
    let ask = quorum(envelope, rule.dimension);
    let (effect, help) = match posture {
        Posture::Allow => return None,
        Posture::Consent => (Effect::Consent, format!("{instead}, or get consent of {ask}")),
        Posture::Deny => (Effect::Deny, format!("{instead}, or change the envelope first (needs {ask})")),
    };
    let finding = Finding::new(rule.id, effect, message)
        .because(format!("{} has `{limit} = \"{posture}\"`", named(envelope)))
        .limit(format!("limits.{limit}"), posture.as_str())
        .help(help);
    Some(consent_of(finding, envelope, ask))
}

/// A number with the right form of what is counted.
pub(super) fn counted(count: usize, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
}

/// The finding, saying so where its objects count as governed only because a selector could not be told.
pub(super) fn with_doubt(finding: Finding, covers: &[&Cover]) -> Finding {
    match doubt(covers) {
        Some(why) => finding.because(why).untold(),
        None => finding,
    }
}

fn doubt(covers: &[&Cover]) -> Option<String> {
    let mut untold: Vec<&str> = covers.iter().flat_map(|cover| cover.untold.iter().copied()).collect();
    untold.sort_unstable();
    untold.dedup();
    (!untold.is_empty())
        .then(|| format!("counted as inside: the plan does not tell its {}", untold.join(", ")))
}

/// One object by name, or how many there are.
pub(super) fn subject(places: &[Place]) -> String {
    match places {
        [only] => format!("`{}`", escape(&only.address)),
        _ => format!("{} resources", places.len()),
    }
}

/// Where a resource is, with the attribute that decides and its value after the change.
pub(super) fn place(resource: &Resource, attribute: Option<&str>, after: Option<Shown>) -> Place {
    let place = Place::new(&*resource.address, resource.action);
    match attribute {
        Some(name) => place.attribute(name, None, after),
        None => place,
    }
}

/// A number for people, unless the plan marks it sensitive.
pub(super) fn amount(value: Decimal, secret: bool) -> String {
    if secret { "(sensitive)".to_owned() } else { decimal::text(value) }
}

/// A unit in a sentence.
pub(super) fn unit_words(unit: Unit) -> &'static str {
    match unit {
        Unit::MemoryGb => "GB of memory",
        Unit::ModelUnits => "model units",
        Unit::Concurrency => "concurrent executions",
        other => other.as_str(),
    }
}

/// Things grouped under equal keys, in the order of the keys.
pub(super) fn grouped<K: Ord, V>(items: impl IntoIterator<Item = (K, V)>) -> BTreeMap<K, Vec<V>> {
    let mut groups: BTreeMap<K, Vec<V>> = BTreeMap::new();
    for (key, item) in items {
        groups.entry(key).or_default().push(item);
    }
    groups
}
