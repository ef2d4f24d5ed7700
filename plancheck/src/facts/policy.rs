//! Policy documents: who is allowed what, what is denied, and whether one document gives more than another. Those of AWS, and those of
//! Google, in which a role stands for what is allowed.

use std::collections::BTreeMap;

use remit_governance::json::Json;

/// A statement that allows something, or denies it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Statement {
    /// Whom; empty in documents that belong to somebody.
    pub(super) principals: Vec<String>,
    /// What, in lower case. `NotAction` allows everything else, which is everything.
    pub(super) actions: Vec<String>,
    /// On what.
    pub(super) resources: Vec<String>,
    /// The conditions as they are written; absent where there are none.
    pub(super) condition: Option<String>,
    /// What it excepts. Such a statement is read as one about everything, which is more than it says.
    excepting: Vec<String>,
}

/// The statements of one document or of several.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Document {
    pub(super) allowed: Vec<Statement>,
    denied: Vec<Statement>,
}

impl Statement {
    /// Whether everybody is allowed it.
    pub(super) fn is_open(&self) -> bool {
        self.condition.is_none() && self.principals.iter().any(|principal| principal == "*")
    }
}

/// More pairs than any real policy has are not compared, and count as more.
const PAIRS: usize = 1_000_000;

impl Document {
    /// Adds what another document says.
    pub(super) fn join(&mut self, other: Self) {
        self.allowed.extend(other.allowed);
        self.denied.extend(other.denied);
    }

    /// Whether this allows something that the other does not, or lacks a denial that the other has. Where a comparison of names and
    /// wildcards does not show that it gives no more, it gives more.
    pub(super) fn gives_more_than(&self, other: &Self) -> bool {
        !are_covered(&self.allowed, &other.allowed) || !are_covered(&other.denied, &self.denied)
    }
}

/// Whether everything some statements are about, others are about as well.
fn are_covered(statements: &[Statement], by: &[Statement]) -> bool {
    let size = |all: &[Statement]| all.iter().map(Statement::size).sum::<usize>();
    if statements == by {
        return true;
    }
    size(statements).saturating_mul(size(by)) <= PAIRS
        && statements.iter().all(|statement| {
            by.iter().any(|other| other.covers(statement)) || statement.is_covered_in_parts(by)
        })
}

impl Statement {
    /// How many names it holds.
    fn size(&self) -> usize {
        1 + self.principals.len() + self.actions.len() + self.resources.len()
    }

    /// Whether this is about everything that the other is about.
    fn covers(&self, other: &Self) -> bool {
        if !self.excepting.is_empty() {
            return self == other;
        }
        (self.condition.is_none() || self.condition == other.condition)
            && cover(&self.principals, &other.principals, is_principal_covered)
            && cover(&self.actions, &other.actions, is_pattern_covered)
            && cover(&self.resources, &other.resources, is_pattern_covered)
    }

    /// Whether each action on each resource by each principal is covered by some statement, if not by the same one.
    fn is_covered_in_parts(&self, by: &[Self]) -> bool {
        // What is absent stays absent in every part.
        let parts = |all: &[String]| -> Vec<Vec<String>> {
            if all.is_empty() { vec![Vec::new()] } else { all.iter().map(|one| vec![one.clone()]).collect() }
        };
        let lists = [&self.principals, &self.actions, &self.resources].map(|list| parts(list));
        let [principals, actions, resources] = &lists;
        let names: usize = by.iter().map(Self::size).sum();
        let count = lists.iter().fold(names, |count, list| count.saturating_mul(list.len()));
        count <= PAIRS
            && principals.iter().all(|principals| {
                actions.iter().all(|actions| {
                    resources.iter().all(|resources| {
                        let part = Self {
                            principals: principals.clone(),
                            actions: actions.clone(),
                            resources: resources.clone(),
                            ..self.clone()
                        };
                        by.iter().any(|other| other.covers(&part))
                    })
                })
            })
    }
}

fn cover(patterns: &[String], others: &[String], covers: fn(&str, &str) -> bool) -> bool {
    let is_covered = |other: &String| patterns.iter().any(|pattern| covers(pattern, other));
    patterns.is_empty() == others.is_empty() && others.iter().all(is_covered)
}

