//! The cost limit: marks in one currency and period.

use super::mark::Mark;
use crate::{
    json::{Json, Members},
    money::{Currency, Period},
    read::Reader,
};

/// What an envelope may cost per period.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cost {
    /// The currency of all marks.
    pub currency: Currency,
    /// The period of all marks.
    pub period: Period,
    /// The marks. Spend can pass a ceiling, so people can be told up to twice the ceiling.
    pub mark: Mark,
}

impl Cost {
    pub(crate) fn read(r: &mut Reader, json: &Json) -> Option<Self> {
        let mut known = vec!["currency", "period"];
        known.extend(Mark::ATTRIBUTES);
        let fields = r.object(json, &known)?;
        let currency = r.required(fields, "currency", Currency::read);
        let period = r.required(fields, "period", Period::read);
        let mark = Mark::read_from(r, fields, false, 200);
        Some(Self { currency: currency?, period: period?, mark: mark? })
    }

    pub(crate) fn normal(&self) -> Json {
        self.mark.add_to(Members::new().put("currency", self.currency).put("period", self.period)).into()
    }
}
