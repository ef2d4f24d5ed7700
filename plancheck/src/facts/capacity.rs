//! How far an object may grow, evaluated over the attributes as the catalog describes them.

use std::collections::BTreeSet;

use remit_catalog::{
    Absent, Capacity as Row, Combine, Condition, Count, Path, Quantity, Reading, Test, Unit,
};
use remit_governance::decimal;
use remit_governance::json::Json;
use rust_decimal::Decimal;

use super::attribute::{Leaf, Node, Object};
use super::join::Joined;
use super::origin::Origins;
use super::{Amount, Capacity, Counted};

/// A number read from attributes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Number {
    Known(Decimal),
    Absent,
    Unknown(Path),
}

/// Where to read: the node, and the list it is an element of, whose path is taken off first.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    node: Node<'a>,
    inside: Option<Path>,
    row: &'a Row,
}

pub(super) fn read(
    resource_type: &str,
    object: &Object,
    origins: Origins<'_>,
    address: &str,
    joined: Option<&Joined>,
) -> Capacity {
    let Some(row) = remit_catalog::capacity(resource_type) else { return Capacity::default() };
    let place = Place { node: object.root(), inside: None, row };
    let secret =
        object.has_secrets() && row.paths().into_iter().any(|path| object.is_sensitive(path.segments()));
    let mut capacity = Capacity { secret, unmeasured: &row.unmeasured, ..Capacity::default() };
    let everything = |units: &[Unit], amount: Amount| {
        let mut all = capacity.clone();
        let listed: BTreeSet<Unit> =
            if units.is_empty() { units_of(row) } else { units.iter().copied().collect() };
        for unit in listed {
            all.counted.push(Counted { unit, amount: amount.clone(), attribute: None, beside: None });
        }
        all
    };
    for case in &row.cases {
        match place.all(&case.when) {
            Holds::No => continue,
            Holds::Unknown(path) => {
                return everything(&[], Amount::CannotTell(origins.why_unknown(address, path)));
            }
            Holds::Yes => {}
        }
        match &case.reading {
            Reading::Unbounded(unclear) => {
                return everything(&unclear.units, Amount::Unbounded(unclear.why.to_string()));
            }
            Reading::CannotTell(unclear) => {
                return everything(&unclear.units, Amount::CannotTell(unclear.why.to_string()));
            }
            Reading::Counts(counts) => {
                for count in counts {
                    let amount = place.count(count, &|path| origins.why_unknown(address, path));
                    let attribute = source_of(&count.ceiling);
                    let joined = joined.filter(|_| count.ceiling_from.is_some());
                    let beside = joined.map(|joined| joined.beside(place.desired(count), &amount));
                    for unit in &count.units {
                        put(
                            &mut capacity,
                            Counted {
                                unit: *unit,
                                amount: amount.clone(),
                                attribute,
                                beside: beside.clone(),
                            },
                        );
                    }
                }
                return capacity;
            }
        }
    }
    everything(
        &[],
        Amount::CannotTell("its attributes fit no way of counting that the catalog knows".to_owned()),
    )
}

fn put(capacity: &mut Capacity, more: Counted) {
    match capacity.counted.iter_mut().find(|counted| counted.unit == more.unit) {
        Some(there) => {
            let so_far = std::mem::replace(&mut there.amount, Amount::Known(Decimal::ZERO));
            there.amount = add(so_far, more.amount);
            there.attribute = there.attribute.or(more.attribute);
            there.beside = None;
        }
        None => capacity.counted.push(more),
    }
}

/// Unbounded outweighs what cannot be told, which outweighs any number.
pub(crate) fn add(one: Amount, other: Amount) -> Amount {
    match (one, other) {
        (Amount::Unbounded(why), _) | (_, Amount::Unbounded(why)) => Amount::Unbounded(why),
        (Amount::CannotTell(why), _) | (_, Amount::CannotTell(why)) => Amount::CannotTell(why),
        (Amount::Known(a), Amount::Known(b)) => a.checked_add(b).map_or_else(too_large, Amount::Known),
    }
}

fn too_large() -> Amount {
    Amount::CannotTell("the number is too large to count with".to_owned())
}

/// All units a type can count as; all there are where its row names none.
fn units_of(row: &Row) -> BTreeSet<Unit> {
    let mut units: BTreeSet<Unit> = row.unmeasured.iter().copied().collect();
    for case in &row.cases {
        if let Reading::Counts(counts) = &case.reading {
            units.extend(counts.iter().flat_map(|count| count.units.iter().copied()));
        }
    }
    if units.is_empty() {
        units.extend([Unit::Instances, Unit::Nodes, Unit::Replicas, Unit::Tasks, Unit::Vcpus]);
        units.extend([Unit::Gpus, Unit::MemoryGb, Unit::Concurrency, Unit::ModelUnits]);
    }
    units
}

