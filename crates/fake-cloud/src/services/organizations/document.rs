//! Whether a text is a service control policy. What it would do is not looked at.

use serde_json::{Map, Value};

const STATEMENT: [&str; 8] =
    ["Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition", "Principal"];

/// What is wrong with a document, as part of a sentence.
pub(super) fn check(content: &str) -> Result<(), String> {
    let document: Value = serde_json::from_str(content).map_err(|error| format!("it is no JSON: {error}"))?;
    let document = document.as_object().ok_or("it is no JSON object")?;
    if let Some(other) = document.keys().find(|key| !["Version", "Id", "Statement"].contains(&key.as_str())) {
        return Err(format!("{other} is no element of a policy"));
    }
    if document.get("Version").is_none_or(|version| version != "2012-10-17") {
        return Err("Version must be 2012-10-17".to_owned());
    }
    let statements = match document.get("Statement") {
        Some(Value::Array(statements)) => statements.iter().collect(),
        Some(one @ Value::Object(_)) => vec![one],
        _ => return Err("Statement must hold statements".to_owned()),
    };
    if statements.is_empty() {
        return Err("Statement must hold statements".to_owned());
    }
    let mut sids = Vec::new();
    for statement in statements {
        let statement = statement.as_object().ok_or("a statement is no JSON object")?;
        check_statement(statement)?;
        if let Some(sid) = statement.get("Sid") {
            if sids.contains(&sid) {
                return Err(format!("the Sid {sid} is there twice"));
            }
            sids.push(sid);
        }
    }
    Ok(())
}

fn check_statement(statement: &Map<String, Value>) -> Result<(), String> {
    if let Some(other) = statement.keys().find(|key| !STATEMENT.contains(&key.as_str())) {
        return Err(format!("{other} is no element of a statement"));
    }
    if statement.contains_key("Principal") {
        return Err("a service control policy names no Principal".to_owned());
    }
    if statement.get("Effect").is_none_or(|effect| effect != "Allow" && effect != "Deny") {
        return Err("Effect must be Allow or Deny".to_owned());
    }
    if statement
        .get("Sid")
        .is_some_and(|sid| sid.as_str().is_none_or(|sid| !sid.chars().all(char::is_alphanumeric)))
    {
        return Err("a Sid holds letters and digits".to_owned());
    }
    one_of(statement, "Action", "NotAction")?;
    one_of(statement, "Resource", "NotResource")?;
    match statement.get("Condition") {
        None => Ok(()),
        Some(Value::Object(operators)) if operators.values().all(Value::is_object) => Ok(()),
        Some(_) => Err("Condition must hold operators, each with keys".to_owned()),
    }
}

fn one_of(statement: &Map<String, Value>, name: &str, not: &str) -> Result<(), String> {
    let ((Some(value), None) | (None, Some(value))) = (statement.get(name), statement.get(not)) else {
        return Err(format!("a statement needs either {name} or {not}"));
    };
    let is_text = |value: &Value| value.as_str().is_some_and(|text| !text.is_empty());
    let is_good =
        is_text(value) || value.as_array().is_some_and(|list| !list.is_empty() && list.iter().all(is_text));
    if is_good { Ok(()) } else { Err(format!("{name} must be a text or a list of texts")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_of_aws_is_one() {
        let deny = r#"{"Version":"2012-10-17","Statement":[{"Sid":"A1","Effect":"Deny","NotAction":["sts:*"],"Resource":"*",
            "Condition":{"StringNotEquals":{"aws:RequestedRegion":["eu-west-1"]}}}]}"#;
        assert_eq!(check(deny), Ok(()));
        assert_eq!(check(&super::super::policies::Policy::full_access().content), Ok(()));
    }

    #[test]
    fn what_is_none_is_told() {
        let of = |statement: &str| {
            check(&format!(r#"{{"Version":"2012-10-17","Statement":[{statement}]}}"#)).unwrap_err()
        };
        assert_eq!(of(r#"{"Effect":"Deny","Resource":"*"}"#), "a statement needs either Action or NotAction");
        assert_eq!(of(r#"{"Effect":"No","Action":"*","Resource":"*"}"#), "Effect must be Allow or Deny");
        assert_eq!(
            of(r#"{"Effect":"Deny","Action":"*","Resource":"*","Principal":"*"}"#),
            "a service control policy names no Principal"
        );
        assert_eq!(
            of(r#"{"Effect":"Deny","Action":[],"Resource":"*"}"#),
            "Action must be a text or a list of texts"
        );
        assert_eq!(of(""), "Statement must hold statements");
        assert_eq!(check(r#"{"Statement":[]}"#).unwrap_err(), "Version must be 2012-10-17");
        assert!(check("{").unwrap_err().starts_with("it is no JSON"));
    }
}
