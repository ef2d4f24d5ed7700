use super::*;

fn json(text: &str) -> Json {
    Json::parse(text).unwrap()
}

fn told(kind: Kind, approved: &str, found: &str) -> Vec<String> {
    let shown = |d: Difference| format!("{} {} {}", d.field, d.part, d.direction);
    differences(kind, &json(approved), &json(found)).into_iter().map(shown).collect()
}

fn direction(approved: &str, found: &str) -> Direction {
    let (approved, found) = (json(approved), json(found));
    let document = |json: &Json| object([("Statement", json.clone()), ("Version", Json::from("2012-10-17"))]);
    document::difference(&document(&approved), &document(&found)).direction
}

#[test]
fn a_maximum_is_looser_above_and_without_a_bound_and_tighter_below() {
    let cap = |found| told(Kind::AutoScalingGroup, r#"{"max":10}"#, found);
    assert_eq!(cap(r#"{"max":40}"#), ["max limit looser"]);
    assert_eq!(cap(r#"{"max":null}"#), ["max limit looser"]);
    assert_eq!(cap(r#"{"max":9}"#), ["max limit tighter"]);
    assert_eq!(cap(r#"{"max":10}"#), [""; 0]);
    let both = told(Kind::ScalableTarget, r#"{"max":10,"min":2}"#, r#"{"max":8,"min":3}"#);
    assert_eq!(both, ["max limit tighter", "min limit looser"]);
    let function = |found| told(Kind::LambdaFunction, r#"{"reserved_concurrency":5}"#, found);
    assert_eq!(function(r#"{"reserved_concurrency":null}"#), ["reserved_concurrency limit looser"]);
    assert_eq!(function(r#"{"reserved_concurrency":0}"#), ["reserved_concurrency limit tighter"]);
}

const BUDGET: &str = r#"{"amount":"100","currency":"USD","period":"monthly","filter":{"accounts":["1"],"tags":{"a":"b"}},
    "alerts":{"actual above 80%":["dana@example.com","lee@example.com"]}}"#;

#[test]
fn a_budget_moves_field_by_field() {
    let with = |from: &str, to: &str| {
        assert!(BUDGET.contains(from), "{from}");
        told(Kind::Budget, BUDGET, &BUDGET.replace(from, to))
    };
    assert_eq!(with("\"100\"", "\"101\""), ["amount limit looser"]);
    assert_eq!(with("\"100\"", "\"99.5\""), ["amount limit tighter"]);
    assert_eq!(with("USD", "JPY"), ["currency limit looser"]);
    assert_eq!(with("monthly", "daily"), ["period limit looser"]);
    assert_eq!(with("monthly", "monthly, adjusted by AWS itself"), ["auto_adjust auto_raise looser"]);
    let adjusted = BUDGET.replace("monthly", "monthly, adjusted by AWS itself").replace("\"100\"", "\"7\"");
    assert_eq!(told(Kind::Budget, BUDGET, &adjusted), ["auto_adjust auto_raise looser"]);
    assert_eq!(with("monthly", "monthly, until 2026"), ["period limit looser"]);
    assert_eq!(with(r#"["1"]"#, r#"["1","2"]"#), ["filter limit tighter"]);
    assert_eq!(with(r#"["1"]"#, "[]"), ["filter limit tighter"]);
    assert_eq!(with(r#"["1"]"#, r#"["2"]"#), ["filter limit looser"]);
    assert_eq!(with(r#"{"a":"b"}"#, "{}"), ["filter limit tighter"]);
    assert_eq!(with(r#"{"a":"b"}"#, r#"{"a":"b","c":"d"}"#), ["filter limit looser"]);
    let gone = with(r#","lee@example.com""#, "");
    assert_eq!(gone, ["alerts[actual above 80%][lee@example.com] arming looser"]);
    let moved = with("above 80%", "above 95%");
    assert_eq!(moved, ["alerts[actual above 80%] arming looser", "alerts[actual above 95%] arming tighter"]);
}

#[test]
fn each_target_of_a_policy_is_by_itself() {
    let policy = |targets: &str| {
        format!(
            r#"{{"description":"a","document":{{"Statement":[],"Version":"2012-10-17"}},"targets":{targets}}}"#
        )
    };
    let found = told(Kind::Policy, &policy(r#"["ou-1","ou-2"]"#), &policy(r#"["ou-2","ou-3"]"#));
    assert_eq!(found, ["targets[ou-1] attachment looser", "targets[ou-3] attachment tighter"]);
    let words = told(Kind::Policy, &policy("[]"), &policy("[]").replace("\"a\"", "\"b\""));
    assert_eq!(words, ["description wording neither"]);
}

const DENY: &str = r#"{"Effect":"Deny","NotAction":["iam:*","sts:*"],"Resource":"*","Condition":{"StringNotEquals":
    {"aws:RequestedRegion":["eu-central-1","eu-west-1"]},"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::1:role/agents/*"}}}"#;

#[test]
fn a_statement_is_looser_where_it_denies_less() {
    use Direction::{Looser, Tighter};
    for (from, to, expected) in [
        (r#"["eu-central-1","eu-west-1"]"#, r#""eu-west-1""#, Tighter),
        (r#""eu-west-1"]"#, r#""eu-west-1","us-east-1"]"#, Looser),
        (r#"["iam:*","sts:*"]"#, r#""sts:*""#, Tighter),
        (r#""sts:*"]"#, r#""sts:*","ec2:*"]"#, Looser),
        ("Deny", "Allow", Looser),
        (
            r#""arn:aws:iam::1:role/agents/*""#,
            r#"["arn:aws:iam::1:role/agents/*","arn:aws:iam::1:role/b"]"#,
            Tighter,
        ),
        ("role/agents/*", "role/nobody", Looser),
        (r#""Resource":"*""#, r#""Resource":"arn:aws:s3:::a""#, Looser),
        (r#""ArnLike""#, r#""Bool":{"aws:ViaAWSService":"false"},"ArnLike""#, Looser),
        (r#","ArnLike":{"aws:PrincipalArn":"arn:aws:iam::1:role/agents/*"}"#, "", Tighter),
    ] {
        assert!(DENY.contains(from), "{from}");
        let (was, is) = (format!("[{DENY}]"), format!("[{}]", DENY.replace(from, to)));
        assert_eq!(direction(&was, &is), expected, "{from} -> {to}");
    }
}

#[test]
fn a_statement_that_is_gone_is_looser_and_a_further_denial_is_tighter() {
    let more = r#"{"Effect":"Deny","Action":"ec2:*","Resource":"*"}"#;
    let allow = r#"{"Effect":"Allow","Action":"ec2:*","Resource":"*"}"#;
    let (one, two) = (format!("[{DENY}]"), format!("[{DENY},{more}]"));
    assert_eq!(direction(&one, &two), Direction::Tighter);
    assert_eq!(direction(&two, &one), Direction::Looser);
    assert_eq!(direction(&one, &format!("[{DENY},{allow}]")), Direction::Looser);
    assert_eq!(direction(&one, "\"{\""), Direction::Looser);
}

/// Whatever was found: something is told exactly where something differs, and nothing that moved both ways is free.
mod properties {
    use super::*;
    use proptest::prelude::*;

    fn tree() -> impl Strategy<Value = Json> {
        let leaf = prop_oneof![
            Just(Json::Null),
            any::<u32>().prop_map(Json::from),
            prop_oneof!["[a-c]", "[0-9]{1,3}", "\\PC{0,4}"].prop_map(Json::from),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            let names = prop_oneof![
                Just("max"),
                Just("min"),
                Just("targets"),
                Just("document"),
                Just("Statement"),
                Just("Effect"),
                Just("Action"),
                Just("alerts"),
                Just("filter"),
                Just("period"),
            ];
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Json::Array),
                prop::collection::btree_map(names.prop_map(str::to_owned), inner, 0..5)
                    .prop_map(Json::Object),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_does_not_differ_says_nothing(one in tree()) {
            for kind in [Kind::Policy, Kind::Budget, Kind::AutoScalingGroup] {
                prop_assert_eq!(differences(kind, &one, &one), vec![]);
            }
        }

        #[test]
        fn a_raised_maximum_is_never_missed(was in 0_u32..1000, more in 1_u32..1000, other in tree()) {
            let side = |max: u32| object([("max", Json::from(max)), ("min", other.clone())]);
            let found = differences(Kind::AutoScalingGroup, &side(was), &side(was + more));
            prop_assert!(found.iter().any(|d| d.field == "max" && d.direction == Direction::Looser));
        }

        #[test]
        fn what_is_denied_no_more_is_looser(
            actions in prop::collection::btree_set("[a-e]:[A-C]", 2..6), gone in any::<prop::sample::Index>(),
        ) {
            let all: Vec<&String> = actions.iter().collect();
            let gone = gone.index(all.len());
            let fewer: Vec<&String> = all.iter().enumerate().filter(|(at, _)| *at != gone).map(|(_, one)| *one).collect();
            let document = |member: &'static str, texts: &[&String]| {
                let texts: Json = texts.iter().map(|text| Json::from(text.as_str())).collect();
                let deny = [("Effect", Json::from("Deny")), (member, texts), ("Resource", Json::from("*"))];
                object([("Statement", object(deny))])
            };
            let moved = |member, was: &[&String], is: &[&String]| {
                document::difference(&document(member, was), &document(member, is)).direction
            };
            prop_assert_eq!(moved("Action", &all, &fewer), Direction::Looser);
            prop_assert_eq!(moved("Action", &fewer, &all), Direction::Tighter);
            prop_assert_eq!(moved("NotAction", &all, &fewer), Direction::Tighter);
            prop_assert_eq!(moved("NotAction", &fewer, &all), Direction::Looser);
        }
    }
}
