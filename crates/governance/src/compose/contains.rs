//! Whether one envelope lies within another, proven dimension by dimension. Scopes are not compared: a change that both
//! govern is held to both.

use crate::{
    consent::Quorum,
    decimal::{Decimal, text},
    dimension::{Dimension, Posture},
    envelope::Envelope,
    glob::Glob,
    invalid::{Invalid, Kind, Step, list},
    limits::{Bound, Choice, Cost, Growth, Mark, RegionException, Regions},
    region::Region,
    time::Duration,
};
use std::collections::BTreeSet;

/// Proves that the child is nowhere looser than the parent. A limit that the parent does not declare binds nobody; one that
/// it declares must be declared by the child too. Every fault names the dimension's attribute and both values; paths start
/// at the child.
pub fn contains(parent: &Envelope, child: &Envelope) -> Result<(), Vec<Invalid>> {
    let found = compare(format!("the parent `{}`", parent.name), parent, child);
    if found.is_empty() { Ok(()) } else { Err(found) }
}

/// Everything in limits and consent in which `child` is looser than `parent`, which messages call `outer`.
pub(super) fn compare(outer: String, parent: &Envelope, child: &Envelope) -> Vec<Invalid> {
    let mut proof = Proof { outer, found: Vec::new() };
    let (outer, inner) = (&parent.limits, &child.limits);
    proof.cost(outer.cost.as_ref(), inner.cost.as_ref());
    proof.regions(outer.regions.as_ref(), inner.regions.as_ref());
    for (unit, mark) in outer.capacity.marks() {
        let path = ["limits", "capacity", unit.as_str()];
        match inner.capacity.mark(unit) {
            Some(own) => proof.mark(&path, mark, own),
            None => proof.undeclared(&path),
        }
    }
    for ((kind, outer), (_, inner)) in outer.integrations.kinds().into_iter().zip(inner.integrations.kinds())
    {
        let own = ["limits", "integrations", kind];
        let paths =
            ChoicePaths { all: &own, allow: &own, authorize: &["limits", "integrations", "authorize", kind] };
        proof.choice(&paths, outer, inner);
    }
    proof.choice(&INSTANCE_TYPES, outer.instance_types.as_ref(), inner.instance_types.as_ref());
    proof.posture(&["limits", "perimeter", "public"], outer.public, inner.public);
    proof.posture(&["limits", "logging"], outer.logging, inner.logging);
    proof.posture(&["limits", "deletion"], outer.deletion, inner.deletion);
    proof.posture(&["limits", "privileges"], outer.privileges, inner.privileges);
    proof.posture(&["limits", "actions"], outer.actions, inner.actions);
    match (outer.defaults, inner.defaults) {
        (Some(outer), Some(inner)) => proof.posture(&["limits", "defaults"], outer, inner),
        (Some(Posture::Deny | Posture::Consent), None) => proof.undeclared(&["limits", "defaults"]),
        (Some(Posture::Allow) | None, _) => {}
    }
    let missing: Vec<&String> = outer.required_tags.difference(&inner.required_tags).collect();
    if !missing.is_empty() {
        let required = list(&inner.required_tags);
        proof.looser(&["limits", "tags", "required"], &required, &format!("also {}", list(missing)));
    }
    proof.growth(outer.growth.as_ref(), inner.growth.as_ref());
    proof.consent(parent, child);
    proof.found
}

/// Where the lists of a choice stand in the declaration.
struct ChoicePaths<'a> {
    all: &'a [&'a str],
    allow: &'a [&'a str],
    authorize: &'a [&'a str],
}

const INSTANCE_TYPES: ChoicePaths = ChoicePaths {
    all: &["limits", "instance_types"],
    allow: &["limits", "instance_types", "allow"],
    authorize: &["limits", "instance_types", "authorize"],
};

struct Proof {
    /// What the child is compared with, in a sentence.
    outer: String,
    found: Vec<Invalid>,
}

impl Proof {
    fn fault(&mut self, path: &[&str], message: String) {
        let steps = path.iter().map(|name| Step::Attribute((*name).to_owned())).collect();
        self.found.push(Invalid::new(Kind::Relation, steps, message));
    }

    fn looser(&mut self, path: &[&str], own: &str, outer: &str) {
        let name = path.last().copied().unwrap_or_default();
        self.fault(path, format!("`{name}` is {own}, and {} has {outer}", self.outer));
    }

    fn undeclared(&mut self, path: &[&str]) {
        let name = path.last().copied().unwrap_or_default();
        self.fault(path, format!("`{name}` is not declared, and {} limits it", self.outer));
    }

