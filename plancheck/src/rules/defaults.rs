//! What the rules about vendor defaults share: which decision is about which default under which envelope, and what there is to say of a
//! default.

use remit_catalog::{Applies, Concern, Risk, SubjectMatter, VendorDefault, When};
use remit_governance::default_override::Decision;
use remit_governance::limits::Limits;
use remit_governance::{DefaultOverride, Digest, Envelope, Posture};

use super::rule::{Context, Reads};
use crate::facts::{AskedDefaults, Relied, Resource, Said};
use crate::finding::{Finding, Place, Shown};
use crate::governed::Cover;
use crate::text::escape;

/// Which defaults the rules about them look for under these envelopes and decisions, none of which may be known yet. Decisions that describe
/// a default in place are left out where the attributes to keep had to be chosen before they were known.
pub(crate) fn asked(envelopes: Option<&[Envelope]>, overrides: Option<&[DefaultOverride]>) -> AskedDefaults {
    let Some(envelopes) = envelopes else {
        return AskedDefaults { from: Some(Risk::Low), ..AskedDefaults::default() };
    };
    let least = |envelope: &Envelope| match envelope.limits.defaults {
        Some(Posture::Deny | Posture::Consent) => Some(Risk::Medium),
        None => Some(Risk::High),
        Some(Posture::Allow) => envelope.limits.regions.is_some().then_some(Risk::High),
    };
    let mut asked =
        AskedDefaults { from: envelopes.iter().filter_map(least).min(), ..AskedDefaults::default() };
    for decided in overrides.into_iter().flatten() {
        use remit_governance::default_override::DefaultRef;
        match &decided.default {
            DefaultRef::Catalog(id) => asked.decided.push(id.clone()),
            DefaultRef::Described(one) => {
                asked.described.push((one.resource_type.clone(), one.attribute.clone()));
            }
            _ => {}
        }
    }
    asked
}

/// The defaults are asked for apart from what [`Reads`] names.
pub(super) const READS: Reads = Reads::NOTHING;

/// Every decision about a default, with the envelope whose quorum made it.
pub(super) struct Decisions<'a> {
    all: Vec<(String, Option<Digest>, &'a DefaultOverride)>,
    /// Digests of the envelopes, in their order; empty where there is no decision.
    digests: Vec<Digest>,
}

impl<'a> Decisions<'a> {
    pub(super) fn of(cx: &Context<'a>) -> Self {
        let all: Vec<_> =
            cx.declared.overrides.iter().map(|decided| (decided.name(), decided.envelope, decided)).collect();
        let digests =
            if all.is_empty() { Vec::new() } else { cx.envelopes.iter().map(Envelope::digest).collect() };
        Self { all, digests }
    }

    /// The decisions about a default that count under an envelope: its own, and those of the trust root. Of nothing, those of the trust root.
    /// What must be set stands before what is accepted, and what is due first before what is due later.
    pub(super) fn about(&self, name: &str, envelope: Option<usize>) -> Vec<&'a DefaultOverride> {
        let own = envelope.and_then(|index| self.digests.get(index));
        let counts = |(about, by, _): &&(String, Option<Digest>, &DefaultOverride)| {
            about == name && by.as_ref().is_none_or(|by| Some(by) == own)
        };
        let mut found: Vec<&DefaultOverride> = self.all.iter().filter(counts).map(|(.., one)| *one).collect();
        found.sort_by_key(|decided| (decided.decision != Decision::Override, decided.review.due));
        found
    }

    pub(super) fn all(&self) -> impl Iterator<Item = (&str, &'a DefaultOverride)> {
        self.all.iter().map(|(name, _, decided)| (name.as_str(), *decided))
    }

    /// What was found of the default that a decision is about, of the objects it is about.
    pub(super) fn objects(
        &self,
        cx: &Context<'a>,
        name: &str,
        decided: &DefaultOverride,
    ) -> impl Iterator<Item = Seen<'a>> {
        let by = decided.envelope.and_then(|digest| self.digests.iter().position(|own| *own == digest));
        let whole = decided.envelope.is_none();
        seen(cx).filter(move |(_, relied, cover)| {
            relied.question.name == name && (whole || cover.map(|cover| cover.envelope) == by)
        })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }
}

/// Whether a default is accepted by the first decision about it.
pub(super) fn accepted<'a>(decisions: &[&'a DefaultOverride]) -> Option<&'a DefaultOverride> {
    decisions.first().copied().filter(|decided| decided.decision == Decision::Accept)
}

/// Who made a decision, and until when it stands.
pub(super) fn decided_by(decided: &DefaultOverride) -> String {
    format!("`{}` decided so, until {}", escape(decided.owner.email.as_str()), decided.review.due)
}

/// An object, a default that matters to it, and the envelopes over it; `None` once where there is none.
pub(super) type Seen<'a> = (&'a Resource, &'a Relied, Option<&'a Cover>);

/// Everything that was found of the defaults that were asked for, once for each envelope over the object.
pub(super) fn seen<'a>(cx: &Context<'a>) -> impl Iterator<Item = Seen<'a>> {
    cx.resources().flat_map(|(resource, covers)| {
        resource.relied.iter().flat_map(move |relied| {
            let alone = covers.is_empty().then_some((resource, relied, None));
            covers.iter().map(move |cover| (resource, relied, Some(cover))).chain(alone)
        })
    })
}

