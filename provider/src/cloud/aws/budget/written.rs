//! A budget as AWS writes it, and what that means.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_budgets::types::{
    Budget as Sent, BudgetType, Dimension, Expression, ExpressionDimensionValues, Metric, Spend as Amount,
    TagValues, TimeUnit,
};
use remit_governance::{
    control::aws::{Alert, Budget, Filter},
    decimal,
};

use super::super::fault::unbuilt;
use crate::cloud::Fault;

/// A budget as it is sent.
pub(super) fn sent(name: &str, body: &Budget) -> Result<Sent, Fault> {
    let amount = Amount::builder().amount(decimal::text(body.amount)).unit(&body.currency).build();
    let unit = match body.period.as_str() {
        "daily" => TimeUnit::Daily,
        "quarterly" => TimeUnit::Quarterly,
        "annually" => TimeUnit::Annually,
        _ => TimeUnit::Monthly,
    };
    Sent::builder()
        .budget_name(name)
        .budget_limit(amount.map_err(|error| unbuilt(&error))?)
        .budget_type(BudgetType::Cost)
        .time_unit(unit)
        .metrics(Metric::UnblendedCost)
        .set_filter_expression(expression(&body.filter)?)
        .build()
        .map_err(|error| unbuilt(&error))
}

/// What a budget of AWS means.
pub(super) fn understood(found: &Sent, alerts: BTreeMap<Alert, BTreeSet<String>>) -> Budget {
    let limit = found.budget_limit.as_ref();
    Budget {
        amount: limit.and_then(|limit| decimal::parse(&limit.amount)).unwrap_or_default(),
        currency: limit.map(|limit| limit.unit.clone()).unwrap_or_default(),
        period: period(found),
        filter: filter(found),
        alerts,
    }
}

fn expression(filter: &Filter) -> Result<Option<Expression>, Fault> {
    let Filter::Spend { accounts, tags } = filter else { return Ok(None) };
    let mut parts = Vec::new();
    if !accounts.is_empty() {
        let values = ExpressionDimensionValues::builder()
            .key(Dimension::LinkedAccount)
            .set_values(Some(accounts.iter().cloned().collect()));
        parts
            .push(Expression::builder().dimensions(values.build().map_err(|error| unbuilt(&error))?).build());
    }
    for (key, value) in tags {
        parts.push(Expression::builder().tags(TagValues::builder().key(key).values(value).build()).build());
    }
    Ok(match parts.len() {
        0 | 1 => parts.pop(),
        _ => Some(Expression::builder().set_and(Some(parts)).build()),
    })
}

/// What is not a filter of the form that we write is told in words, and differs from every one of ours.
fn filter(budget: &Sent) -> Filter {
    let (mut accounts, mut tags) = (BTreeSet::new(), BTreeMap::new());
    let understood = match &budget.filter_expression {
        None => true,
        Some(expression) => match &expression.and {
            Some(parts) if !parts.is_empty() => {
                parts.iter().all(|part| part_of(part, &mut accounts, &mut tags))
            }
            _ => part_of(expression, &mut accounts, &mut tags),
        },
    };
    let costs =
        budget.metrics.as_deref().is_none_or(|metrics| matches!(metrics, [Metric::UnblendedCost] | []));
    let expressed = budget.filter_expression.is_some();
    #[allow(deprecated, reason = "budgets that others made have these, and ours must not")]
    let older = budget.cost_filters.as_ref().is_some_and(|filters| !filters.is_empty() && !expressed);
    match (understood, costs, older, &budget.budget_type) {
        (true, true, false, BudgetType::Cost) => Filter::Spend { accounts, tags },
        (_, _, true, _) => Filter::Other("cost filters that Remit did not write".to_owned()),
        (false, ..) => Filter::Other("an expression that Remit did not write".to_owned()),
        (_, _, _, kind) => Filter::Other(format!("{} by other metrics", kind.as_str())),
    }
}

fn part_of(part: &Expression, accounts: &mut BTreeSet<String>, tags: &mut BTreeMap<String, String>) -> bool {
    let alone =
        part.and.is_none() && part.or.is_none() && part.not.is_none() && part.cost_categories.is_none();
    match (&part.dimensions, &part.tags) {
        (Some(values), None) if alone && values.key == Dimension::LinkedAccount && accounts.is_empty() => {
            accounts.extend(values.values.iter().cloned());
            true
        }
        (None, Some(values)) if alone => match (&values.key, values.values.as_deref()) {
            (Some(key), Some([value])) => tags.insert(key.clone(), value.clone()).is_none(),
            _ => false,
        },
        _ => false,
    }
}

/// The period, with what else changes the amount or ends the budget.
fn period(budget: &Sent) -> String {
    let mut period = budget.time_unit.as_str().to_lowercase();
    if budget.auto_adjust_data.is_some() {
        period.push_str(", adjusted by AWS itself");
    }
    if budget.planned_budget_limits.as_ref().is_some_and(|planned| !planned.is_empty()) {
        period.push_str(", with planned amounts");
    }
    // What is given no end ends in 2087; on the day AWS deletes the budget.
    let end = budget.time_period.as_ref().and_then(|period| period.end);
    if let Some(end) = end.filter(|end| end.secs() < 3_600_000_000) {
        period.extend([", until ".to_owned(), end.to_string()]);
    }
    period
}
