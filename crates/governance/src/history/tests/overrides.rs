//! Overrides that name an envelope are decided by its quorum, the one in force before; every way around it, and its honest twin.

use super::*;

const LATER: &str = "2026-11-25T11:30:00Z";
/// Of the rules for overrides: the quorum of the envelope, joined with what it asks about defaults.
const STRICT: (&str, &str) =
    ("consent.by_dimension", r#"[{"dimensions":["defaults"],"quorum":{"compliance":1}}]"#);

/// A decision about a default under an envelope, or under the trust root.
fn decided(envelope: Option<&Declaration>, reason: &str) -> Declaration {
    let named = match envelope {
        Some(declaration) => Json::from(declaration.record()).to_text(),
        None => "null".to_owned(),
    };
    let reason = format!("\"{reason}\"");
    Declaration::Override(crate::default_override::tests::with(&[
        ("envelope", named.as_str()),
        ("value", &format!("\"{}\"", reason.len())),
        ("reason", &reason),
    ]))
}

impl Scene {
    /// Rules by which an envelope decides about overrides.
    fn rules(&self, envelope: &Declaration) -> Policy {
        let Declaration::Envelope(envelope) = envelope else { panic!("no envelope") };
        let known = voters(&self.approvers(), &self.enrolled(), &self.trust);
        let dimensions = [Dimension::Governance, Dimension::Defaults];
        Policy::of_envelope(envelope, &dimensions, &known, &BTreeSet::new(), today(at(NOW))).unwrap()
    }

    /// Approvals of a change of an override under an envelope; the trust root's as well where it begins.
    fn envelope_says(
        &self,
        request: &str,
        envelope: &Declaration,
        change: (Option<&Declaration>, Option<&Declaration>),
        who: &[usize],
    ) -> Vec<Signed> {
        let policy = self.rules(envelope);
        let mut signed: Vec<Signed> = who
            .iter()
            .map(|index| approve(&self.people[*index], &policy, request, change.0, change.1))
            .collect();
        signed.extend(self.enrolled());
        if change.0.is_none() {
            signed.push(self.root_says_for(request, None, change.1));
        }
        signed
    }

    fn enveloped(&self, envelope: &Declaration) -> History {
        let mut signed = self.enrolled();
        signed.push(self.root_says(None, Some(envelope)));
        self.advance(None, envelope, &signed, "2026-11-25T10:30:00Z").unwrap()
    }
}

#[test]
fn the_quorum_of_the_envelope_decides_and_the_trust_root_does_not() {
    let scene = Scene::new();
    let envelope = scene.envelope(&[]);
    let force = scene.enveloped(&envelope);
    let new = decided(Some(&envelope), "first");
    let root = [scene.root_says(None, Some(&new))];
    let why = refused(scene.advance_beside(None, &new, &root, NOW, &[&force]));
    assert_eq!(why, "approval by 1 finance and 1 security is missing under `support-agents`");
    let both = scene.envelope_says("b", &envelope, (None, Some(&new)), &[0, 1]);
    refused(scene.advance_beside(None, &new, &both[1..], NOW, &[&force]));
    let created = scene.advance_beside(None, &new, &both, NOW, &[&force]).unwrap();
    // Loosening it later as well.
    let other = decided(Some(&envelope), "another value");
    let root = [scene.root_says(Some(&new), Some(&other))];
    refused(scene.advance_beside(Some(&created), &other, &root, LATER, &[&force]));
    let both = scene.envelope_says("c", &envelope, (Some(&new), Some(&other)), &[0, 1]);
    scene.advance_beside(Some(&created), &other, &both, LATER, &[&force]).unwrap();
}

#[test]
fn without_an_envelope_the_trust_root_decides() {
    let scene = Scene::new();
    let new = decided(None, "first");
    assert!(refused(scene.advance(None, &new, &[], NOW)).ends_with("under `trust root`"));
    scene.created(&new);
}

/// Nobody can tell what begins from what was taken out of the state and is made again, so beginning asks the trust root too.
#[test]
fn made_again_under_a_weaker_envelope_it_asks_the_trust_root_as_well() {
    let scene = Scene::new();
    let strong = scene.envelope(&[]);
    let weak = scene.envelope(&[("name", r#""weak""#), ("consent.quorum", r#"{"compliance":1}"#)]);
    let (strongly, weakly) = (scene.enveloped(&strong), scene.enveloped(&weak));
    let first = decided(Some(&strong), "first");
    let both = scene.envelope_says("b", &strong, (None, Some(&first)), &[0, 1]);
    scene.advance_beside(None, &first, &both, NOW, &[&strongly, &weakly]).unwrap();
    // Its history is gone with the state. The one approver of the weak envelope does not open it, with whatever there is of before.
    let again = decided(Some(&weak), "first");
    let mut signed = scene.envelope_says("c", &weak, (None, Some(&again)), &[2]);
    let root = signed.pop().unwrap();
    signed.extend(both);
    let why = refused(scene.advance_beside(None, &again, &signed, LATER, &[&strongly, &weakly]));
    assert_eq!(why, "approval by 1 of its approvers is missing under `trust root`");
    // The honest twin.
    signed.push(root);
    scene.advance_beside(None, &again, &signed, LATER, &[&strongly, &weakly]).unwrap();
}

#[test]
fn what_the_envelope_asks_about_defaults_counts() {
    let scene = Scene::new();
    let envelope = scene.envelope(&[STRICT]);
    let force = scene.enveloped(&envelope);
    let new = decided(Some(&envelope), "first");
    let two = scene.envelope_says("b", &envelope, (None, Some(&new)), &[0, 1]);
    assert_eq!(
        refused(scene.advance_beside(None, &new, &two, NOW, &[&force])),
        "approval by 1 compliance is missing under `support-agents`"
    );
    let three = scene.envelope_says("b", &envelope, (None, Some(&new)), &[0, 1, 2]);
    scene.advance_beside(None, &new, &three, NOW, &[&force]).unwrap();
}

#[test]
fn pointing_it_to_a_weaker_envelope_or_to_none_asks_those_from_before_as_well() {
    let scene = Scene::new();
    let strong = scene.envelope(&[]);
    let weak = scene.envelope(&[("name", r#""weak""#), ("consent.quorum", r#"{"compliance":1}"#)]);
    let (strongly, weakly) = (scene.enveloped(&strong), scene.enveloped(&weak));
    let new = decided(Some(&strong), "first");
    let both = scene.envelope_says("b", &strong, (None, Some(&new)), &[0, 1]);
    let created = scene.advance_beside(None, &new, &both, NOW, &[&strongly]).unwrap();
    let at_hand = [&strongly, &weakly];
    for (elsewhere, theirs) in [(decided(Some(&weak), "first"), true), (decided(None, "first"), false)] {
        let change = (Some(&new), Some(&elsewhere));
        let mut signed = if theirs {
            scene.envelope_says("c", &weak, change, &[2])
        } else {
            vec![scene.root_says_for("c", Some(&new), Some(&elsewhere))]
        };
        let why = refused(scene.advance_beside(Some(&created), &elsewhere, &signed, LATER, &at_hand));
        assert_eq!(why, "approval by 1 finance and 1 security is missing under `support-agents`");
        // Nor do those from before alone, who do not speak for the others.
        let before = scene.envelope_says("c", &strong, change, &[0, 1]);
        refused(scene.advance_beside(Some(&created), &elsewhere, &before, LATER, &at_hand));
        signed.extend(before);
        scene.advance_beside(Some(&created), &elsewhere, &signed, LATER, &at_hand).unwrap();
    }
}

#[test]
fn leaving_out_how_the_envelope_came_into_force_lets_nobody_else_decide() {
    let scene = Scene::new();
    let envelope = scene.envelope(&[]);
    let force = scene.enveloped(&envelope);
    let new = decided(Some(&envelope), "first");
    let root = [scene.root_says(None, Some(&new))];
    assert!(refused(scene.advance_beside(None, &new, &root, NOW, &[])).contains("came into force"));
    let both = scene.envelope_says("b", &envelope, (None, Some(&new)), &[0, 1]);
    let created = scene.advance_beside(None, &new, &both, NOW, &[&force]).unwrap();
    // Once decided, its own history still has it: destroying or changing it asks the same people.
    let other = decided(Some(&envelope), "another value");
    refused(scene.advance_beside(
        Some(&created),
        &other,
        &[scene.root_says(Some(&new), Some(&other))],
        LATER,
        &[],
    ));
    let both = scene.envelope_says("c", &envelope, (Some(&new), Some(&other)), &[0, 1]);
    scene.advance_beside(Some(&created), &other, &both, LATER, &[]).unwrap();
}

#[test]
fn an_envelope_that_never_came_into_force_decides_nothing() {
    let scene = Scene::new();
    let mine = scene.envelope(&[("name", r#""mine""#), ("consent.quorum", r#"{"compliance":1}"#)]);
    let mut forged = scene.enveloped(&scene.envelope(&[]));
    forged.0[0].declaration = mine.clone();
    let new = decided(Some(&mine), "first");
    let signed = scene.envelope_says("b", &mine, (None, Some(&new)), &[2]);
    assert!(refused(scene.advance_beside(None, &new, &signed, NOW, &[&forged])).contains("came into force"));
    let honest = scene.enveloped(&mine);
    scene.advance_beside(None, &new, &signed, NOW, &[&honest]).unwrap();
}

/// The quorum was raised since; somebody hands in how the envelope stood before.
#[test]
fn an_envelope_as_it_was_decides_nothing_where_more_is_known() {
    let scene = Scene::new();
    let (lax, strict) = (scene.envelope(&[]), scene.envelope(&[STRICT]));
    let old = scene.enveloped(&lax);
    let raised = scene.advance(Some(&old), &strict, &[], "2026-11-25T10:45:00Z").unwrap();
    let new = decided(Some(&lax), "first");
    let two = scene.envelope_says("b", &lax, (None, Some(&new)), &[0, 1]);
    assert!(
        refused(scene.advance_beside(None, &new, &two, NOW, &[&old, &raised]))
            .contains("as it is not in force")
    );
    // With the old history alone it passes here, and proves itself to nobody who has the present one.
    let created = scene.advance_beside(None, &new, &two, NOW, &[&old]).unwrap();
    assert!(created.verify_beside(&scene.trust, std::slice::from_ref(&raised)).is_err());
    assert!(created.verify_beside(&scene.trust, &[old]).is_ok());
    // The honest twin.
    let new = decided(Some(&strict), "first");
    let three = scene.envelope_says("b", &strict, (None, Some(&new)), &[0, 1, 2]);
    let created = scene.advance_beside(None, &new, &three, NOW, &[&raised]).unwrap();
    assert!(created.verify_beside(&scene.trust, &[raised]).is_ok());
}

/// Both change in one run: what the envelope was before decides about the override too.
#[test]
fn a_quorum_lowered_in_the_same_run_decides_nothing() {
    let scene = Scene::new();
    let base = scene.envelope(&[]);
    let force = scene.enveloped(&base);
    let lower = scene.envelope(&[("consent.quorum", r#"{"finance":1}"#)]);
    let mut agreed = scene.quorum_says("b", &base, Some(&lower), &[0, 1]);
    agreed.extend(scene.enrolled());
    let lowered = scene.advance(Some(&force), &lower, &agreed, NOW).unwrap();
    let new = decided(Some(&lower), "first");
    let one = scene.envelope_says("c", &lower, (None, Some(&new)), &[0]);
    refused(scene.advance_beside(None, &new, &one, NOW, &[&lowered]));
    let two = scene.envelope_says("c", &base, (None, Some(&new)), &[0, 1]);
    scene.advance_beside(None, &new, &two, NOW, &[&lowered]).unwrap();
    // In a later run the lowered quorum is the one in force.
    scene.advance_beside(None, &new, &one, LATER, &[&lowered]).unwrap();
}

/// An override follows its envelope through changes of the envelope without asking anybody again, and never back.
#[test]
fn following_the_envelope_is_free() {
    let scene = Scene::new();
    let (base, tighter) = (scene.envelope(&[]), scene.envelope(TIGHTER));
    let force = scene.enveloped(&base);
    let new = decided(Some(&base), "first");
    let both = scene.envelope_says("b", &base, (None, Some(&new)), &[0, 1]);
    let created = scene.advance_beside(None, &new, &both, NOW, &[&force]).unwrap();
    let tightened = scene.advance(Some(&force), &tighter, &[], LATER).unwrap();
    let follows = decided(Some(&tighter), "first");
    let followed = scene.advance_beside(Some(&created), &follows, &[], LATER, &[&tightened]).unwrap();
    assert_eq!(followed.links().len(), 2);
    assert_eq!(followed.envelopes().count(), 1, "the longer history serves both links");
    refused(scene.advance_beside(Some(&followed), &new, &[], "2026-11-25T11:45:00Z", &[&force]));
}

#[test]
fn two_histories_of_one_envelope_that_contradict_each_other_decide_nothing() {
    let scene = Scene::new();
    let force = scene.enveloped(&scene.envelope(&[]));
    let raised =
        scene.advance(Some(&force), &scene.envelope(&[STRICT]), &[], "2026-11-25T10:45:00Z").unwrap();
    let forked = scene.advance(Some(&force), &scene.envelope(TIGHTER), &[], "2026-11-25T10:50:00Z").unwrap();
    let new = decided(Some(&scene.envelope(&[])), "first");
    let two = scene.envelope_says("b", &scene.envelope(&[]), (None, Some(&new)), &[0, 1]);
    let why = refused(scene.advance_beside(None, &new, &two, NOW, &[&raised, &forked]));
    assert!(why.contains("contradict each other"), "{why}");
}

#[test]
fn no_history_nests_envelopes_where_none_belong() {
    let scene = Scene::new();
    let envelope = scene.envelope(&[]);
    let force = scene.enveloped(&envelope);
    let mut nested = force.clone();
    nested.0[0].envelopes = vec![force];
    assert!(History::parse(&nested.json().to_text()).is_err());
}
