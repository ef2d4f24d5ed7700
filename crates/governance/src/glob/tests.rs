use super::*;
use proptest::prelude::*;

fn glob(text: &str) -> Glob {
    Glob::new(text).unwrap()
}

#[test]
fn stars_stay_within_parts_unless_doubled() {
    for (pattern, text, matches) in [
        ("p5.*", "p5.48xlarge", true),
        ("p5.*", "p5en.48xlarge", false),
        ("*.pinecone.io", "index.pinecone.io", true),
        ("*.pinecone.io", "a.b.pinecone.io", false),
        ("**.pinecone.io", "a.b.pinecone.io", true),
        ("aws:arn:aws:iam::1:role/agents/*", "aws:arn:aws:iam::1:role/agents/a/b", true),
        ("aws:*", "aws:arn:aws", false),
        ("copilot-swe-agent[bot]", "copilot-swe-agent[bot]", true),
        ("copilot-swe-agent[bot]", "copilot-swe-agentb", false),
        ("a?c", "abc", false),
        ("*", "", true),
        ("***", "a.b", true),
        (r#"module.a["x.y"].*"#, r#"module.a["x.y"].b"#, true),
        ("module.*.b", r#"module.a["x.y"].b"#, true),
        ("module.*.b", r#"module.a["x\".y"].b"#, true),
        ("module.*.b", "module.a.x.b", false),
        ("hashicorp/aws", "hashicorp/aws", true),
    ] {
        assert_eq!(glob(pattern).matches(text), matches, "{pattern} on {text}");
    }
}

#[test]
fn a_name_is_one_piece_whatever_its_case() {
    for (pattern, text, matches) in [
        ("anthropic.claude-*", "anthropic.claude-3-5-sonnet-20241022-v2:0", true),
        ("anthropic.claude-*", "amazon.nova-pro-v1:0", false),
        ("anthropic.claude-*", "xanthropic.claude-3", false),
        ("anthropic.claude-3", "anthropic.claude-3-5", false),
        ("p5*", "p5en.48xlarge", true),
        ("p5.*", "p5en.48xlarge", false),
        ("Standard_N*", "standard_nc24ads_a100_v4", true),
        ("standard_d2s_v5", "Standard_D2s_v5", true),
        ("*.pinecone.io", "a.b.pinecone.io", true),
        ("*.pinecone.io", "pinecone.io", false),
        ("*.pinecone.io", "a.pinecone.io.evil.example", false),
    ] {
        assert_eq!(Glob::of_names(pattern).unwrap().matches(text), matches, "{pattern} on {text}");
    }
    assert!(Glob::of_names("").is_err() && Glob::of_names(" a").is_err());
}

#[test]
fn hostile_patterns_take_no_time() {
    let pattern = glob(&"*a".repeat(200));
    assert!(!pattern.matches(&"a".repeat(20_000).replace("aaaaaaaaaa", "aaaaaaaaa.")));
}

#[test]
fn covering_is_proven_or_denied() {
    for (outer, inner, covers) in [
        ("anthropic.*", "anthropic.claude-*", true),
        ("anthropic.claude-*", "anthropic.*", false),
        ("*", "a*b", true),
        ("*", "a.b", false),
        ("**", "a.**", true),
        ("a.*", "a.**", false),
        ("a*b", "a*b", true),
        ("a*b*", "a*b", true),
        (r#"a["*"]"#, r#"a["x"]"#, false),
    ] {
        assert_eq!(glob(outer).covers(&glob(inner)), covers, "{outer} covers {inner}");
    }
}

#[test]
fn odd_patterns_are_refused() {
    for bad in ["", " a", "a ", "a\nb", &"a".repeat(513)] {
        assert!(Glob::new(bad).is_err(), "{bad:?}");
    }
}

/// The definition, by backtracking over quote-free text.
fn naive(pattern: &[char], text: &[char]) -> bool {
    match pattern {
        [] => text.is_empty(),
        ['*', '*', rest @ ..] => {
            let rest = &rest[rest.iter().take_while(|c| **c == '*').count()..];
            (0..=text.len()).any(|n| naive(rest, &text[n..]))
        }
        ['*', rest @ ..] => (0..=text.len())
            .take_while(|n| *n == 0 || !matches!(text[n - 1], '.' | ':'))
            .any(|n| naive(rest, &text[n..])),
        [c, rest @ ..] => text.first() == Some(c) && naive(rest, &text[1..]),
    }
}

proptest! {
    #[test]
    fn agrees_with_the_definition(pattern in "[ab.:*]{1,8}", text in "[ab.:]{0,8}") {
        let chars = |text: &str| text.chars().collect::<Vec<_>>();
        prop_assert_eq!(glob(&pattern).matches(&text), naive(&chars(&pattern), &chars(&text)));
    }

    #[test]
    fn names_are_covered_as_they_are_matched(outer in "[aAb.*]{1,6}", inner in "[aAb.*]{1,6}", text in "[aAb.]{0,6}") {
        let (outer, inner) = (Glob::of_names(&outer).unwrap(), Glob::of_names(&inner).unwrap());
        if outer.covers(&inner) && inner.matches(&text) {
            prop_assert!(outer.matches(&text), "{outer} should match {text} like {inner}");
        }
        if outer.matches(&text) && inner.matches(&text) {
            prop_assert!(outer.may_overlap(&inner));
        }
    }

    #[test]
    fn what_is_covered_is_matched(outer in "[ab.*]{1,6}", inner in "[ab.*]{1,6}", text in "[ab.]{0,6}") {
        let (outer, inner) = (glob(&outer), glob(&inner));
        if outer.covers(&inner) && inner.matches(&text) {
            prop_assert!(outer.matches(&text), "{outer} should match {text} like {inner}");
        }
        if outer.matches(&text) && inner.matches(&text) {
            prop_assert!(outer.may_overlap(&inner));
        }
    }

    #[test]
    fn covering_is_reflexive(pattern in "[a-c.:*\"\\[\\]]{1,12}") {
        let glob = glob(&pattern);
        prop_assert!(glob.covers(&glob));
    }
}
