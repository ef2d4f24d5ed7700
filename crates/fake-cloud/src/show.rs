//! What exists, in a few lines for people.

use std::fmt::Write as _;

use serde_json::Value;

/// Tells what is in a cloud, from its state as JSON. What AWS puts there by itself is left out.
pub fn show(state: &Value) -> String {
    let mut out = String::new();
    organization(&state["organization"], &mut out);
    for (id, account) in entries(&state["accounts"]) {
        let mut lines = String::new();
        budgets(&account["budgets"], &mut lines);
        for (region, held) in entries(&account["regions"]) {
            capped(region, held, &mut lines);
        }
        if !lines.is_empty() {
            line(&mut out, format_args!("account {id}"));
            out.push_str(&lines);
        }
    }
    out
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{text}");
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn organization(of: &Value, out: &mut String) {
    if of.is_null() {
        return;
    }
    line(out, format_args!("organization {}", text(&of["id"])));
    for (id, policy) in entries(&of["policies"]).filter(|(_, policy)| policy["aws_managed"] == false) {
        let attached =
            of["attachments"].as_array().into_iter().flatten().filter(|pair| pair[1] == id.as_str());
        let targets: Vec<_> = attached.map(|pair| text(&pair[0])).collect();
        let where_to = if targets.is_empty() { "nothing".to_owned() } else { targets.join(", ") };
        let size = text(&policy["content"]).chars().count();
        let name = text(&policy["name"]);
        line(out, format_args!("  service control policy {name}: {size} characters, attached to {where_to}"));
    }
}

fn budgets(budgets: &Value, out: &mut String) {
    for (name, budget) in entries(budgets) {
        let (limit, unit) = (&budget["body"]["BudgetLimit"], text(&budget["body"]["TimeUnit"]));
        let notifications = budget["notifications"].as_array().map_or(0, Vec::len);
        line(
            out,
            format_args!(
                "  budget {name}: {} {} {}, {notifications} notifications, {} actions",
                text(&limit["Amount"]),
                text(&limit["Unit"]),
                unit.to_lowercase(),
                entries(&budget["actions"]).count()
            ),
        );
    }
}

fn capped(region: &str, held: &Value, out: &mut String) {
    for target in held["scalable_targets"]["targets"].as_array().into_iter().flatten() {
        let name = text(&target["resource_id"]);
        line(out, format_args!("  {region} scalable target {name}: {} to {}", target["min"], target["max"]));
    }
    for (name, group) in entries(&held["auto_scaling_groups"]) {
        line(
            out,
            format_args!(
                "  {region} Auto Scaling group {name}: {} to {}, {} desired",
                group["min"], group["max"], group["desired"]
            ),
        );
    }
    for (name, function) in entries(&held["functions"]["by_name"]) {
        let reserved = match &function["reserved_concurrency"] {
            Value::Null => "no concurrency reserved".to_owned(),
            reserved => format!("{reserved} concurrent executions reserved"),
        };
        line(out, format_args!("  {region} Lambda function {name}: {reserved}"));
    }
}
