//! When people look at a declaration again.

use crate::{
    dimension::words,
    json::{Json, Members},
    read::Reader,
    time::{Date, is_past, parse_date},
};

words! {
    /// How often.
    Rhythm is "a rhythm of review" {
        /// Every month.
        Month = "month",
        /// Every three months.
        Quarter = "quarter",
        /// Every six months.
        HalfYear = "half_year",
        /// Every year.
        Year = "year",
    }
}

/// A review: how often, and the last day for the next one.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Review {
    /// How often.
    pub every: Rhythm,
    /// The last day for the next one, in UTC.
    pub due: Date,
}

impl Review {
    /// Whether it should have happened: then everything needs consent.
    pub fn is_past_due(&self, today: Date) -> bool {
        is_past(self.due, today)
    }

    pub(crate) fn read(r: &mut Reader, json: &Json) -> Option<Self> {
        let fields = r.object(json, &["every", "due"])?;
        let every = r.required(fields, "every", Rhythm::read);
        let due = r.required(fields, "due", |r, json| r.parsed(json, parse_date));
        Some(Self { every: every?, due: due? })
    }

    pub(crate) fn normal(&self) -> Json {
        Members::new().put("every", self.every).put("due", self.due.to_string()).into()
    }
}