/// How many objects an envelope covers that have to do with a default that was asked for.
pub(super) fn judged(cx: &Context<'_>) -> usize {
    let has = |resource: &Resource| remit_catalog::has_defaults(&resource.resource_type);
    cx.changes().filter(|(resource, covers)| !covers.is_empty() && has(resource)).count()
}

/// How many objects have to do with a default that somebody decided about.
pub(super) fn judged_decided(cx: &Context<'_>) -> usize {
    let decided = |resource: &Resource| resource.relied.iter().any(|relied| relied.question.decided);
    cx.resources().filter(|(resource, _)| decided(resource)).count()
}

/// Whether an envelope limits what a default is about.
pub(super) fn limits(limits: &Limits, row: &VendorDefault) -> bool {
    match row.subject_matter {
        SubjectMatter::Cost => limits.cost.is_some(),
        SubjectMatter::Scale => limits.capacity.marks().next().is_some(),
        SubjectMatter::Residency => limits.regions.is_some(),
        SubjectMatter::SecurityPerimeter => limits.public != Posture::Allow,
        SubjectMatter::Logging => limits.logging != Posture::Allow,
        SubjectMatter::Retention => limits.deletion != Posture::Allow,
        SubjectMatter::Identity => limits.privileges != Posture::Allow,
        SubjectMatter::ModelIntegrity => {
            limits.integrations.kinds().into_iter().any(|(_, choice)| choice.is_some())
        }
    }
}

/// Whether another rule judges the attribute of a default under these limits, and so tells it better.
pub(super) fn told_elsewhere(resource: &Resource, row: &VendorDefault, limits: &Limits) -> bool {
    let kind = &*resource.resource_type;
    let counts = || {
        let units = remit_catalog::capacity(kind)
            .filter(|capacity| capacity.paths().iter().any(|path| path.as_str() == row.attribute_path));
        let limited = |unit: &remit_catalog::Unit| {
            limits.capacity.marks().any(|(own, _)| crate::governed::catalog_unit(own) == *unit)
        };
        units.is_some_and(|capacity| capacity.units().iter().any(limited))
    };
    let opens = || {
        let signs = remit_catalog::watch(kind).into_iter().flat_map(|watch| &watch.signs);
        let mut open = signs.filter(|sign| sign.concern == Concern::Perimeter);
        open.any(|sign| {
            matches!(sign.when, When::Holds(_))
                && sign.paths().iter().any(|path| path.as_str() == row.attribute_path)
        })
    };
    counts() || (limits.public != Posture::Allow && opens())
}

/// What is to be known of a default, most important first.
pub(super) fn told_of(row: &VendorDefault) -> [String; 3] {
    let regulations = match row.regulations.as_slice() {
        [] => "no regulation is known to ask about it".to_owned(),
        [only] => format!("{only} asks about it"),
        several => format!("{} ask about it", several.join(", ")),
    };
    [
        format!("in force then: {}; what you carry: {}", in_force(row), row.exposes),
        format!("it optimizes for {}, to the benefit of: {}", row.optimizes_for, row.benefits),
        regulations,
    ]
}

/// The value in force where nothing is said, in words.
pub(super) fn in_force(row: &VendorDefault) -> String {
    match serde_json::from_str(row.vendor_default.get()) {
        Ok(serde_json::Value::Null) | Err(_) => "nothing".to_owned(),
        Ok(serde_json::Value::String(text)) => text,
        Ok(other) => format!("`{other}`"),
    }
}

/// What would be governed, and how to write a decision down.
pub(super) fn instead(row: &VendorDefault) -> String {
    format!(
        "govern it ({}), or write a decision down with `plancheck defaults scaffold --default {}`",
        row.rule, row.id
    )
}

/// What an object does with a default, as a clause that goes on after its name.
pub(super) fn relies(row: Option<&VendorDefault>, name: &str, attribute: &str, many: bool) -> String {
    let by_value = row
        .and_then(|row| row.when.as_ref())
        .is_some_and(|when| matches!(when, Applies::StartsWith(_) | Applies::OneOf(_) | Applies::Present));
    let (name, attribute) = (escape(name), escape(attribute));
    match (by_value, many) {
        (true, false) => format!("takes what the vendor offers as `{name}` in `{attribute}`"),
        (true, true) => format!("take what the vendor offers as `{name}` in `{attribute}`"),
        (false, false) => format!("relies on the vendor default `{name}` of `{attribute}`"),
        (false, true) => format!("rely on the vendor default `{name}` of `{attribute}`"),
    }
}

/// Where it is.
pub(super) fn place(resource: &Resource, relied: &Relied) -> Place {
    let said = match &relied.said {
        Said::Nothing => Shown::Absent,
        Said::Texts(texts) => Shown::Text(texts.join(", ")),
        Said::Unknown => Shown::Unknown,
        Said::Secret => Shown::Sensitive,
    };
    Place::new(&*resource.address, resource.action).attribute(&relied.question.attribute, None, Some(said))
}

/// The finding with the name of its envelope, where it has one.
pub(super) fn of(finding: Finding, envelope: Option<&Envelope>) -> Finding {
    match envelope {
        Some(envelope) => finding.of(envelope.name.clone()),
        None => finding,
    }
}
