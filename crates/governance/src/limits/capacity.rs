//! The capacity limit: marks per unit.

use super::mark::Mark;
use crate::{
    dimension::Unit,
    json::{Json, Members},
    read::Reader,
};
use std::collections::BTreeMap;

/// How much an envelope may hold, per unit. A unit that is not named has no declared limit, which is not unlimited.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Capacity {
    marks: BTreeMap<Unit, Mark>,
}

impl Capacity {
    /// The marks of a unit, if it is limited.
    pub fn mark(&self, unit: Unit) -> Option<&Mark> {
        self.marks.get(&unit)
    }

    /// All limited units with their marks, in the order of the vocabulary.
    pub fn marks(&self) -> impl Iterator<Item = (Unit, &Mark)> {
        self.marks.iter().map(|(unit, mark)| (*unit, mark))
    }

    pub(crate) fn read(r: &mut Reader, json: &Json) -> Option<Self> {
        let known: Vec<&str> = Unit::WORDS.iter().map(|(word, _)| *word).collect();
        let fields = r.object(json, &known)?;
        let read_unit = |(word, unit): &(&'static str, Unit)| {
            r.optional(fields, word, |r, json| Mark::read(r, json, unit.is_whole())).map(|mark| (*unit, mark))
        };
        Some(Self { marks: Unit::WORDS.iter().filter_map(read_unit).collect() })
    }

    pub(crate) fn normal(&self) -> Json {
        self.marks
            .iter()
            .fold(Members::new(), |all, (unit, mark)| all.put(unit.as_str(), mark.normal()))
            .into()
    }
}
