//! Where in the source a finding is written, and what is said where that cannot be told.

use std::collections::BTreeSet;

use remit_governance::Envelope;

use crate::finding::Finding;
use crate::report::NotJudged;
use crate::source::{Index, Missing};
use crate::text::escape;

/// Gives every place its file and line, and says what could not be read or is not there.
pub(super) fn locate(findings: &mut [Finding], source: &Index) -> Vec<NotJudged> {
    let mut remote = BTreeSet::new();
    for place in findings.iter_mut().flat_map(|finding| &mut finding.places) {
        if place.source.is_some() {
            continue;
        }
        match source.locate(&place.address, place.attribute.as_deref()) {
            Ok(location) => place.source = Some(location),
            Err(missing @ Missing::Remote(..)) => {
                remote.insert(missing);
            }
            // Objects without a block are usual: they are being destroyed, or their file was left out, which is said below.
            Err(Missing::Unread | Missing::NoBlock) => {}
        }
    }
    let remote = remote.into_iter().map(|missing| {
        let what = "the source of a module".to_owned();
        NotJudged { what, envelope: None, why: missing.why() }
    });
    let unread = source.unread.iter().map(|unread| {
        let what = format!("`{}`", escape(&unread.path));
        NotJudged { what, envelope: None, why: format!("the file is left out of the source: {}", unread.why) }
    });
    remote.chain(unread).collect()
}

/// What only the source tells.
pub(super) fn without_source(envelopes: &[Envelope]) -> Option<NotJudged> {
    let limited = envelopes.iter().any(|envelope| envelope.limits.capacity.marks().next().is_some());
    let why = "a plan does not carry `lifecycle.ignore_changes`; give the source with `--source`";
    limited.then(|| NotJudged { what: "`ceiling-hidden`".to_owned(), envelope: None, why: why.to_owned() })
}
