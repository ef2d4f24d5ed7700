//! Checks of a single configured value. What concerns several attributes together belongs in the resource's `validate`.

use std::fmt;
use std::ops::{Bound, RangeBounds};
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::number::Number;
use crate::path::Path;
use crate::value::Value;

type Check = dyn Fn(&Value) -> Diagnostics + Send + Sync;

/// A check of one attribute's value, with the words for it in the documentation.
///
/// On a list, set or map of simple values, [`Validator::each`] applies a check to every element.
#[derive(Clone)]
pub struct Validator {
    documentation: String,
    check: Arc<Check>,
}

impl fmt::Debug for Validator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Validator({:?})", self.documentation)
    }
}

impl Validator {
    /// A check of your own. `documentation` completes the attribute's description and may be empty. Paths in the diagnostics
    /// are relative to the value; it must not do any input or output.
    pub fn new(
        documentation: impl Into<String>,
        check: impl Fn(&Value) -> Diagnostics + Send + Sync + 'static,
    ) -> Self {
        Self { documentation: documentation.into(), check: Arc::new(check) }
    }

    /// A string that is one of these.
    pub fn one_of<S: Into<String>>(allowed: impl IntoIterator<Item = S>) -> Self {
        let allowed: Vec<String> = allowed.into_iter().map(Into::into).collect();
        let list = allowed.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
        Self::simple(format!("One of {list}."), move |value| {
            let text = value.as_str()?;
            let known = allowed.iter().any(|word| word == text);
            (!known).then(|| format!("The value must be one of {list}; it is `{text}`."))
        })
    }

    /// A string of that many characters, or a collection of that many elements.
    pub fn length(range: impl RangeBounds<usize>) -> Self {
        let bounds = (range.start_bound().cloned(), range.end_bound().cloned());
        let words = words(&bounds);
        Self::simple(format!("Length: {words}."), move |value| {
            let length = match value.as_str() {
                Some(text) => text.chars().count(),
                None => value.parts().len(),
            };
            (!bounds.contains(&length)).then(|| format!("The length must be {words}; it is {length}."))
        })
    }

    /// A number within bounds.
    pub fn range(range: impl RangeBounds<i64>) -> Self {
        let bounds =
            (range.start_bound().cloned().map(Number::from), range.end_bound().cloned().map(Number::from));
        let words = words(&bounds);
        Self::simple(format!("Range: {words}."), move |value| {
            let number = value.as_number()?;
            (!bounds.contains(number)).then(|| format!("The number must be {words}; it is {number}."))
        })
    }

    /// A string for which `fits` holds; `what` completes "The value must be …".
    pub fn matches(what: impl Into<String>, fits: fn(&str) -> bool) -> Self {
        let what = what.into();
        Self::simple(format!("Must be {what}."), move |value| {
            let text = value.as_str()?;
            (!fits(text)).then(|| format!("The value must be {what}; it is `{text}`."))
        })
    }

    /// Applies a check to every element of a list, set or map.
    #[must_use]
    pub fn each(self) -> Self {
        let Self { documentation, check } = self;
        Self::new(format!("Each element: {documentation}"), move |value| {
            let known = value.parts().into_iter().filter(|(_, part)| !part.is_null() && !part.is_unknown());
            known.flat_map(|(step, part)| check(part).within(&Path::root().step(step))).collect()
        })
    }

    fn simple(
        documentation: String,
        fault: impl Fn(&Value) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        Self::new(documentation, move |value| {
            fault(value).map(|fault| Diagnostic::error("Invalid value").detail(fault)).into_iter().collect()
        })
    }

    pub(crate) fn documentation(&self) -> &str {
        &self.documentation
    }

    pub(crate) fn check(&self, value: &Value) -> Diagnostics {
        (self.check)(value)
    }
}

fn words<T: fmt::Display>(bounds: &(Bound<T>, Bound<T>)) -> String {
    let low = match &bounds.0 {
        Bound::Included(low) => Some(format!("at least {low}")),
        Bound::Excluded(low) => Some(format!("more than {low}")),
        Bound::Unbounded => None,
    };
    let high = match &bounds.1 {
        Bound::Included(high) => Some(format!("at most {high}")),
        Bound::Excluded(high) => Some(format!("less than {high}")),
        Bound::Unbounded => None,
    };
    match (low, high) {
        (Some(low), Some(high)) => format!("{low} and {high}"),
        (Some(words), None) | (None, Some(words)) => words,
        (None, None) => "anything".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detail(validator: &Validator, value: &Value) -> Vec<String> {
        validator.check(value).into_iter().map(|diagnostic| diagnostic.detail).collect()
    }

    #[test]
    fn each_kind_says_what_is_wrong() {
        let cases = [
            (
                Validator::one_of(["a", "b"]),
                Value::from("c"),
                "The value must be one of `a`, `b`; it is `c`.",
            ),
            (
                Validator::length(1..=2),
                Value::from("äöü"),
                "The length must be at least 1 and at most 2; it is 3.",
            ),
            (Validator::range(1..), Value::from(0), "The number must be at least 1; it is 0."),
            (
                Validator::matches("upper case", |t| t == "A"),
                Value::from("a"),
                "The value must be upper case; it is `a`.",
            ),
        ];
        for (validator, value, expected) in cases {
            assert_eq!(detail(&validator, &value), [expected]);
        }
        assert!(Validator::range(1..).check(&Value::from(1)).is_empty());
    }

    #[test]
    fn elements_are_pointed_at() {
        let list = Value::from(vec![Value::from("a"), Value::unknown(), Value::from("c")]);
        let found = Validator::one_of(["a", "b"]).each().check(&list);
        let paths: Vec<_> = found.iter().map(|diagnostic| diagnostic.path.to_string()).collect();
        assert_eq!(paths, ["[2]"]);
    }
}
