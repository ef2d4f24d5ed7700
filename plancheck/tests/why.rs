//! What `why` tells of one object: only what touched it, and nothing that the plan keeps secret.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot set up its case fails"
)]

mod scene;

use plancheck::verdict::CheckError;
use plancheck::{Beside, Governance, PlanInput, Why, why};
use scene::{group, over_all, plan};
use serde_json::{Value, json};

fn asked(envelopes: &[Value], plan: &Value, address: &str) -> Result<Why, CheckError> {
    let (lock, plan) = (scene::lock(envelopes), plan.to_string());
    let governance = Governance::Lock { name: "lock", bytes: lock.as_bytes() };
    why(PlanInput::Bytes(plan.as_bytes()), governance, Beside::default(), scene::given(), address)
}

fn envelopes() -> [Value; 3] {
    let limits = json!({ "capacity": { "instances": { "ceiling": 20 } } });
    let mut elsewhere = over_all(&limits);
    elsewhere["name"] = json!("elsewhere");
    elsewhere["scope"] = json!({ "addresses": ["module.other.**"] });
    let mut perhaps = over_all(&limits);
    perhaps["name"] = json!("perhaps");
    perhaps["scope"] = json!({ "accounts": ["aws:123456789012"] });
    [over_all(&limits), elsewhere, perhaps]
}

#[test]
fn every_envelope_says_whether_it_governs_and_findings_are_of_this_object_only() {
    let groups = [group("a", &["update"], Some(2), Some(30)), group("b", &["update"], Some(2), Some(40))];
    let told = asked(&envelopes(), &plan(&groups), "aws_autoscaling_group.a").expect("an answer");
    let [object] = told.objects.as_slice() else { panic!("one object: {told:?}") };
    assert_eq!(
        object.envelopes,
        [
            "`elsewhere` does not govern it: it lies outside addresses `module.other.**`",
            "`perhaps` counts as governing it: the plan does not tell its accounts",
            "`team-a` governs it",
        ]
    );
    assert!(object.findings.iter().any(|finding| finding.rule == "scale-above-ceiling"));
    for finding in &object.findings {
        assert!(finding.places.iter().all(|place| place.address == "aws_autoscaling_group.a"), "{finding:?}");
    }
    assert!(object.silent.contains(&"scale-unbounded") && !object.silent.contains(&"scale-above-ceiling"));
    assert_eq!(
        asked(&envelopes(), &plan(&groups), "aws_autoscaling_group.*").expect("both").objects.len(),
        2
    );
}

#[test]
fn a_secret_number_is_told_by_nobody() {
    let mut secret = group("a", &["create"], None, Some(48_151_623));
    secret["change"]["after_sensitive"] = json!({ "max_size": true });
    let told = asked(&envelopes(), &plan(&[secret]), "aws_autoscaling_group.a").expect("an answer");
    let text = format!("{told:?}");
    assert!(!text.contains("48151623") && text.contains("may grow to (sensitive) instances"), "{text}");
}

#[test]
fn an_address_that_is_not_in_the_plan_is_an_error() {
    let one = plan(&[group("a", &["create"], None, Some(2))]);
    for address in ["aws_autoscaling_group.b", "module.x.**", ""] {
        let error = asked(&envelopes(), &one, address).expect_err(address);
        assert!(!error.message.is_empty());
    }
}
