//! What a budget may be, beyond the shape of its members, and what AWS makes of it.

use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use serde_json::{Map, Value, json};

use super::invalid;
use crate::refusal::Refusal;

/// Where no end is given, a budget ends here: 2087-06-15.
const END: i64 = 3_706_473_600;

/// When a budget ends, in seconds since 1970.
pub(super) fn end(body: &Value) -> Option<i64> {
    seconds(&body["TimePeriod"]["End"])
}

/// A time of a request, which may be written as a fraction.
#[allow(
    clippy::cast_possible_truncation,
    reason = "what is beyond any date is cut to the last one, which is as far away"
)]
fn seconds(time: &Value) -> Option<i64> {
    time.as_f64().map(|seconds| seconds as i64)
}

/// The budget that comes of a definition.
pub(super) fn new(asked: &Value, now: Timestamp) -> Result<Value, Refusal> {
    check(asked)?;
    let unit = asked["BudgetLimit"]["Unit"].as_str().unwrap_or("USD");
    let mut body = asked.as_object().cloned().unwrap_or_default();
    body.retain(|_, value| !value.is_null());
    if let Some(amount) = asked["BudgetLimit"]["Amount"].as_str() {
        body.insert("BudgetLimit".to_owned(), json!({ "Amount": normal(amount), "Unit": unit }));
    }
    body.insert("CalculatedSpend".to_owned(), json!({ "ActualSpend": { "Amount": "0.0", "Unit": unit } }));
    body.insert("LastUpdatedTime".to_owned(), now.as_second().into());
    body.insert("TimePeriod".to_owned(), period(asked, now)?);
    if !body.contains_key("FilterExpression")
        && !body.contains_key("Metrics")
        && asked["BudgetType"] == "COST"
    {
        body.insert("CostTypes".to_owned(), cost_types(&asked["CostTypes"]));
        body.entry("CostFilters").or_insert_with(|| json!({}));
    }
    body.insert("HealthStatus".to_owned(), json!({ "Status": "HEALTHY" }));
    Ok(Value::Object(body))
}

/// The budget after an update: what it had spent is not known again before new data arrives, whatever the update says.
pub(super) fn replaced(before: &Value, asked: &Value, now: Timestamp) -> Result<Value, Refusal> {
    let mut asked = asked.clone();
    if let Some(asked) = asked.as_object_mut()
        && asked.get("TimePeriod").is_none_or(Value::is_null)
    {
        asked.insert("TimePeriod".to_owned(), before["TimePeriod"].clone());
    }
    new(&asked, now)
}

/// Amounts come back with a decimal point.
fn normal(amount: &str) -> String {
    if amount.contains('.') { amount.to_owned() } else { format!("{amount}.0") }
}

fn check(asked: &Value) -> Result<(), Refusal> {
    let has = |name: &str| !asked[name].is_null();
    if (has("FilterExpression") || has("Metrics")) && (has("CostFilters") || has("CostTypes")) {
        return Err(invalid(
            "give FilterExpression with Metrics or CostFilters with CostTypes, not both pairs",
        ));
    }
    if has("FilterExpression") && !has("Metrics") {
        return Err(invalid("Metrics must be given with FilterExpression"));
    }
    if has("FilterExpression") {
        expression(&asked["FilterExpression"], "FilterExpression")?;
    }
    match (has("BudgetLimit"), has("PlannedBudgetLimits"), has("AutoAdjustData")) {
        (true, false, _) | (false, true, false) | (false, false, true) => {}
        _ => return Err(invalid("give one of BudgetLimit, PlannedBudgetLimits and AutoAdjustData")),
    }
    if has("BudgetLimit") {
        limit(asked)?;
    }
    Ok(())
}