/// A principal is named whole. Everybody is everybody with an account, not a service.
fn is_principal_covered(by: &str, principal: &str) -> bool {
    by == principal || (by == "*" && (principal.starts_with("arn:") || !principal.contains(':')))
}

/// Whether one pattern matches everything that another does: a wildcard of the other is matched by a wildcard only.
fn is_pattern_covered(by: &str, pattern: &str) -> bool {
    // In `${…}` a wildcard can stand for itself.
    if by.contains("${") {
        return by == pattern;
    }
    let (by, text): (Vec<char>, Vec<char>) = (by.chars().collect(), pattern.chars().collect());
    let (mut at, mut read) = (0, 0);
    // Where the last `*` stands, and what it has not taken yet.
    let mut star: Option<(usize, usize)> = None;
    while let Some(&letter) = text.get(read) {
        match by.get(at) {
            Some('*') => {
                star = Some((at, read));
                at += 1;
            }
            Some(&own) if own == letter || (own == '?' && letter != '*') => {
                at += 1;
                read += 1;
            }
            _ => match star {
                Some((place, taken)) => {
                    star = Some((place, taken + 1));
                    at = place + 1;
                    read = taken + 1;
                }
                None => return false,
            },
        }
    }
    by.iter().skip(at).all(|own| *own == '*')
}

/// What may stand in a document, in the words of both clouds.
const DOCUMENT: &[&str] =
    &["Version", "Id", "Statement", "version", "etag", "bindings", "auditConfigs", "audit_configs"];
/// What may stand in a statement.
const STATEMENT: &[&str] = &[
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];

/// The statements of a document that allow something; `None` where the text is no policy document.
pub(super) fn allowed(text: &str) -> Option<Vec<Statement>> {
    read(text).map(|document| document.allowed)
}

/// All statements of a document; `None` where the text is no policy document.
pub(super) fn read(text: &str) -> Option<Document> {
    let mut found = Document::default();
    if text.trim().is_empty() {
        return Some(found);
    }
    let document = Json::parse(text).ok()?;
    let members = members_among(&document, DOCUMENT)?;
    for binding in list(members.get("bindings")) {
        found.allowed.push(bound(binding)?);
    }
    for one in list(members.get("Statement")) {
        let side = if is_allowance(one)? { &mut found.allowed } else { &mut found.denied };
        side.push(statement(one)?);
    }
    for side in [&mut found.allowed, &mut found.denied] {
        side.sort();
        side.dedup();
    }
    Some(found)
}

/// The members of an object, if there are no others than these: what another spelling comes to is for the cloud to say.
fn members_among<'j>(json: &'j Json, known: &[&str]) -> Option<&'j BTreeMap<String, Json>> {
    json.as_object().filter(|members| members.keys().all(|name| known.contains(&name.as_str())))
}

fn list(json: Option<&Json>) -> Vec<&Json> {
    match json {
        None => Vec::new(),
        Some(Json::Array(items)) => items.iter().collect(),
        Some(one) => vec![one],
    }
}

/// A role of Google and who has it.
fn bound(binding: &Json) -> Option<Statement> {
    let members = binding.as_object()?;
    Some(Statement {
        principals: sorted(texts(members.get("members")?)?),
        actions: vec![members.get("role")?.as_str()?.to_owned()],
        resources: Vec::new(),
        condition: members.get("condition").filter(|json| **json != Json::Null).map(Json::to_text),
        excepting: Vec::new(),
    })
}

fn is_allowance(statement: &Json) -> Option<bool> {
    match statement.as_object()?.get("Effect").and_then(Json::as_str)? {
        "Allow" => Some(true),
        "Deny" => Some(false),
        _ => None,
    }
}

