//! What looks like a secret although no plan marks it so: by the name it stands under, or by its own form.
//!
//! This is the second net. The first is what the plan marks sensitive, which never becomes text at all ([`crate::finding::Shown`]).

use std::borrow::Cow;

use serde_json::Value;

/// What stands in the place of a secret.
pub const MASK: &str = "(sensitive)";

/// Parts of names, without punctuation, under which secrets are kept.
const SECRET: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "secret",
    "apikey",
    "accesskey",
    "privatekey",
    "signingkey",
    "encryptionkey",
    "accountkey",
    "credential",
    "connectionstring",
    "userdata",
    "authkey",
];
/// The same, for names under which numbers are often kept too: a number of tokens is no secret.
const PERHAPS: &[&str] = &["token", "bearer", "cookie", "authorization"];
/// Starts of texts that are keys, with the length from which they are.
const KEYS: &[(&str, usize)] = &[
    ("AKIA", 20),
    ("ASIA", 20),
    ("ghp_", 30),
    ("gho_", 30),
    ("ghs_", 30),
    ("ghu_", 30),
    ("github_pat_", 30),
    ("glpat-", 20),
    ("xoxb-", 20),
    ("xoxp-", 20),
    ("xoxa-", 20),
    ("AIza", 35),
    ("sk-ant-", 24),
    ("sk-proj-", 24),
    ("sk_live_", 20),
    ("hvs.", 24),
    ("npm_", 30),
    ("pypi-", 30),
    ("eyJ", 40),
];

/// Whether a value is to be hidden because of the name it stands under.
pub fn is_secret(name: &str, value: &str) -> bool {
    let letters: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let letters = letters.to_ascii_lowercase();
    let harmless =
        ["arn", "policy", "length", "ttl", "authorizationtype"].iter().any(|end| letters.ends_with(end));
    let plain = value.parse::<f64>().is_ok() || matches!(value, "true" | "false" | "null" | "");
    let has = |parts: &[&str]| parts.iter().any(|part| letters.contains(part));
    !harmless
        && ((has(SECRET) && !matches!(value, "true" | "false" | "null" | "")) || (has(PERHAPS) && !plain))
}

/// The text with keys, tokens and passwords in addresses hidden wherever they stand in it.
pub fn mask(text: &str) -> Cow<'_, str> {
    if let Some(start) = text.find("-----BEGIN ").filter(|_| text.contains("PRIVATE KEY")) {
        let before = text.get(..start).unwrap_or_default();
        return Cow::Owned(format!("{}{MASK}", mask(before)));
    }
    let mut masked = String::new();
    let mut kept = 0;
    for (start, end) in secrets(text) {
        masked.push_str(text.get(kept..start).unwrap_or_default());
        masked.push_str(MASK);
        kept = end;
    }
    if kept == 0 {
        return Cow::Borrowed(text);
    }
    masked.push_str(text.get(kept..).unwrap_or_default());
    Cow::Owned(masked)
}

/// Where secrets stand, in order and without overlap.
fn secrets(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut start = 0;
    for word in text.split_inclusive(|c: char| !(c.is_ascii_alphanumeric() || "_-+/=.".contains(c))) {
        let end = start + word.len();
        let trimmed = word.trim_end_matches(|c: char| !(c.is_ascii_alphanumeric() || "_-+/=.".contains(c)));
        for part in [trimmed, trimmed.rsplit(['=', '/']).next().unwrap_or_default()] {
            if KEYS.iter().any(|(key, length)| part.starts_with(key) && part.len() >= *length) {
                let at = start + trimmed.len() - part.len();
                found.push((at, at + part.len()));
                break;
            }
        }
        start = end;
    }
    found.extend(user_information(text));
    found.sort_unstable();
    let mut last = 0;
    found.retain(|(start, end)| {
        let apart = *start >= last;
        last = last.max(*end);
        apart
    });
    found
}

/// `user:password` in front of the host of an address.
fn user_information(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("://") {
        let start = at + 3;
        let rest = text.get(start..).unwrap_or_default();
        let end = rest.find(|c: char| c == '/' || c.is_whitespace()).unwrap_or(rest.len());
        let authority = rest.get(..end).unwrap_or_default();
        if let Some(sign) = authority.rfind('@')
            && authority.get(..sign).is_some_and(|user| user.contains(':'))
        {
            found.push((start, start + sign));
        }
    }
    found
}

