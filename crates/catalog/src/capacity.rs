//! How the capacity that a resource allows is read from its attributes: the language of `data/capacity/*.json`, and the look-up.
//! Nothing is evaluated here; `plancheck` does that over the values of a plan.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{Path, Unit};

/// How one resource type is counted.
///
/// Every surface that grows has a row, if only to say that it adds nothing to our units; a test compares.
///
/// The first of `cases` whose conditions all hold decides. Where a condition depends on a value unknown until apply, the answer is
/// *cannot tell* for [`Capacity::units`]; where no case holds, it is *cannot tell* for every unit.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Capacity {
    /// The Terraform type.
    pub resource_type: &'static str,
    /// The ways of counting, in order of precedence.
    pub cases: Vec<Case>,
    /// Numbers that stand for "not set" at a path. They count as absent everywhere in this row; any other number is a value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub no_value: Vec<NoValue>,
    /// Units the resource uses as well, in an amount that its own attributes do not say (the vCPUs of an instance type). A limit
    /// on one of these is *cannot tell* for this resource.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unmeasured: Vec<Unit>,
    /// Paths used here that the surface row of the type does not list, with where each was read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub beyond_surface: Vec<BeyondSurface>,
    /// What the reading leaves out or decides conservatively.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Cow<'static, str>>,
    /// The document the row was read from.
    #[serde(borrow)]
    pub source: Cow<'static, str>,
    /// Whether paths and the meaning of absence were compared with that document.
    pub verified: bool,
}

/// One way of counting a type, and when it applies.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// All must hold; none means always.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub when: Vec<Condition>,
    /// What is counted then.
    pub reading: Reading,
}

/// What a case comes to.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
#[serde(rename_all = "snake_case")]
pub enum Reading {
    /// These quantities, each in its own units. None at all: nothing that our units describe.
    Counts(Vec<Count>),
    /// It grows without a bound that any attribute states.
    Unbounded(Unclear),
    /// The attributes do not say how much.
    CannotTell(Unclear),
}

/// What cannot be counted, and why.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unclear {
    /// The units concerned; none listed means any unit.
    pub units: Vec<Unit>,
    /// The reason, as a clause.
    pub why: &'static str,
}

/// A condition on one attribute.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// The attribute.
    pub path: Path,
    /// What must be true of it.
    pub is: Test,
}

/// What must be true of an attribute.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
#[serde(rename_all = "snake_case")]
pub enum Test {
    /// Null, missing, an empty list or map, or a number listed in [`Capacity::no_value`].
    Absent,
    /// Known and not absent.
    Present,
    /// Its text (`true` and `false` for booleans) is one of these, letter for letter.
    OneOf(Vec<&'static str>),
}

/// A number that means "not set" at a path.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
#[serde(deny_unknown_fields)]
pub struct NoValue {
    /// The attribute.
    pub path: Path,
    /// The numbers, compared by value.
    pub numbers: Vec<i64>,
}

/// A path that only the capacity row knows.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BeyondSurface {
    /// The attribute.
    pub path: Path,
    /// Where it was read.
    #[serde(borrow)]
    pub source: Cow<'static, str>,
    /// Whether it was compared with that document.
    pub verified: bool,
}

/// One countable thing.
///
/// The ceiling that is judged is never below `desired` or `floor`: where a desired count stands above the maximum beside it, the
/// desired count is what counts. An unknown `desired` or `floor` is passed over while the ceiling is known: the cloud refuses
/// one above the maximum, or sets the maximum first.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
#[serde(deny_unknown_fields)]
pub struct Count {
    /// What one of it counts as: a cluster node is a node and an instance.
    pub units: Vec<Unit>,
    /// A list whose elements are counted one by one: paths that begin with it are read inside the element ([`Path::below`]).
    /// Left out: the resource itself is counted once. An absent list counts nothing, an unknown one is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub each: Option<Path>,
    /// How the elements of `each` come together.
    #[serde(default, skip_serializing_if = "Combine::is_sum")]
    pub combine: Combine,
    /// Elements of `each` (or the resource) count only where all of these hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only_if: Vec<Condition>,
    /// The most it can grow to.
    pub ceiling: Quantity,
    /// What an absent ceiling means.
    pub absent: Absent,
    /// How many are wanted now. Left out: the ceiling says it all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desired: Option<Quantity>,
    /// The fewest there can be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub floor: Option<Quantity>,
    /// Another resource that sets the ceiling in place of this count. See [`Join`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ceiling_from: Option<Join>,
}

/// How elements counted one by one come together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Combine {
    /// All run at the same time.
    #[default]
    Sum,
    /// One applies at a time: the largest counts.
    Greatest,
}

impl Combine {
    #[allow(
        clippy::trivially_copy_pass_by_ref,
        reason = "the signature that serde's skip_serializing_if calls"
    )]
    fn is_sum(&self) -> bool {
        *self == Self::Sum
    }
}

/// A number read from attributes: known, absent or unknown until apply.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    /// Always this.
    Constant(u64),
    /// The attribute's number. Where the path crosses lists and reaches several values they are added; one unknown among them
    /// makes the sum unknown, absent ones are passed over. A value that is not a number is unknown.
    Attribute(Path),
    /// How many elements the list has. An empty list is absent.
    Elements(Path),
    /// The first that is not absent; unknown if an unknown one comes first.
    FirstOf(Vec<Quantity>),
    /// The smallest of those present. An unknown one is passed over while another is known, since it can only lower the result.
    Least(Vec<Quantity>),
    /// All multiplied. Absent if the first is; otherwise unknown if any part is absent or unknown.
    Product(Vec<Quantity>),
    /// One of so many equal parts of a quantity: mebibytes in gibibytes.
    Share {
        /// What is shared.
        of: Box<Quantity>,
        /// Into how many parts.
        #[serde(rename = "in")]
        parts: u64,
    },
}

