//! The names that the settings of a resource come to, for the rules that judge names.

use std::borrow::Cow;
use std::collections::BTreeSet;

use remit_catalog::Role;

use super::choice::{Use, What};
use crate::facts::{Resource, Setting, Settings, Value};
use crate::finding::Shown;
use crate::text::escape;

/// What a text in a setting means to a rule.
pub(super) enum Meaning {
    /// Nothing: it is no name of the kind that the rule judges.
    Nothing,
    /// Something with these names, the first as people know it.
    Names(Vec<String>),
    /// Something that stands for others; a clause that says so, escaped.
    CannotTell(String),
}

/// What the settings of one role name.
pub(super) fn of_role(
    resource: &Resource,
    role: Role,
    meaning: impl Fn(&Setting, &str) -> Meaning,
) -> Vec<Use<'static>> {
    let before: BTreeSet<&str> =
        resource.settings_before.of(role).filter_map(Setting::texts).flatten().collect();
    let mut uses: Vec<Use<'static>> = Vec::new();
    for setting in resource.settings_after.of(role) {
        let untold = |why: String| vec![(What::CannotTell(why), None)];
        let found = match (&setting.value, setting.texts()) {
            (Value::CannotTell(why), _) => untold(why.clone()),
            (Value::Computed, _) if is_said_otherwise(&resource.settings_after, setting) => continue,
            (Value::Computed, _) => untold(left_open(setting)),
            (Value::Known(_), None) => untold(format!("`{}` is not a text", setting.path)),
            (Value::Known(_), Some(texts)) => {
                let each = texts.into_iter();
                each.filter_map(|text| of_text(setting, text, meaning(setting, text), &before)).collect()
            }
        };
        for (what, after) in found {
            let after = Some(after.unwrap_or_else(|| shown(&what)));
            let before = was(&resource.settings_before, setting);
            let one = Use { what, attribute: Some(setting.path.as_str()), before, after };
            if !uses.contains(&one) {
                uses.push(one);
            }
        }
    }
    uses
}

fn of_text(
    setting: &Setting,
    text: &str,
    meaning: Meaning,
    before: &BTreeSet<&str>,
) -> Option<(What<'static>, Option<Shown>)> {
    let shown = if setting.sensitive { Shown::Sensitive } else { Shown::Text(text.to_owned()) };
    let was_there = before.contains(text);
    let what = match meaning {
        Meaning::Nothing => return None,
        // What stays as it is does not become less certain.
        Meaning::CannotTell(_) if was_there => return None,
        Meaning::CannotTell(why) => What::CannotTell(why),
        Meaning::Names(names) => {
            let names = names.into_iter().map(Cow::Owned).collect();
            What::Named { names, secret: setting.sensitive, was_there }
        }
    };
    Some((what, Some(shown)))
}

/// A clause for a value that is not written.
pub(super) fn left_open(setting: &Setting) -> String {
    format!("`{}` is left to the provider or the cloud", setting.path)
}

/// Whether something else says in this role what the provider would otherwise compute: a launch template beside an instance.
fn is_said_otherwise(settings: &Settings, computed: &Setting) -> bool {
    settings
        .of(computed.role)
        .any(|other| other.from.is_some() || other.path == computed.path && other.value != Value::Computed)
}

/// What the same attribute said before, where it had one value.
fn was(before: &Settings, setting: &Setting) -> Option<Shown> {
    let mut all = before.at(setting.path.as_str()).filter(|before| before.role == setting.role);
    let (first, more) = (all.next()?, all.next());
    let texts = first.texts().filter(|texts| more.is_none() && texts.len() == 1)?;
    Some(if first.sensitive { Shown::Sensitive } else { Shown::Text((*texts.first()?).to_owned()) })
}

/// What an attribute says, as far as it may be shown.
pub(super) fn shown(what: &What<'_>) -> Shown {
    match what {
        What::Named { secret: true, .. } => Shown::Sensitive,
        What::Named { names, .. } => Shown::Text(names.first().map(ToString::to_string).unwrap_or_default()),
        What::CannotTell(_) => Shown::Unknown,
    }
}

/// A clause for a text that stands for more than one thing.
pub(super) fn stands_for_several(setting: &Setting, text: &str) -> Meaning {
    let text = if setting.sensitive { "(sensitive)".to_owned() } else { escape(text) };
    Meaning::CannotTell(format!("`{}` is `{text}`, which stands for more than one", setting.path))
}
