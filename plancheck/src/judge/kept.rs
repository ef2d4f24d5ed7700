//! What only the decision log keeps of a check: totals, and a digest over where agents can act.

use std::collections::BTreeSet;
use std::rc::Rc;

use remit_governance::limits::Bound;
use remit_governance::{Digest, Envelope};

use crate::consent::catalog_digest;
use crate::declared::Declared;
use crate::facts::Facts;
use crate::governed::{Cover, Footprint};
use crate::report::{Kept, TotalSeen};

pub(super) fn of(
    facts: &Facts,
    declared: &Declared,
    covers: &[Rc<[Cover]>],
    footprints: &[Footprint],
) -> Kept {
    let envelopes = declared.envelopes.as_slice();
    let total = |footprint: &Footprint| Some(total(envelopes.get(footprint.envelope)?, footprint));
    Kept {
        totals: footprints.iter().filter_map(total).collect(),
        surface: Some(surface(facts, envelopes, covers).to_string()),
        ..Kept::default()
    }
}

fn total(envelope: &Envelope, footprint: &Footprint) -> TotalSeen {
    let bounded = footprint.unbounded.is_empty() && footprint.unbounded_before.is_empty();
    let told = !footprint.secret && footprint.untold.is_empty();
    let ceiling = envelope.limits.capacity.mark(footprint.unit).and_then(|mark| match mark.ceiling() {
        Bound::At(ceiling) => Some(*ceiling),
        Bound::Unlimited(_) => None,
    });
    TotalSeen {
        envelope: envelope.name.clone(),
        unit: footprint.unit,
        before: Some(footprint.before).filter(|_| !footprint.secret && footprint.unbounded_before.is_empty()),
        after: Some(footprint.after).filter(|_| told && bounded),
        ceiling,
    }
}

/// A digest over the agents that are named, what they could scale, the envelopes over it and the catalog that says what scales. It
/// changes when what agents can reach changes, and not when a number does.
fn surface(facts: &Facts, envelopes: &[Envelope], covers: &[Rc<[Cover]>]) -> Digest {
    let mut lines = BTreeSet::new();
    for envelope in envelopes {
        lines.insert(format!("envelope {} {}", envelope.name, envelope.digest()));
    }
    for (resource, covers) in facts.resources.iter().zip(covers) {
        let scales = resource.capacity_before.counts() || resource.capacity_after.counts();
        for cover in covers.iter().filter(|_| scales) {
            let name =
                envelopes.get(cover.envelope).map(|envelope| envelope.name.as_str()).unwrap_or_default();
            lines.insert(format!("scales {} {} {name}", resource.address, resource.resource_type));
        }
    }
    lines.insert(format!("catalog {}", catalog_digest()));
    Digest::of(lines.into_iter().collect::<Vec<_>>().join("\n").as_bytes())
}