/// What it means that no ceiling is set.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Absent {
    /// Nothing bounds it: above every ceiling.
    Unbounded,
    /// The vendor documents this number.
    Value(u64),
    /// Something outside the resource decides; the text says what, as a clause.
    CannotTell(&'static str),
}

/// The resource that decides the ceiling of this one, where Terraform splits one thing in two.
///
/// Where a resource of `resource_type` with all of `only_if` has a `key` equal to the text that `template` makes from this
/// resource, or (while either is unknown) has a configuration expression for `key` that refers to this resource, the two are one:
/// the other resource's own ceiling counts, or this one's desired count where that is higher, never both. Where that cannot be
/// told, both count.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Join {
    /// The type of the other resource.
    pub resource_type: &'static str,
    /// Conditions on the other resource.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only_if: Vec<Condition>,
    /// The attribute of the other resource that names this one.
    pub key: Path,
    /// Makes the expected text of `key` from this resource's attributes.
    pub template: Vec<Part>,
}

/// A piece of a [`Join::template`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// This text.
    Text(&'static str),
    /// An attribute of this resource.
    Attribute {
        /// Which.
        path: Path,
        /// Which piece of its text.
        #[serde(default, skip_serializing_if = "Take::is_whole")]
        take: Take,
        /// The text where the attribute is absent; left out: then nothing can be joined.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        absent: Option<&'static str>,
    },
}

/// Which piece of an attribute's text is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Take {
    /// All of it.
    #[default]
    Whole,
    /// What follows the last slash, or all of it without one: the name in an ARN.
    AfterLastSlash,
}

impl Take {
    #[allow(
        clippy::trivially_copy_pass_by_ref,
        reason = "the signature that serde's skip_serializing_if calls"
    )]
    fn is_whole(&self) -> bool {
        *self == Self::Whole
    }
}

impl Capacity {
    /// All paths the row reads, sorted. What a joined resource is matched by is among the paths of *its* type
    /// ([`crate::needed_paths`] has both).
    pub fn paths(&self) -> Vec<Path> {
        let mut paths = BTreeSet::new();
        for case in &self.cases {
            paths.extend(case.when.iter().map(|condition| condition.path));
            for count in case.counts() {
                count.collect(&mut paths);
            }
        }
        paths.into_iter().collect()
    }

    /// The attributes that a ceiling is read from, with the units it is a ceiling of, sorted.
    pub fn ceilings(&self) -> Vec<(Unit, Path)> {
        let mut found = BTreeSet::new();
        for count in self.cases.iter().flat_map(Case::counts) {
            let mut paths = BTreeSet::new();
            count.ceiling.collect(&mut paths);
            found.extend(count.units.iter().flat_map(|unit| paths.iter().map(|path| (*unit, *path))));
        }
        found.into_iter().collect()
    }

    /// The joins by which other resources decide ceilings of this type.
    pub fn joins(&self) -> impl Iterator<Item = &Join> {
        self.cases.iter().flat_map(Case::counts).filter_map(|count| count.ceiling_from.as_ref())
    }

    /// All units the type can count in, sorted: those concerned where no case can be chosen. Units that are only unmeasured
    /// are not among them.
    pub fn units(&self) -> Vec<Unit> {
        let mut units = BTreeSet::new();
        for case in &self.cases {
            units.extend(case.counts().iter().flat_map(|count| &count.units));
            if let Reading::Unbounded(unclear) | Reading::CannotTell(unclear) = &case.reading {
                units.extend(&unclear.units);
            }
        }
        units.into_iter().collect()
    }

    /// Whether this number at this path means "not set".
    pub fn is_no_value(&self, path: Path, number: i64) -> bool {
        self.no_value.iter().any(|no_value| no_value.path == path && no_value.numbers.contains(&number))
    }
}

impl Case {
    /// What is counted; empty where the case is unbounded or cannot tell.
    fn counts(&self) -> &[Count] {
        match &self.reading {
            Reading::Counts(counts) => counts,
            Reading::Unbounded(_) | Reading::CannotTell(_) => &[],
        }
    }
}

impl Count {
    fn collect(&self, paths: &mut BTreeSet<Path>) {
        paths.extend(self.each);
        paths.extend(self.only_if.iter().map(|condition| condition.path));
        for quantity in
            [Some(&self.ceiling), self.desired.as_ref(), self.floor.as_ref()].into_iter().flatten()
        {
            quantity.collect(paths);
        }
        for part in self.ceiling_from.iter().flat_map(|join| &join.template) {
            if let Part::Attribute { path, .. } = part {
                paths.insert(*path);
            }
        }
    }
}

impl Quantity {
    fn collect(&self, paths: &mut BTreeSet<Path>) {
        match self {
            Self::Constant(_) => {}
            Self::Attribute(path) | Self::Elements(path) => {
                paths.insert(*path);
            }
            Self::FirstOf(parts) | Self::Least(parts) | Self::Product(parts) => {
                for part in parts {
                    part.collect(paths);
                }
            }
            Self::Share { of, .. } => of.collect(paths),
        }
    }
}

impl Join {
    /// What must be read from the other resource.
    pub fn other_paths(&self) -> impl Iterator<Item = Path> {
        self.only_if.iter().map(|condition| condition.path).chain([self.key])
    }
}

/// The capacity row of a resource type; `None` where nothing about the type can be counted.
pub fn capacity(resource_type: &str) -> Option<&'static Capacity> {
    crate::about::about(resource_type).capacity
}

pub(crate) fn find(resource_type: &str) -> Option<&'static Capacity> {
    crate::data::capacity_file(resource_type)?.get(resource_type)
}