fn limit(asked: &Value) -> Result<(), Refusal> {
    let (amount, unit) = (asked["BudgetLimit"]["Amount"].as_str(), asked["BudgetLimit"]["Unit"].as_str());
    if amount.and_then(|amount| amount.parse::<f64>().ok()).is_none_or(|amount| amount <= 0.0) {
        return Err(invalid("the amount of BudgetLimit must be above 0"));
    }
    let is_currency = |unit: &str| unit.len() == 3 && unit.chars().all(|c| c.is_ascii_uppercase());
    if asked["BudgetType"] == "COST" && !unit.is_some_and(is_currency) {
        return Err(invalid("the unit of a cost budget must be a currency such as USD"));
    }
    Ok(())
}

/// One operator or one leaf at each level.
fn expression(value: &Value, path: &str) -> Result<(), Refusal> {
    let members = value
        .as_object()
        .map(|members| members.iter().filter(|(_, value)| !value.is_null()).collect::<Vec<_>>());
    let members = members.unwrap_or_default();
    let [(name, below)] = members.as_slice() else {
        return Err(invalid(format!(
            "{path} must hold exactly one of Or, And, Not, Dimensions, Tags, CostCategories"
        )));
    };
    match (name.as_str(), below) {
        ("Or" | "And", Value::Array(parts)) if parts.len() < 2 => {
            Err(invalid(format!("{path}.{name} must hold two or more")))
        }
        ("Or" | "And", Value::Array(parts)) => parts
            .iter()
            .enumerate()
            .try_for_each(|(at, part)| expression(part, &format!("{path}.{name}.{}", at + 1))),
        ("Not", below) => expression(below, &format!("{path}.Not")),
        (_, leaf)
            if leaf["Values"].as_array().is_none_or(Vec::is_empty) && leaf["MatchOptions"].is_null() =>
        {
            Err(invalid(format!("{path}.{name} must hold values")))
        }
        _ => Ok(()),
    }
}

fn period(asked: &Value, now: Timestamp) -> Result<Value, Refusal> {
    let given = |name: &str| seconds(&asked["TimePeriod"][name]);
    if asked["TimeUnit"] == "CUSTOM" && (given("Start").is_none() || given("End").is_none()) {
        return Err(invalid("a budget of the time unit CUSTOM needs a start and an end"));
    }
    let start = given("Start").unwrap_or_else(|| start(asked["TimeUnit"].as_str(), now));
    let end = given("End").unwrap_or(END);
    if start >= end {
        return Err(invalid("the start of a budget must be before its end"));
    }
    if end <= now.as_second() {
        return Err(invalid("the end of a budget must be in the future"));
    }
    Ok(json!({ "Start": start, "End": end }))
}

/// Where no start is given, a budget starts with the period that it is made in.
fn start(unit: Option<&str>, now: Timestamp) -> i64 {
    let today = now.to_zoned(TimeZone::UTC).date();
    let first = |months: i8| {
        let month = today.month() - (today.month() - 1) % months;
        Date::new(today.year(), month, 1).unwrap_or(today)
    };
    let start = match unit {
        Some("MONTHLY") => first(1),
        Some("QUARTERLY") => first(3),
        Some("ANNUALLY") => first(12),
        _ => today,
    };
    let start = start.to_zoned(TimeZone::UTC).map(|start| start.timestamp());
    start.unwrap_or_else(|_| now.checked_sub(24.hours()).unwrap_or(now)).as_second()
}

/// What a cost budget counts, with what is not said filled in.
fn cost_types(asked: &Value) -> Value {
    const COUNTED: [&str; 9] = [
        "IncludeTax",
        "IncludeSubscription",
        "IncludeRefund",
        "IncludeCredit",
        "IncludeUpfront",
        "IncludeRecurring",
        "IncludeOtherSubscription",
        "IncludeSupport",
        "IncludeDiscount",
    ];
    let defaults =
        COUNTED.into_iter().map(|name| (name, true)).chain([("UseBlended", false), ("UseAmortized", false)]);
    let filled =
        |(name, default): (&str, bool)| (name.to_owned(), asked[name].as_bool().unwrap_or(default).into());
    Value::Object(defaults.map(filled).collect::<Map<_, _>>())
}
