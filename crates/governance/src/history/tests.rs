use super::{change::moved, *};
use crate::{
    approval::{Approval, Moved, Policy, Under, Voter},
    consent::Function,
    dimension::Dimension,
    envelope::tests::with,
    testing::{Person, at, trust_root},
    time::{Date, today},
    trust_root::Root,
};

mod overrides;
mod revocation;

struct Scene {
    rita: Person,
    people: [Person; 3],
    trust: TrustRoot,
}

const NOW: &str = "2026-11-25T11:00:00Z";

impl Scene {
    fn new() -> Self {
        let rita = Person::with_fido("rita", Function::Security, 11);
        let people = [
            Person::with_fido("dana", Function::Finance, 1),
            Person::with_fido("lee", Function::Security, 2),
            Person::with_fido("kim", Function::Compliance, 3),
        ];
        Self { trust: trust_root(&[&rita], 1), rita, people }
    }

    fn approvers(&self) -> Vec<Approver> {
        self.people.iter().map(Person::approver).collect()
    }

    fn envelope(&self, edits: &[(&str, &str)]) -> Declaration {
        let records: Json = self.approvers().iter().map(|approver| Json::from(approver.record())).collect();
        let records = records.to_text();
        let mut all = vec![
            ("consent.approvers", records.as_str()),
            // One quorum for everything keeps the scene small.
            ("consent.by_dimension", "null"),
        ];
        all.extend(edits);
        Declaration::Envelope(with(&all))
    }

    /// An approval of a transition under the trust root.
    fn root_says(&self, prior: Option<&Declaration>, proposed: Option<&Declaration>) -> Signed {
        let policy = self.trust.root().policy(today(at(NOW)));
        approve(&self.rita, &policy, "a", prior, proposed)
    }

    /// The same under a request of its own: one is used up by what came into force under it.
    fn root_says_for(
        &self,
        request: &str,
        prior: Option<&Declaration>,
        proposed: Option<&Declaration>,
    ) -> Signed {
        approve(&self.rita, &self.trust.root().policy(today(at(NOW))), request, prior, proposed)
    }

    fn enrolled(&self) -> Vec<Signed> {
        self.approvers().into_iter().map(|a| self.root_says(None, Some(&Declaration::Approver(a)))).collect()
    }

    /// Approvals of a change of an envelope under its own quorum.
    fn quorum_says(
        &self,
        request: &str,
        prior: &Declaration,
        proposed: Option<&Declaration>,
        who: &[usize],
    ) -> Vec<Signed> {
        let Declaration::Envelope(envelope) = prior else { panic!("no envelope") };
        let known = voters(&self.approvers(), &self.enrolled(), &self.trust);
        let policy =
            Policy::of_envelope(envelope, &[Dimension::Governance], &known, &BTreeSet::new(), today(at(NOW)))
                .unwrap();
        who.iter()
            .map(|index| approve(&self.people[*index], &policy, request, Some(prior), proposed))
            .collect()
    }

    fn created(&self, declaration: &Declaration) -> History {
        let signed = [self.root_says(None, Some(declaration))];
        self.advance(None, declaration, &signed, NOW).unwrap()
    }

    fn advance(
        &self,
        prior: Option<&History>,
        to: &Declaration,
        signed: &[Signed],
        now: &str,
    ) -> Result<History, Refused> {
        self.advance_beside(prior, to, signed, now, &[])
    }

    /// The same with histories of envelopes at hand, for an override that names one.
    #[allow(clippy::too_many_arguments, reason = "every test chooses each of them")]
    fn advance_beside(
        &self,
        prior: Option<&History>,
        to: &Declaration,
        signed: &[Signed],
        now: &str,
        envelopes: &[&History],
    ) -> Result<History, Refused> {
        let approvers = self.approvers();
        let envelopes = Envelopes::verified(envelopes.iter().map(|history| (*history).clone()), &self.trust);
        let evidence = Evidence {
            trust: &self.trust,
            signed,
            approvers: &approvers,
            envelopes: &envelopes,
            now: at(now),
        };
        let history = advance(prior, to, &evidence)?;
        history.verify(&self.trust).expect("what was permitted verifies");
        let again = History::parse(&history.json().to_text()).unwrap();
        again.verify(&self.trust).expect("and so does what is read back");
        Ok(history)
    }
}

fn approve(
    person: &Person,
    policy: &Policy,
    request: &str,
    prior: Option<&Declaration>,
    proposed: Option<&Declaration>,
) -> Signed {
    let moved = moved(prior, proposed, policy);
    let under: [Under; 1] = [policy.under.clone()];
    person.sign(Statement::Approval(Approval {
        request: request.repeat(32),
        transitions: vec![moved],
        ..person.approval(&under)
    }))
}

const LOOSER: &[(&str, &str)] = &[("limits.capacity.gpus.ceiling", "9")];
const TIGHTER: &[(&str, &str)] = &[("limits.capacity.gpus.ceiling", "7")];

