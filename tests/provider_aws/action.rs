//! The action of a budget: made with the policy that it attaches, found again, and left alone once it was carried out.

use serde_json::{Value, json};

use crate::{
    scene::{ACCOUNT, ENVELOPE, Scene, UNIT, nothing},
    support::errors,
};

const BUDGET: &str = "remit-agents-budget";

/// The envelope with an action.
fn envelope(more: &str) -> String {
    let action = format!(
        "budget = {{ action = {{ role = \"arn:aws:iam::{ACCOUNT}:role/stop\", targets = [\"{UNIT}\"]{more} }} }}"
    );
    let from = "budget       = { subscribers = [\"finops@example.com\"] }";
    assert!(ENVELOPE.contains(from));
    ENVELOPE.replace(from, &action)
}

impl Scene {
    fn actions(&self) -> Vec<Value> {
        let of = json!({ "AccountId": ACCOUNT, "BudgetName": BUDGET });
        let found = self.behind("budgets", "DescribeBudgetActionsForBudget", of);
        found["Actions"].as_array().expect("actions").clone()
    }

    /// What the policy that stops the agents is attached to.
    fn stopped(&self) -> Vec<Value> {
        let controls = self.controls();
        let stop =
            controls.iter().find(|control| control["name"] == "remit-agents-spend-stop").expect("a policy");
        let found = self.behind("organizations", "ListTargetsForPolicy", json!({ "PolicyId": stop["id"] }));
        found["Targets"]
            .as_array()
            .expect("targets")
            .iter()
            .map(|target| target["TargetId"].clone())
            .collect()
    }
}

#[test]
fn an_action_waits_for_people_and_once_carried_out_is_no_drift() {
    for scene in Scene::each(&envelope("")) {
        let terraform = &scene.terraform;
        terraform.apply();
        let actions = scene.actions();
        assert_eq!(actions.len(), 1);
        assert_eq!(
            (&actions[0]["ApprovalModel"], &actions[0]["Status"]),
            (&json!("MANUAL"), &json!("STANDBY"))
        );
        assert_eq!(scene.stopped(), [""; 0], "nothing is stopped yet");
        terraform.assert_empty("with an action");

        scene.write(&envelope(", approval = \"automatic\", at_percent = 90"));
        terraform.plan().shows_changes();
        terraform.apply();
        terraform.assert_empty("with another action");
        let action = &scene.actions()[0];
        assert_eq!(action["ApprovalModel"], "AUTOMATIC");
        assert_eq!(action["ActionThreshold"]["ActionThresholdValue"], json!(90.0));

        scene.cloud.fire(ACCOUNT, BUDGET, action["ActionId"].as_str().expect("an id")).expect("it fires");
        assert_eq!(scene.stopped(), [UNIT]);
        scene.cloud.clear_log();
        terraform.assert_empty("after the action was carried out");
        terraform.apply();
        assert!(scene.cloud.writes().is_empty());
        assert_eq!(scene.stopped(), [UNIT], "what was stopped stays so");

        // Without the action, what it attached goes too.
        scene.write(ENVELOPE);
        terraform.apply();
        assert_eq!(scene.actions(), [""; 0]);
        terraform.assert_empty("without the action");
        terraform.destroy();
        assert_eq!(scene.exists(), nothing());
    }
}

#[test]
fn what_others_do_to_an_action_shows_in_the_plan_as_itself() {
    for scene in Scene::each(&envelope(", approval = \"automatic\"")) {
        let terraform = &scene.terraform;
        terraform.apply();
        let action = |operation: &str, more: Value| {
            let mut of = json!({ "AccountId": ACCOUNT, "BudgetName": BUDGET, "ActionId": scene.actions()[0]["ActionId"] });
            of.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
            scene.behind("budgets", operation, of);
        };
        let edits = [
            ("UpdateBudgetAction", json!({ "ApprovalModel": "MANUAL" }), "changed"),
            (
                "UpdateBudgetAction",
                json!({ "ActionThreshold": { "ActionThresholdValue": 500.0, "ActionThresholdType": "PERCENTAGE" } }),
                "changed",
            ),
            ("DeleteBudgetAction", json!({}), "missing"),
        ];
        for (operation, more, status) in edits {
            action(operation, more);
            let planned = terraform.planned();
            let mut changes = planned["resource_changes"].as_array().expect("changes").iter();
            let change =
                changes.find(|change| change["change"]["actions"] != json!(["no-op"])).expect("a change");
            let before = change["change"]["before"]["controls"].as_array().expect("controls");
            for control in before {
                let wanted = if control["kind"] == "budget_action" { status } else { "in_force" };
                assert_eq!(control["status"], wanted, "{operation}: {control:#}");
            }
            terraform.apply();
            assert_eq!(scene.actions().len(), 1);
            assert_eq!(scene.actions()[0]["ApprovalModel"], "AUTOMATIC");
            terraform.assert_empty(operation);
        }
        // The whole envelope is found again by its name, the action among it.
        terraform.must(&["state", "rm", "remit_envelope.agents"]);
        terraform.import("remit_envelope.agents", &format!("aws:{ACCOUNT}/agents")).succeeded();
        let id = scene.actions()[0]["ActionId"].clone();
        assert_eq!(scene.id_of("budget_action"), id.as_str().expect("an id"));
        terraform.apply();
        assert_eq!(scene.actions()[0]["ActionId"], id, "it is still the same");
        terraform.destroy();
        assert_eq!(scene.exists(), nothing());
    }
}

/// Who asks for a stop gets none from an action that waits for people, and is told so by the plan.
#[test]
fn only_an_automatic_action_stops_late() {
    let asks =
        |more: &str| envelope(more).replace("{ regions = \"denies_on_write\" }", "{ cost = \"stops_late\" }");
    for scene in Scene::each(&asks("")) {
        let refused = scene.terraform.plan().failed();
        assert!(
            errors(&refused)
                .contains("`limits.cost` is held by `alerts` at most, and `stops_late` is asked for")
        );
        scene.write(&asks(", approval = \"automatic\""));
        scene.terraform.plan().shows_changes();
    }
}
