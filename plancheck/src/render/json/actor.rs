//! Who acted, for programs.

use serde::Serialize;

use crate::actor::Actor;

#[derive(Serialize)]
pub(super) struct ActorView<'a> {
    /// What the change is treated as; nothing found makes it anything else.
    treated_as: &'static str,
    class: &'a str,
    names: Vec<&'a str>,
    evidence: Vec<EvidenceView<'a>>,
    envelopes: &'a [String],
    commits: usize,
    signals_version: &'a str,
}

#[derive(Serialize)]
struct EvidenceView<'a> {
    class: &'a str,
    kind: &'a str,
    agent: &'a str,
    signal: &'a str,
    found_in: &'a str,
    value: &'a str,
    commit: Option<&'a str>,
}

impl<'a> ActorView<'a> {
    pub(super) fn of(actor: &'a Actor) -> Self {
        let evidence = actor.evidence.iter().map(|evidence| EvidenceView {
            class: evidence.class.as_str(),
            kind: evidence.kind.as_str(),
            agent: &evidence.agent,
            signal: &evidence.signal,
            found_in: &evidence.found_in,
            value: &evidence.value,
            commit: evidence.commit.as_deref(),
        });
        Self {
            treated_as: "agent",
            class: actor.class().map_or("none", remit_catalog::EvidenceClass::as_str),
            names: actor.names(),
            evidence: evidence.collect(),
            envelopes: &actor.envelopes,
            commits: actor.commits,
            signals_version: actor.signals_version,
        }
    }
}