    fn cost(&mut self, outer: Option<&Cost>, inner: Option<&Cost>) {
        let Some(outer) = outer else { return };
        let Some(inner) = inner else { return self.undeclared(&["limits", "cost"]) };
        // Amounts in different money, or counted over different times, have no order.
        if outer.currency != inner.currency {
            let (own, parent) = (format!("`{}`", inner.currency), format!("`{}`", outer.currency));
            self.looser(
                &["limits", "cost", "currency"],
                &own,
                &format!("{parent}, so the two cannot be compared"),
            );
        } else if outer.period != inner.period {
            let (own, parent) = (format!("`{}`", inner.period), format!("`{}`", outer.period));
            self.looser(
                &["limits", "cost", "period"],
                &own,
                &format!("{parent}, so the two cannot be compared"),
            );
        } else {
            self.mark(&["limits", "cost"], &outer.mark, &inner.mark);
        }
    }

    fn mark(&mut self, path: &[&str], outer: &Mark, inner: &Mark) {
        let at = |name| [path, &[name]].concat();
        match (outer.ceiling(), inner.ceiling()) {
            (Bound::At(most), Bound::At(own)) if own > most => {
                self.looser(&at("ceiling"), &format!("`{}`", text(*own)), &format!("`{}`", text(*most)));
            }
            (Bound::At(most), Bound::Unlimited(_)) => {
                self.looser(&at("unlimited"), "given", &format!("a ceiling of `{}`", text(*most)));
            }
            (Bound::Unlimited(outer), Bound::Unlimited(own)) if own.expires > outer.expires => {
                self.looser(
                    &at("unlimited"),
                    &format!("granted until `{}`", own.expires),
                    &format!("it until `{}`", outer.expires),
                );
            }
            _ => {}
        }
        if let Some(most) = outer.authorize_above() {
            // Without a mark of its own, the child asks nobody up to its ceiling.
            let ceiling = if let Bound::At(ceiling) = inner.ceiling() { Some(*ceiling) } else { None };
            match inner.authorize_above().or(ceiling) {
                Some(own) if own <= most => {}
                Some(own) if inner.authorize_above().is_some() => {
                    self.looser(&at("authorize_above"), &quoted(own), &quoted(most));
                }
                _ => self.looser(&at("authorize_above"), "left out", &quoted(most)),
            }
        }
    }

    fn regions(&mut self, outer: Option<&Regions>, inner: Option<&Regions>) {
        let Some(outer) = outer else { return };
        let Some(inner) = inner else { return self.undeclared(&["limits", "regions"]) };
        self.subset("allow", &inner.allow, &[&outer.allow]);
        self.subset("authorize", &inner.authorize, &[&outer.allow, &outer.authorize]);
        let path = ["limits", "regions", "inference_geographies"];
        let further: Vec<_> = inner.inference_geographies.difference(&outer.inference_geographies).collect();
        if !further.is_empty() {
            self.looser(&path, &list(&inner.inference_geographies), &list(&outer.inference_geographies));
        }
        for own in &inner.exceptions {
            if !own.regions.iter().all(|region| excused(outer, own, region)) {
                // The order of a record is not that of the config, so the path ends at the list.
                let message = format!(
                    "the exception for `{}` in {} until `{}` is not one of {}, which has {}",
                    own.service,
                    list(&own.regions),
                    own.grounds.expires,
                    self.outer,
                    exceptions(&outer.exceptions),
                );
                self.fault(&["limits", "regions", "exceptions"], message);
            }
        }
    }

    fn subset(&mut self, name: &str, own: &BTreeSet<Region>, outer: &[&BTreeSet<Region>]) {
        let further =
            |region: &&Region| !outer.iter().any(|set| set.iter().any(|known| known.covers(region)));
        let further: Vec<&Region> = own.iter().filter(further).collect();
        if !further.is_empty() {
            let all: BTreeSet<&Region> = outer.iter().flat_map(|set| set.iter()).collect();
            self.fault(
                &["limits", "regions", name],
                format!("{} is not in {}, which has {}", list(further), self.outer, list(all)),
            );
        }
    }

    fn choice(&mut self, paths: &ChoicePaths, outer: Option<&Choice>, inner: Option<&Choice>) {
        let Some(outer) = outer else { return };
        let Some(inner) = inner else { return self.undeclared(paths.all) };
        if let Some(allowed) = &outer.allow {
            match &inner.allow {
                None => self.looser(paths.allow, "everything that is not denied", &list(allowed)),
                Some(own) => self.covered(paths.allow, own, &[allowed]),
            }
            self.covered(paths.authorize, &inner.authorize, &[allowed, &outer.authorize]);
        }
        for denied in &outer.deny {
            if reaches(inner, denied, &[&inner.deny]) {
                self.fault(paths.all, format!("`{denied}` is not denied, and {} denies it", self.outer));
            }
        }
        for asked in &outer.authorize {
            if reaches(inner, asked, &[&inner.deny, &inner.authorize]) {
                let message = format!("`{asked}` is open without asking, and {} asks", self.outer);
                self.fault(paths.authorize, message);
            }
        }
    }

    fn covered(&mut self, path: &[&str], own: &BTreeSet<Glob>, outer: &[&BTreeSet<Glob>]) {
        let further = |glob: &&Glob| !outer.iter().any(|set| set.iter().any(|known| known.covers(glob)));
        let further: Vec<&Glob> = own.iter().filter(further).collect();
        if !further.is_empty() {
            let all: BTreeSet<&Glob> = outer.iter().flat_map(|set| set.iter()).collect();
            self.fault(path, format!("{} is not in {}, which has {}", list(further), self.outer, list(all)));
        }
    }

