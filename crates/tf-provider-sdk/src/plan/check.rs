//! Terraform's own rules of consistency, applied before Terraform applies them, with the attribute named.
//!
//! Each breach is the provider's mistake. Terraform would answer with "Provider produced an invalid plan" or "inconsistent result
//! after apply" and stop; finding it here says which attribute and which rule.

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::path::Path;
use crate::schema::{Attribute, Kind, Nesting, Schema};
use crate::value::Value;

/// A plan may set only what is computed; what is configured must stay as configured, or as it was.
pub(crate) fn check_plan(schema: &Schema, config: &Value, prior: &Value, planned: &Value) -> Diagnostics {
    let mut found = Diagnostics::new();
    plan_object(&schema.attributes, [config, prior, planned], &Path::root(), &mut found);
    found
}

fn plan_object(attributes: &[Attribute], values: [&Value; 3], path: &Path, found: &mut Diagnostics) {
    for attribute in attributes {
        let values = values.map(|value| value.attr(&attribute.name));
        plan_attribute(attribute, values, &path.clone().attr(&attribute.name), found);
    }
}

fn plan_attribute(attribute: &Attribute, values: [&Value; 3], path: &Path, found: &mut Diagnostics) {
    let [config, prior, planned] = values;
    let fault =
        |rule: &str| Diagnostic::bug(format!("The plan breaks a rule at `{path}`: {rule}.")).at(path.clone());
    if attribute.write_only {
        if !planned.is_null() {
            found.push(fault("a write-only value must not be planned"));
        }
    } else if config.is_null() {
        if !attribute.is_computed() && !planned.is_null() {
            found.push(fault("an attribute that is not configured and not computed must stay null"));
        }
    } else if planned == config || (planned == prior && !prior.is_null()) {
        // As configured, or as it was: both are allowed.
    } else if let (Kind::Nested(nesting, inner), false) =
        (&attribute.kind, config.is_unknown() || planned.is_null())
    {
        plan_nested(*nesting, inner, values, path, found);
    } else {
        found.push(fault("a configured value must be planned as it is configured"));
    }
}

fn plan_nested(
    nesting: Nesting,
    inner: &[Attribute],
    values: [&Value; 3],
    path: &Path,
    found: &mut Diagnostics,
) {
    let [config, prior, planned] = values;
    let (wanted, given) = (config.parts(), planned.parts());
    if nesting == Nesting::Single {
        plan_object(inner, values, path, found);
    } else if wanted.len() != given.len() {
        let counts = format!("{} elements are configured and {} are planned", wanted.len(), given.len());
        found
            .push(Diagnostic::bug(format!("The plan breaks a rule at `{path}`: {counts}.")).at(path.clone()));
    } else if nesting != Nesting::Set {
        // Elements of sets have no place to compare by.
        for ((step, config), (_, planned)) in wanted.into_iter().zip(given) {
            let prior = prior.get(&Path::from_steps([&step])).unwrap_or(&Value::Null);
            let path = path.clone().step(step);
            plan_object(inner, [config, prior, planned], &path, found);
        }
    }
}

/// What was planned as known must come out as planned.
pub(crate) fn check_applied(planned: &Value, applied: &Value) -> Diagnostics {
    let mut found = Diagnostics::new();
    applied_value(planned, applied, &Path::root(), &mut found);
    found
}

fn applied_value(planned: &Value, applied: &Value, path: &Path, found: &mut Diagnostics) {
    let mut fault = |rule: String| {
        found
            .push(Diagnostic::bug(format!("The result breaks a rule at `{path}`: {rule}.")).at(path.clone()));
    };
    match (planned.plain(), applied.plain()) {
        (Value::Unknown(refinement), applied) => {
            if refinement.is_not_null() && applied.is_null() {
                fault("it was planned never to be null and is null".to_owned());
            }
        }
        (planned, applied) if planned == applied => {}
        (Value::Object(_), Value::Object(object)) => {
            for (step, planned) in planned.parts() {
                let name = match &step {
                    crate::path::Step::Attribute(name) => name.as_str(),
                    _ => "",
                };
                applied_value(planned, object.get(name), &path.clone().attr(name), found);
            }
        }
        (Value::List(planned), Value::List(applied)) if planned.len() == applied.len() => {
            for (index, (planned, applied)) in planned.iter().zip(applied).enumerate() {
                applied_value(planned, applied, &path.clone().index(index), found);
            }
        }
        // A set with unknown elements may come out smaller, never larger.
        (Value::Set(planned), Value::Set(applied))
            if !planned.iter().all(Value::is_wholly_known) && applied.len() <= planned.len() => {}
        (planned, applied) if planned.kind() == applied.kind() => {
            fault(format!("it was planned as {} and came out as another one", planned.kind()));
        }
        (planned, applied) => {
            fault(format!("it was planned as {} and came out as {}", planned.kind(), applied.kind()));
        }
    }
}

/// Nothing may be unknown after apply, read or import.
pub(crate) fn check_unknown(value: &Value) -> Diagnostics {
    if value.is_wholly_known() {
        return Diagnostics::new();
    }
    let unknown = value.paths_unknown().into_iter();
    unknown
        .map(|path| {
            Diagnostic::bug(format!("`{path}` is still unknown, and now it must have a value.")).at(path)
        })
        .collect()
}
