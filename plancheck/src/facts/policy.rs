//! Policy documents of AWS: who is allowed what. Only what widens is read; a denial narrows and is passed over.

use remit_governance::json::Json;

/// A statement that allows something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Allows {
    /// Whom; empty in documents that belong to somebody.
    pub(super) principals: Vec<String>,
    /// What, in lower case. `NotAction` allows everything else, which is everything.
    pub(super) actions: Vec<String>,
    /// On what.
    pub(super) resources: Vec<String>,
    /// The conditions as they are written; absent where there are none.
    pub(super) condition: Option<String>,
}

impl Allows {
    /// Whether everybody is allowed it.
    pub(super) fn is_open(&self) -> bool {
        self.condition.is_none() && self.principals.iter().any(|principal| principal == "*")
    }
}

/// The statements of a document that allow something; `None` where the text is no policy document.
pub(super) fn allowed(text: &str) -> Option<Vec<Allows>> {
    if text.trim().is_empty() {
        return Some(Vec::new());
    }
    let document = Json::parse(text).ok()?;
    let statements = match document.as_object()?.get("Statement") {
        None => return Some(Vec::new()),
        Some(Json::Array(statements)) => statements.iter().collect(),
        Some(one) => vec![one],
    };
    let mut found = Vec::new();
    for statement in statements {
        if is_allowance(statement)? {
            found.push(allows(statement)?);
        }
    }
    found.sort();
    found.dedup();
    Some(found)
}

fn is_allowance(statement: &Json) -> Option<bool> {
    match statement.as_object()?.get("Effect").and_then(Json::as_str)? {
        "Allow" => Some(true),
        "Deny" => Some(false),
        _ => None,
    }
}

fn allows(statement: &Json) -> Option<Allows> {
    let members = statement.as_object()?;
    let everything = |name: &str| members.contains_key(name).then(|| vec!["*".to_owned()]);
    let list = |name: &str| members.get(name).map_or(Some(Vec::new()), texts);
    let principals = match members.get("Principal") {
        None => everything("NotPrincipal").unwrap_or_default(),
        Some(Json::Object(kinds)) => {
            let mut all = Vec::new();
            for (kind, value) in kinds {
                let named = |text: String| if kind == "AWS" { text } else { format!("{kind}:{text}") };
                all.extend(texts(value)?.into_iter().map(named));
            }
            all
        }
        Some(other) => texts(other)?,
    };
    let actions = match everything("NotAction") {
        Some(all) => all,
        None => list("Action")?.into_iter().map(|action| action.to_ascii_lowercase()).collect(),
    };
    let resources = match everything("NotResource") {
        Some(all) => all,
        None => list("Resource")?,
    };
    let condition = members.get("Condition").map(Json::to_text).filter(|text| text != "{}");
    Some(Allows { principals, actions, resources, condition })
}

fn texts(json: &Json) -> Option<Vec<String>> {
    let one = |json: &Json| json.as_str().map(str::to_owned);
    match json {
        Json::Array(items) => items.iter().map(one).collect(),
        other => one(other).map(|text| vec![text]),
    }
}

#[cfg(test)]
mod tests {
    use super::allowed;

    #[test]
    fn everybody_without_a_condition_is_open() {
        let open = |principal: &str, rest: &str| {
            let text = format!(
                r#"{{"Statement":{{"Effect":"Allow","Principal":{principal},"Action":"s3:GetObject","Resource":"*"{rest}}}}}"#
            );
            allowed(&text).unwrap().iter().any(super::Allows::is_open)
        };
        assert!(open(r#""*""#, "") && open(r#"{"AWS":"*"}"#, "") && open(r#"{"AWS":["arn:x","*"]}"#, ""));
        assert!(!open(r#"{"AWS":"arn:aws:iam::1:root"}"#, "") && !open(r#"{"Service":"*"}"#, ""));
        assert!(!open(r#""*""#, r#","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}"#));
        assert!(open(r#""*""#, r#","Condition":{}"#));
    }

    #[test]
    fn what_is_no_policy_is_told_apart_from_one_that_allows_nothing() {
        assert_eq!(
            allowed(r#"{"Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}"#),
            Some(Vec::new())
        );
        assert_eq!(allowed(""), Some(Vec::new()));
        for text in ["[]", "{", r#"{"Statement":[{"Action":"*"}]}"#, r#"{"Statement":["x"]}"#] {
            assert_eq!(allowed(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_excepted_leaves_everything_else() {
        let all =
            allowed(r#"{"Statement":[{"Effect":"Allow","NotAction":"iam:*","NotResource":"a"}]}"#).unwrap();
        assert_eq!(
            (all[0].actions.as_slice(), all[0].resources.as_slice()),
            (&["*".to_owned()][..], &["*".to_owned()][..])
        );
    }
}