fn statement(json: &Json) -> Option<Statement> {
    let members = members_among(json, STATEMENT)?;
    let everything = |name: &str| members.contains_key(name).then(|| vec!["*".to_owned()]);
    let list = |name: &str| members.get(name).map_or(Some(Vec::new()), texts);
    let principals = match members.get("Principal") {
        None => everything("NotPrincipal").unwrap_or_default(),
        Some(principals) => named(principals)?,
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
    let excepting = ["NotPrincipal", "NotAction", "NotResource"].into_iter().filter_map(|name| {
        let excepted = members.get(name)?;
        Some(format!(
            "{name} {}",
            texts(excepted).map_or_else(|| excepted.to_text(), |all| sorted(all).join(" "))
        ))
    });
    Some(Statement {
        principals: sorted(principals),
        actions: sorted(actions),
        resources: sorted(resources),
        condition,
        excepting: excepting.collect(),
    })
}

/// Principals with their kind, but for those of AWS.
fn named(principals: &Json) -> Option<Vec<String>> {
    let Json::Object(kinds) = principals else { return texts(principals) };
    let mut all = Vec::new();
    for (kind, value) in kinds {
        let named = |text: String| if kind == "AWS" { text } else { format!("{kind}:{text}") };
        all.extend(texts(value)?.into_iter().map(named));
    }
    Some(all)
}

fn sorted(mut texts: Vec<String>) -> Vec<String> {
    texts.sort_unstable();
    texts.dedup();
    texts
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
            allowed(&text).unwrap().iter().any(super::Statement::is_open)
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

    fn more(before: &str, after: &str) -> bool {
        let read = |statements: &str| super::read(&format!(r#"{{"Statement":[{statements}]}}"#)).unwrap();
        read(after).gives_more_than(&read(before))
    }

    fn allow(action: &str, resource: &str) -> String {
        format!(r#"{{"Effect":"Allow","Action":{action},"Resource":{resource}}}"#)
    }

    #[test]
    fn what_was_not_covered_is_more_and_its_reverse_is_not() {
        let wider = [
            (allow(r#""s3:Get*""#, r#""*""#), allow(r#""s3:*""#, r#""*""#)),
            (allow(r#""s3:Get?""#, r#""*""#), allow(r#""s3:Get*""#, r#""*""#)),
            (allow(r#""a:b""#, r#""x/1""#), allow(r#""a:b""#, r#""x/?""#)),
            (allow(r#"["a:b"]"#, r#""x""#), allow(r#"["a:b","a:c"]"#, r#""x""#)),
            (allow(r#""a:b""#, r#""x/${aws:username}""#), allow(r#""a:b""#, r#"["x/${aws:username}","y"]"#)),
            (String::new(), allow(r#""a:b""#, r#""x""#)),
        ];
        for (before, after) in wider {
            assert!(more(&before, &after), "{before} → {after}");
            assert!(!more(&after, &before), "{after} → {before}");
        }
    }

    #[test]
    fn several_statements_cover_what_one_says_and_cross_pairs_are_more() {
        let apart = [allow(r#""a:b""#, r#""x""#), allow(r#""a:c""#, r#""y""#)].join(",");
        let both = allow(r#"["a:b","a:c"]"#, r#"["x","y"]"#);
        assert!(more(&apart, &both) && !more(&both, &apart));
        let by_action = [allow(r#""A:B""#, r#"["x","y"]"#), allow(r#""a:c""#, r#"["y","x"]"#)].join(",");
        assert!(!more(&by_action, &both) && !more(&both, &by_action));
    }

    #[test]
    fn conditions_exceptions_and_denials_are_compared_as_written() {
        let when = |value: &str| {
            format!(
                r#"{{"Effect":"Allow","Action":"a:b","Resource":"*","Condition":{{"Bool":{{"k":"{value}"}}}}}}"#
            )
        };
        let plain = allow(r#""a:b""#, r#""*""#);
        assert!(more(&when("true"), &when("false")) && more(&when("true"), &plain));
        assert!(!more(&plain, &when("true")) && !more(&when("true"), &when("true")));
        let but = |effect: &str, action: &str| {
            format!(r#"{{"Effect":"{effect}","NotAction":{action},"Resource":"*"}}"#)
        };
        // Everything but one thing does not cover that thing.
        assert!(more(&but("Allow", r#""iam:*""#), &allow(r#""iam:PassRole""#, r#""*""#)));
        assert!(more(&but("Allow", r#"["a:b","iam:*"]"#), &but("Allow", r#""iam:*""#)));
        assert!(!more(&but("Allow", r#"["a:b","c:d"]"#), &but("Allow", r#"["c:d","a:b"]"#)));
        assert!(!more(&allow(r#""*""#, r#""*""#), &but("Allow", r#""iam:*""#)));
        let deny = |action: &str| format!(r#"{{"Effect":"Deny","Action":"{action}","Resource":"*"}}"#);
        assert!(more(&deny("iam:*"), "") && more(&deny("iam:*"), &deny("iam:Get*")));
        assert!(!more("", &deny("iam:*")) && !more(&deny("iam:Get*"), &deny("iam:*")));
        assert!(more(&deny("iam:*"), &but("Deny", r#""iam:PassRole""#)));
    }

    #[test]
    fn everybody_covers_accounts_and_no_services() {
        let trust = |principal: &str| {
            format!(r#"{{"Effect":"Allow","Principal":{principal},"Action":"sts:AssumeRole"}}"#)
        };
        assert!(!more(&trust(r#"{"AWS":"*"}"#), &trust(r#"{"AWS":"arn:aws:iam::1:root"}"#)));
        assert!(more(&trust(r#"{"AWS":"*"}"#), &trust(r#"{"Service":"ec2.amazonaws.com"}"#)));
        assert!(more(&trust(r#"{"AWS":"arn:aws:iam::1:root"}"#), &trust(r#"{"AWS":"*"}"#)));
        assert!(more(&trust(r#"{"AWS":"arn:aws:iam::1:*"}"#), &trust(r#"{"AWS":"arn:aws:iam::1:root"}"#)));
    }

    #[test]
    fn roles_of_google_are_compared_by_name_and_member() {
        let read = |bindings: &str| super::read(&format!(r#"{{"bindings":[{bindings}]}}"#)).unwrap();
        let one = |role: &str, members: &str| format!(r#"{{"role":"{role}","members":{members}}}"#);
        let viewer = read(&one("roles/viewer", r#"["user:a","user:b"]"#));
        let split =
            read(&[one("roles/viewer", r#"["user:b"]"#), one("roles/viewer", r#"["user:a"]"#)].join(","));
        assert!(!split.gives_more_than(&viewer) && !viewer.gives_more_than(&split));
        assert!(viewer.gives_more_than(&read(&one("roles/viewer", r#"["user:a"]"#))));
        assert!(read(&one("roles/owner", r#"["user:a"]"#)).gives_more_than(&viewer));
        assert_eq!(super::read(r#"{"bindings":[{"role":"roles/owner"}]}"#), None);
    }

    #[test]
    fn a_spelling_that_only_the_cloud_understands_is_no_policy() {
        for text in [
            r#"{"statement":[]}"#,
            r#"{"Statement":[{"Effect":"Allow","action":"*","Resource":"*"}]}"#,
            r#"{"Statement":[{"Effect":"allow","Action":"*","Resource":"*"}]}"#,
        ] {
            assert_eq!(super::read(text), None, "{text}");
        }
    }

    #[test]
    fn more_than_can_be_compared_counts_as_more() {
        let names: Vec<String> = (0..2000).map(|number| format!(r#""a:{number}""#)).collect();
        let list = |names: &[String]| allow(&format!("[{}]", names.join(",")), r#""*""#);
        assert!(more(&list(&names), &list(&names[1..])) && !more(&list(&names), &list(&names)));
    }

    proptest::proptest! {
        /// What a pattern covers, it matches: every text of the narrower is one of the wider.
        #[test]
        fn a_covered_pattern_matches_no_more(by in "[ab*?]{0,5}", pattern in "[ab*?]{0,5}", fill in "[ab]{0,3}") {
            let star = pattern.replace('*', &fill).replace('?', "b");
            if super::is_pattern_covered(&by, &pattern) {
                proptest::prop_assert!(super::is_pattern_covered(&by, &star), "{} {} {}", by, pattern, star);
            }
            proptest::prop_assert!(super::is_pattern_covered(&pattern, &star));
        }
    }
}
