//! One statement of a policy. Members stand in the order of their names, without blanks: AWS counts every byte.

use crate::json::{Json, Members};

/// A denial.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Deny {
    actions: (&'static str, Vec<String>),
    resources: (&'static str, Vec<String>),
    conditions: Vec<(&'static str, String, Vec<String>)>,
}

impl Deny {
    /// Denies these actions.
    pub(super) fn actions<S: Into<String>>(actions: impl IntoIterator<Item = S>) -> Self {
        Self::of("Action", actions)
    }

    /// Denies all actions but these.
    pub(super) fn all_but<S: Into<String>>(actions: impl IntoIterator<Item = S>) -> Self {
        Self::of("NotAction", actions)
    }

    fn of<S: Into<String>>(member: &'static str, actions: impl IntoIterator<Item = S>) -> Self {
        Self {
            actions: (member, actions.into_iter().map(Into::into).collect()),
            resources: ("Resource", vec!["*".to_owned()]),
            conditions: Vec::new(),
        }
    }

    /// On these resources only.
    pub(super) fn on<S: Into<String>>(mut self, resources: impl IntoIterator<Item = S>) -> Self {
        self.resources = ("Resource", resources.into_iter().map(Into::into).collect());
        self
    }

    /// On all resources but these.
    pub(super) fn outside<S: Into<String>>(mut self, resources: impl IntoIterator<Item = S>) -> Self {
        self.resources = ("NotResource", resources.into_iter().map(Into::into).collect());
        self
    }

    /// Under this condition too. All conditions have to hold.
    pub(super) fn when<S: Into<String>>(
        mut self,
        operator: &'static str,
        key: impl Into<String>,
        values: impl IntoIterator<Item = S>,
    ) -> Self {
        self.conditions.push((operator, key.into(), values.into_iter().map(Into::into).collect()));
        self
    }

    pub(super) fn json(&self) -> Json {
        let mut conditions = Members::new();
        let mut operators: Vec<&str> = self.conditions.iter().map(|(operator, ..)| *operator).collect();
        operators.sort_unstable();
        operators.dedup();
        for operator in operators {
            let keys = self.conditions.iter().filter(|(own, ..)| *own == operator);
            let keys = keys.fold(Members::new(), |all, (_, key, values)| all.put(key, one_or_many(values)));
            conditions = conditions.put(operator, keys);
        }
        let members = Members::new()
            .put("Effect", "Deny")
            .put(self.actions.0, one_or_many(&self.actions.1))
            .put(self.resources.0, one_or_many(&self.resources.1));
        if self.conditions.is_empty() { members.into() } else { members.put("Condition", conditions).into() }
    }
}

/// A policy of these statements.
pub(super) fn document(statements: impl IntoIterator<Item = Json>) -> Json {
    Members::new()
        .put("Statement", statements.into_iter().collect::<Json>())
        .put("Version", "2012-10-17")
        .into()
}

fn one_or_many(texts: &[String]) -> Json {
    match texts {
        [one] => Json::from(one.as_str()),
        many => many.iter().map(|text| Json::from(text.as_str())).collect(),
    }
}