/// The attribute that a quantity is read from, or the first of several.
fn source_of(quantity: &Quantity) -> Option<&'static str> {
    first_path(quantity).map(Path::as_str)
}

pub(super) enum Holds {
    Yes,
    No,
    Unknown(Path),
}

impl<'a> Place<'a> {
    pub(super) fn whole(object: &'a Object, row: &'a Row) -> Self {
        Self { node: object.root(), inside: None, row }
    }

    fn leaves(&self, path: Path) -> Vec<Leaf<'a>> {
        let below = self.inside.and_then(|list| path.below(list));
        self.node.leaves(below.unwrap_or(path).segments())
    }

    pub(super) fn all(&self, conditions: &[Condition]) -> Holds {
        let mut unknown = None;
        for condition in conditions {
            match self.holds(condition) {
                Holds::Yes => {}
                Holds::No => return Holds::No,
                Holds::Unknown(path) => unknown = unknown.or(Some(path)),
            }
        }
        unknown.map_or(Holds::Yes, Holds::Unknown)
    }

    fn holds(&self, condition: &Condition) -> Holds {
        let leaves = self.leaves(condition.path);
        if leaves.contains(&Leaf::Unknown) {
            return Holds::Unknown(condition.path);
        }
        let present = leaves
            .iter()
            .any(|leaf| matches!(leaf, Leaf::Known(json) if !self.is_absent(condition.path, json)));
        let yes = match &condition.is {
            Test::Absent => !present,
            Test::Present => present,
            Test::OneOf(words) => leaves.iter().any(|leaf| match leaf {
                Leaf::Known(Json::String(text)) => words.contains(&text.as_str()),
                Leaf::Known(Json::Bool(value)) => words.contains(&if *value { "true" } else { "false" }),
                Leaf::Known(Json::Number(number)) => words.contains(&number.as_str()),
                _ => false,
            }),
        };
        if yes { Holds::Yes } else { Holds::No }
    }

    fn is_absent(&self, path: Path, json: &Json) -> bool {
        match json {
            Json::Null => true,
            Json::Array(items) => items.is_empty(),
            Json::Object(members) => members.is_empty(),
            Json::Number(number) => {
                number.as_safe_integer().is_some_and(|value| self.row.is_no_value(path, value))
            }
            _ => false,
        }
    }

    /// How many are wanted now; the ceiling where a type has nothing else to say it.
    fn desired(&self, count: &Count) -> Number {
        let desired = count.desired.as_ref().map_or(Number::Absent, |desired| self.number(desired));
        if desired == Number::Absent { self.number(&count.ceiling) } else { desired }
    }

    fn count(&self, count: &Count, why: &dyn Fn(Path) -> String) -> Amount {
        let Some(list) = count.each else { return self.once(count, why) };
        let Some(elements) = self.node.elements(list.segments()) else {
            return Amount::CannotTell(why(list));
        };
        let mut total = Amount::Known(Decimal::ZERO);
        for node in elements {
            let place = Place { node, inside: Some(list), row: self.row };
            let amount = place.once(count, why);
            total = match (count.combine, total, amount) {
                (Combine::Greatest, Amount::Known(a), Amount::Known(b)) => Amount::Known(a.max(b)),
                (_, total, amount) => add(total, amount),
            };
        }
        total
    }

    fn once(&self, count: &Count, why: &dyn Fn(Path) -> String) -> Amount {
        match self.all(&count.only_if) {
            Holds::No => return Amount::Known(Decimal::ZERO),
            Holds::Unknown(path) => return Amount::CannotTell(why(path)),
            Holds::Yes => {}
        }
        let optional = |quantity: &Option<Quantity>| {
            quantity.as_ref().map_or(Number::Absent, |quantity| self.number(quantity))
        };
        let (ceiling, desired, floor) =
            (self.number(&count.ceiling), optional(&count.desired), optional(&count.floor));
        // The cloud itself refuses a desired count above a known maximum, so one that is not known yet adds nothing to it.
        let at_least = [desired, floor].into_iter().filter_map(Number::known).max();
        match (ceiling, &count.absent) {
            (Number::Known(ceiling), _) => {
                Amount::Known(at_least.map_or(ceiling, |least| least.max(ceiling)))
            }
            (Number::Unknown(path), _) => Amount::CannotTell(why(path)),
            (Number::Absent, Absent::Unbounded) => Amount::Unbounded(match source_of(&count.ceiling) {
                Some(attribute) => format!("`{attribute}` is not set"),
                None => "it has no maximum".to_owned(),
            }),
            (Number::Absent, Absent::CannotTell(reason)) => Amount::CannotTell((*reason).to_owned()),
            (Number::Absent, Absent::Value(value)) => {
                let value = Decimal::from(*value);
                Amount::Known(at_least.map_or(value, |least| least.max(value)))
            }
        }
    }

    pub(super) fn number(&self, quantity: &Quantity) -> Number {
        match quantity {
            Quantity::Constant(value) => Number::Known(Decimal::from(*value)),
            Quantity::Attribute(path) => self.attribute(*path),
            Quantity::Elements(path) => self.element_count(*path),
            Quantity::FirstOf(parts) => parts
                .iter()
                .map(|part| self.number(part))
                .find(|number| *number != Number::Absent)
                .unwrap_or(Number::Absent),
            Quantity::Least(parts) => {
                let numbers: Vec<Number> = parts.iter().map(|part| self.number(part)).collect();
                let least = numbers.iter().copied().filter_map(Number::known).min().map(Number::Known);
                least
                    .or_else(|| numbers.into_iter().find(|number| *number != Number::Absent))
                    .unwrap_or(Number::Absent)
            }
            Quantity::Product(parts) => self.product(parts),
            Quantity::Share { of, parts } => match self.number(of) {
                Number::Known(whole) => match whole.checked_div(Decimal::from(*parts)) {
                    Some(share) => Number::Known(share),
                    None => first_path(of).map_or(Number::Absent, Number::Unknown),
                },
                open => open,
            },
        }
    }

    fn product(&self, parts: &[Quantity]) -> Number {
        let mut result: Option<Number> = None;
        for part in parts {
            let number = self.number(part);
            result = Some(match (result, number) {
                (None, first) => first,
                (Some(Number::Absent), _) => Number::Absent,
                (Some(Number::Unknown(path)), _) | (Some(Number::Known(_)), Number::Unknown(path)) => {
                    Number::Unknown(path)
                }
                (Some(Number::Known(_)), Number::Absent) => {
                    first_path(part).map_or(Number::Absent, Number::Unknown)
                }
                (Some(Number::Known(a)), Number::Known(b)) => match a.checked_mul(b) {
                    Some(product) => Number::Known(product),
                    None => first_path(part).map_or(Number::Absent, Number::Unknown),
                },
            });
        }
        result.unwrap_or(Number::Absent)
    }

    fn attribute(&self, path: Path) -> Number {
        let mut sum: Option<Decimal> = None;
        for leaf in self.leaves(path) {
            let Leaf::Known(json) = leaf else { return Number::Unknown(path) };
            let text = match json {
                Json::Number(_) if self.is_absent(path, json) => continue,
                Json::Number(number) => number.as_str(),
                Json::String(text) => text,
                _ => return Number::Unknown(path),
            };
            let Some(value) = decimal::parse(text) else { return Number::Unknown(path) };
            // No negative number is a limit.
            if value.is_sign_negative() && !value.is_zero() {
                continue;
            }
            sum = match sum.unwrap_or_default().checked_add(value) {
                Some(sum) => Some(sum),
                None => return Number::Unknown(path),
            };
        }
        sum.map_or(Number::Absent, Number::Known)
    }

    fn element_count(&self, path: Path) -> Number {
        let mut total: Option<usize> = None;
        for leaf in self.leaves(path) {
            match leaf {
                Leaf::Unknown => return Number::Unknown(path),
                Leaf::Known(Json::Array(items)) if !items.is_empty() => {
                    total = Some(total.unwrap_or(0).saturating_add(items.len()));
                }
                Leaf::Known(_) => {}
            }
        }
        total.map_or(Number::Absent, |total| Number::Known(Decimal::from(total)))
    }
}

fn first_path(quantity: &Quantity) -> Option<Path> {
    match quantity {
        Quantity::Constant(_) => None,
        Quantity::Attribute(path) | Quantity::Elements(path) => Some(*path),
        Quantity::FirstOf(parts) | Quantity::Least(parts) | Quantity::Product(parts) => {
            parts.first().and_then(first_path)
        }
        Quantity::Share { of, .. } => first_path(of),
    }
}

impl Number {
    pub(super) fn known(self) -> Option<Decimal> {
        if let Self::Known(value) = self { Some(value) } else { None }
    }
}
