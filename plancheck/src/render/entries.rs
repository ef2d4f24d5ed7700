//! Findings taken apart for formats that want one entry per object, each with a fingerprint that stays when amounts change.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use crate::finding::{Finding, Place};
use crate::report::Report;
use crate::text::hexadecimal;

/// More entries than this no consumer shows; the JSON report has all.
const MOST: usize = 5000;

/// A finding at one of its places.
pub(super) struct Entry<'a> {
    pub(super) finding: &'a Finding,
    /// `None` where the finding concerns the plan or an envelope as a whole.
    pub(super) place: Option<&'a Place>,
    /// Unique in the report, in hexadecimal.
    pub(super) fingerprint: String,
}

/// The first entries in the order of the report, and how many there are besides.
pub(super) fn entries(report: &Report) -> (Vec<Entry<'_>>, usize) {
    let findings = report.findings.as_slice();
    let all: usize = findings.iter().map(|finding| finding.places.len().max(1)).sum();
    let mut seen = BTreeMap::new();
    let each = findings.iter().flat_map(|finding| {
        let places: Vec<Option<&Place>> = match finding.places.as_slice() {
            [] => vec![None],
            places => places.iter().map(Some).collect(),
        };
        places.into_iter().map(move |place| (finding, place))
    });
    let entries: Vec<Entry<'_>> = each
        .take(MOST)
        .map(|(finding, place)| {
            let identity = identity(finding, place);
            let again = seen.entry(identity.clone()).and_modify(|count| *count += 1).or_insert(0_usize);
            Entry { finding, place, fingerprint: fingerprint(&identity, *again) }
        })
        .collect();
    let left = all - entries.len();
    (entries, left)
}

/// What makes a finding the same one in the next run: the rule, the envelope, the limit and the object, but no amount.
fn identity(finding: &Finding, place: Option<&Place>) -> [String; 5] {
    let text = |text: Option<&String>| text.cloned().unwrap_or_default();
    [
        finding.rule.to_owned(),
        text(finding.envelope.as_ref()),
        text(finding.limit.as_ref().map(|limit| &limit.name)),
        text(place.map(|place| &place.address)),
        text(place.and_then(|place| place.attribute.as_ref())),
    ]
}

fn fingerprint(identity: &[String; 5], again: usize) -> String {
    let mut hash = Sha256::new();
    for part in identity {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    hash.update(again.to_be_bytes());
    hexadecimal(&hash.finalize())
}