#[track_caller]
fn refused(result: Result<History, Refused>) -> String {
    match result {
        Ok(_) => panic!("it was permitted"),
        Err(refused) => refused.why(),
    }
}

#[test]
fn creation_needs_the_trust_root() {
    let scene = Scene::new();
    let envelope = scene.envelope(&[]);
    assert_eq!(
        refused(scene.advance(None, &envelope, &[], NOW)),
        "approval by 1 of its approvers is missing under `trust root`"
    );
    let own = scene.quorum_says("b", &envelope, Some(&envelope), &[0, 1]);
    refused(scene.advance(None, &envelope, &own, NOW));
    assert_eq!(scene.created(&envelope).in_force(), Some(&envelope));
}

#[test]
fn loosening_needs_the_quorum_from_before_and_tightening_nobody() {
    let scene = Scene::new();
    let (base, looser) = (scene.envelope(&[]), scene.envelope(LOOSER));
    let created = scene.created(&base);
    scene.advance(Some(&created), &scene.envelope(TIGHTER), &[], NOW).unwrap();
    refused(scene.advance(Some(&created), &looser, &[], NOW));
    let mut signed = scene.quorum_says("b", &base, Some(&looser), &[0, 1]);
    signed.extend(scene.enrolled());
    let loosened = scene.advance(Some(&created), &looser, &signed, NOW).unwrap();
    assert_eq!(loosened.links().len(), 2);
    // One of two, the trust root instead of the quorum, and keys that nobody enrolled.
    refused(scene.advance(Some(&created), &looser, &signed[1..], NOW));
    refused(scene.advance(Some(&created), &looser, &[scene.root_says(Some(&base), Some(&looser))], NOW));
    refused(scene.advance(Some(&created), &looser, &signed[..2], NOW));
}