    fn posture(&mut self, path: &[&str], outer: Posture, inner: Posture) {
        if inner > outer {
            self.looser(path, &format!("`{inner}`"), &format!("`{outer}`"));
        }
    }

    fn growth(&mut self, outer: Option<&Growth>, inner: Option<&Growth>) {
        let Some(outer) = outer else { return };
        let none = Growth::default();
        let inner = inner.unwrap_or(&none);
        for (name, outer, inner) in [
            ("cost_per_change", outer.cost_per_change, inner.cost_per_change),
            ("percent_per_change", outer.percent_per_change, inner.percent_per_change),
            ("resources_per_change", outer.resources_per_change, inner.resources_per_change),
            ("percent_per_window", outer.percent_per_window, inner.percent_per_window),
        ] {
            let Some(outer) = outer else { continue };
            if inner.is_none_or(|own| own > outer) {
                self.looser(
                    &["limits", "growth", name],
                    &inner.map_or("left out".to_owned(), quoted),
                    &quoted(outer),
                );
            }
        }
        for (name, outer, inner) in
            [("window", outer.window, inner.window), ("cool_down", outer.cool_down, inner.cool_down)]
        {
            let Some(outer) = outer else { continue };
            if inner.is_none_or(|own| own < outer) {
                let own = inner.map_or("left out".to_owned(), |own| format!("`{own}`"));
                self.looser(&["limits", "growth", name], &own, &format!("`{outer}`"));
            }
        }
    }

    fn consent(&mut self, parent: &Envelope, child: &Envelope) {
        let (outer, inner) = (&parent.consent, &child.consent);
        let weaker =
            |own: &Quorum, all: &Quorum| all.functions().any(|(function, count)| own.of(function) < count);
        if weaker(&inner.quorum, &outer.quorum) {
            self.looser(
                &["consent", "quorum"],
                &format!("`{}`", inner.quorum),
                &format!("`{}`", outer.quorum),
            );
        }
        for (_, dimension) in Dimension::WORDS {
            let (own, all) = (inner.quorum_for(&[*dimension]), outer.quorum_for(&[*dimension]));
            // What the quorum for everything lacks has been said already.
            if weaker(&own.joined(&outer.quorum), &all) {
                let own = format!("`{own}` for `{dimension}`");
                self.looser(&["consent", "by_dimension"], &own, &format!("`{all}`"));
            }
        }
        if inner.minimum_assurance < outer.minimum_assurance {
            let (own, all) = (inner.minimum_assurance, outer.minimum_assurance);
            self.looser(&["consent", "minimum_assurance"], &format!("`{own}`"), &format!("`{all}`"));
        }
        self.no_longer("expires_after", outer.expires_after, inner.expires_after);
        self.no_longer("execute_within", outer.execute_within, inner.execute_within);
        if outer.require_rationale && !inner.require_rationale {
            self.looser(&["consent", "require_rationale"], "`false`", "`true`");
        }
    }

    fn no_longer(&mut self, name: &str, outer: Duration, inner: Duration) {
        if inner > outer {
            self.looser(&["consent", name], &format!("`{inner}`"), &format!("`{outer}`"));
        }
    }
}

fn quoted(value: Decimal) -> String {
    format!("`{}`", text(value))
}

fn excused(outer: &Regions, own: &RegionException, region: &Region) -> bool {
    let named = |set: &BTreeSet<Region>| set.iter().any(|known| known.covers(region));
    let by_exception = |exception: &RegionException| {
        exception.service == own.service
            && named(&exception.regions)
            && own.grounds.expires <= exception.grounds.expires
    };
    named(&outer.allow) || outer.exceptions.iter().any(by_exception)
}

fn exceptions(all: &[RegionException]) -> String {
    let one = |e: &RegionException| {
        format!("`{}` in {} until `{}`", e.service, list(&e.regions), e.grounds.expires)
    };
    if all.is_empty() { "none".to_owned() } else { all.iter().map(one).collect::<Vec<_>>().join("; ") }
}

/// Whether the child could let through something under `pattern` that its own lists do not hold back. A guess on the safe
/// side: patterns that might overlap count as overlapping.
fn reaches(child: &Choice, pattern: &Glob, held_by: &[&BTreeSet<Glob>]) -> bool {
    if held_by.iter().any(|set| set.iter().any(|own| own.covers(pattern))) {
        return false;
    }
    let Some(allow) = &child.allow else { return true };
    // Something the child allows outright is no harm when all of it is held back more tightly by the child itself.
    let free = |own: &&Glob| !held_by.iter().any(|set| set.iter().any(|held| held.covers(own)));
    allow.iter().filter(free).any(|own| own.may_overlap(pattern))
        || child.authorize.iter().filter(free).any(|own| own.may_overlap(pattern))
}