/// Takes secrets out of a document.
pub fn json(document: &mut Value) {
    match document {
        Value::Object(members) => {
            for (name, member) in members.iter_mut() {
                match member {
                    Value::Object(_) | Value::Array(_) if !is_secret(name, MASK) => json(member),
                    Value::String(text) if !is_secret(name, text) => *text = mask(text).into_owned(),
                    other if is_secret(name, &other.to_string()) => *other = MASK.into(),
                    _ => {}
                }
            }
            named_values(members);
        }
        Value::Array(items) => items.iter_mut().for_each(json),
        Value::String(text) => {
            if let Cow::Owned(masked) = mask(text) {
                *text = masked;
            }
        }
        _ => {}
    }
}

/// `{ "name": "DB_PASSWORD", "value": … }`, as containers are given their environment.
fn named_values(members: &mut serde_json::Map<String, Value>) {
    let name = ["name", "Name", "key", "Key"].iter().find_map(|key| members.get(*key)?.as_str());
    let Some(name) = name.map(str::to_owned) else { return };
    for key in ["value", "Value"] {
        if let Some(Value::String(text)) = members.get_mut(key)
            && is_secret(&name, text)
        {
            MASK.clone_into(text);
        }
    }
}

/// Takes secrets out of text, line by line: `name = value` and `name: value` by name, the rest by form.
pub fn text(text: &str) -> String {
    if text.contains("-----BEGIN ") && text.contains("PRIVATE KEY") {
        return mask(text).into_owned();
    }
    text.split_inclusive('\n').map(line).collect()
}

fn line(line: &str) -> String {
    if let Some((name, value)) = line.split_once(['=', ':'])
        && is_secret(name, value.trim())
    {
        let end = if line.ends_with('\n') { "\n" } else { "" };
        return format!("{name}= {MASK}{end}");
    }
    mask(line).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_hide_and_names_of_settings_do_not() {
        for name in [
            "db_password",
            "apiKey",
            "environment.variables.OPENAI_API_KEY",
            "master-password",
            "client_secret",
            "user_data",
            "authorization",
        ] {
            assert!(is_secret(name, "x"), "{name}");
        }
        assert!(is_secret("token", "abc") && is_secret("password", "123456"));
        for (name, value) in [
            ("max_tokens", "4096"),
            ("max_size", "12"),
            ("kms_key_id", "k"),
            ("password_policy", "strict"),
            ("secret_arn", "arn:x"),
            ("enable_secret_rotation", "true"),
            ("region", "eu-west-1"),
            ("authorization_type", "NONE"),
        ] {
            assert!(!is_secret(name, value), "{name}");
        }
    }

    #[test]
    fn keys_are_hidden_wherever_they_stand() {
        let cases = [
            ("id AKIAIOSFODNN7EXAMPLE here", "id (sensitive) here"),
            ("https://bob:hunter2@db.example.com/x", "https://(sensitive)@db.example.com/x"),
            ("key=ghp_0123456789abcdefghijklmnopqrstuvwxyz", "key=(sensitive)"),
            ("a\n-----BEGIN RSA PRIVATE KEY-----\nMII", "a\n(sensitive)"),
        ];
        for (text, masked) in cases {
            assert_eq!(mask(text), masked);
        }
        for text in ["aws_instance.web", "https://example.com/a:b@c", "sk-ssh-ed25519@openssh.com", "AKIA"] {
            assert_eq!(mask(text), text);
        }
    }

    #[test]
    fn documents_lose_their_secrets_and_keep_the_rest() {
        let mut document = serde_json::json!({
            "env": [{ "name": "DB_PASSWORD", "value": "hunter2" }, { "name": "LEVEL", "value": "info" }],
            "secrets": { "a": "hunter2" }, "nested": { "token": "hunter2", "max_tokens": 5 },
        });
        json(&mut document);
        let text = document.to_string();
        assert!(
            !text.contains("hunter2") && text.contains("info") && text.contains("\"max_tokens\":5"),
            "{text}"
        );
    }
}