#[test]
fn a_quorum_loosened_or_an_approver_added_in_the_same_change_decides_nothing() {
    let scene = Scene::new();
    let base = scene.envelope(&[]);
    let created = scene.created(&base);
    let lower = scene.envelope(&[("consent.quorum", r#"{"finance":1}"#), LOOSER[0]]);
    let mut one = scene.quorum_says("b", &base, Some(&lower), &[0]);
    one.extend(scene.enrolled());
    refused(scene.advance(Some(&created), &lower, &one, NOW));
    let eve = Person::with_fido("eve", Function::Security, 9);
    let mut records: Vec<Json> = scene.approvers().iter().map(|a| Json::from(a.record())).collect();
    records.push(eve.approver().record().into());
    let with_eve = scene.envelope(&[("consent.approvers", &Json::Array(records).to_text())]);
    let mut with_her = scene.quorum_says("b", &base, Some(&with_eve), &[0]);
    let Declaration::Envelope(new) = &with_eve else { panic!() };
    let everybody: Vec<Voter> = scene
        .approvers()
        .into_iter()
        .chain([eve.approver()])
        .map(|approver| Voter::new(approver, true))
        .collect();
    let policy =
        Policy::of_envelope(new, &[Dimension::Governance], &everybody, &BTreeSet::new(), today(at(NOW)))
            .unwrap();
    with_her.push(approve(&eve, &policy, "b", Some(&base), Some(&with_eve)));
    with_her.extend(scene.enrolled());
    refused(scene.advance(Some(&created), &with_eve, &with_her, NOW));
    // The honest twin: the people from before agree.
    let mut both = scene.quorum_says("b", &base, Some(&with_eve), &[0, 1]);
    both.extend(scene.enrolled());
    scene.advance(Some(&created), &with_eve, &both, NOW).unwrap();
}

#[test]
fn a_used_approval_opens_nothing_again() {
    let scene = Scene::new();
    let (base, looser) = (scene.envelope(&[]), scene.envelope(LOOSER));
    let mut signed = scene.quorum_says("b", &base, Some(&looser), &[0, 1]);
    signed.extend(scene.enrolled());
    let loosened = scene.advance(Some(&scene.created(&base)), &looser, &signed, NOW).unwrap();
    // Going on towards the same target is the same use.
    assert_eq!(scene.advance(Some(&loosened), &looser, &signed, NOW).unwrap().links().len(), 2);
    let back = scene.advance(Some(&loosened), &base, &[], NOW).unwrap();
    refused(scene.advance(Some(&back), &looser, &signed, NOW));
    let mut fresh = scene.quorum_says("c", &base, Some(&looser), &[0, 1]);
    fresh.extend(scene.enrolled());
    scene.advance(Some(&back), &looser, &fresh, NOW).unwrap();
}

#[test]
fn an_old_approval_opens_nothing() {
    let scene = Scene::new();
    let (base, looser) = (scene.envelope(&[]), scene.envelope(LOOSER));
    let created = scene.created(&base);
    let mut signed = scene.quorum_says("b", &base, Some(&looser), &[0, 1]);
    signed.extend(scene.enrolled());
    let why = refused(scene.advance(Some(&created), &looser, &signed, "2026-11-25T14:00:01Z"));
    assert_eq!(why, "the approvals under `support-agents` were good until `2026-11-25T14:00:00Z`");
    scene.advance(Some(&created), &looser, &signed, "2026-11-25T14:00:00Z").unwrap();
}

#[test]
fn an_edited_history_does_not_verify() {
    let scene = Scene::new();
    let base = scene.envelope(&[]);
    let created = scene.created(&base);
    let text = created.json().to_text();
    for (from, to) in [
        (r#""ceiling":"8""#, r#""ceiling":"80""#),
        (r#""gpus":{"ceiling":"8","notify_at":[]},"#, ""),
        (r#""since":"2026-11-25T11"#, r#""since":"2027-11-25T11"#),
    ] {
        assert!(text.contains(from), "{from}");
        let edited = History::parse(&text.replacen(from, to, 1)).unwrap();
        assert!(edited.verify(&scene.trust).is_err(), "{from} → {to}");
    }
    // A link put in by whoever can write the state.
    let mut forged = created.clone();
    forged.0.push(Link {
        declaration: scene.envelope(LOOSER),
        approvers: scene.approvers(),
        envelopes: Vec::new(),
        approvals: Vec::new(),
        since: at(NOW),
    });
    assert!(forged.verify(&scene.trust).is_err());
    // And the whole of it under another trust root.
    let other = trust_root(&[&Person::with_fido("eve", Function::Security, 9)], 1);
    assert!(created.verify(&other).is_err());
    assert!(created.verify(&scene.trust).is_ok());
}

#[test]
fn destroying_is_loosening() {
    let scene = Scene::new();
    let base = scene.envelope(&[]);
    let created = scene.created(&base);
    let approvers = scene.approvers();
    let ends = |signed: &[Signed]| {
        let trust = &scene.trust;
        let evidence =
            Evidence { trust, signed, approvers: &approvers, envelopes: &NO_ENVELOPES, now: at(NOW) };
        end(&created, &evidence).is_ok()
    };
    let mut both = scene.quorum_says("b", &base, None, &[0, 1]);
    both.extend(scene.enrolled());
    assert!(ends(&both));
    assert!(!ends(&both[1..]));
    assert!(!ends(&[]));
    let dana = Declaration::Approver(scene.approvers().remove(0));
    let gone = scene.created(&dana);
    let trust = &scene.trust;
    let evidence = Evidence { trust, signed: &[], approvers: &[], envelopes: &NO_ENVELOPES, now: at(NOW) };
    assert!(end(&gone, &evidence).is_ok(), "an approver takes nothing along");
}

#[test]
fn approvers_are_the_trust_roots() {
    let scene = Scene::new();
    let before = Declaration::Approver(scene.people[0].approver());
    let other_key = Declaration::Approver(Person { seed: 9, ..scene.people[0].clone() }.approver());
    let created = scene.created(&before);
    refused(scene.advance(Some(&created), &other_key, &[], NOW));
    // A request is used up by what came into force under it, so this one has an id of its own.
    let policy = scene.trust.root().policy(today(at(NOW)));
    let signed = [approve(&scene.rita, &policy, "b", Some(&before), Some(&other_key))];
    scene.advance(Some(&created), &other_key, &signed, NOW).unwrap();
}

#[test]
fn a_revoked_root_key_takes_along_what_it_vouched_for() {
    let scene = Scene::new();
    let enrolled = scene.enrolled();
    assert!(voters(&scene.approvers(), &enrolled, &scene.trust).iter().all(|voter| voter.enrolled));
    assert!(voters(&scene.approvers(), &[], &scene.trust).iter().all(|voter| !voter.enrolled));
    let omar = Person::with_fido("omar", Function::Security, 12);
    let next = trust_root(&[&omar], 1);
    let root = Root { serial: 1, revoked_keys: scene.rita.approver().keys, ..next.root().clone() };
    let old = scene.trust.root();
    let under = [old.policy(Date::MIN).under, root.policy(Date::MIN).under];
    let moved = Moved {
        kind: Kind::TrustRoot,
        name: crate::trust_root::NAME.to_owned(),
        prior: Some(old.digest()),
        proposed: Some(root.digest()),
        digest: old.rotation_to(&root),
    };
    let sign = |person: &Person| {
        person.sign(Statement::Approval(Approval {
            transitions: vec![moved.clone()],
            ..person.approval(&under)
        }))
    };
    let rotated = scene.trust.rotated(root, vec![sign(&scene.rita), sign(&omar)]).unwrap();
    assert!(voters(&scene.approvers(), &enrolled, &rotated).iter().all(|voter| !voter.enrolled));
    assert!(scene.created(&scene.envelope(&[])).verify(&rotated).is_err());
}

#[test]
fn what_is_no_history_is_refused() {
    for bad in ["", "{}", "[]", "[{}]", r#"[{"record":{},"approvers":[],"approvals":[],"since":"x"}]"#] {
        assert!(History::parse(bad).is_err(), "{bad}");
    }
}
