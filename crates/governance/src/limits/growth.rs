//! The growth limit: how fast a footprint may grow, apart from how large.

use crate::{
    decimal::{self, Decimal, normal},
    invalid::Kind,
    json::{Json, Members},
    read::Reader,
    time::Duration,
};

/// How fast an envelope's footprint may grow. What is left out is not limited in speed, only in size.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Growth {
    /// Added cost per change, in the currency and period of the cost limit.
    pub cost_per_change: Option<Decimal>,
    /// Added footprint per change, in percent of what there was.
    pub percent_per_change: Option<Decimal>,
    /// Added resources per change.
    pub resources_per_change: Option<Decimal>,
    /// Added footprint in percent within the window; needs the decision log.
    pub percent_per_window: Option<Decimal>,
    /// The window.
    pub window: Option<Duration>,
    /// The least time between two growths; needs the decision log.
    pub cool_down: Option<Duration>,
}

impl Growth {
    pub(crate) fn read(r: &mut Reader, json: &Json) -> Option<Self> {
        let known = [
            "cost_per_change",
            "percent_per_change",
            "resources_per_change",
            "percent_per_window",
            "window",
            "cool_down",
        ];
        let fields = r.object(json, &known)?;
        let span = |r: &mut Reader, json: &Json| r.parsed(json, Duration::parse);
        let growth = Self {
            cost_per_change: r.optional(fields, "cost_per_change", decimal::read),
            percent_per_change: r.optional(fields, "percent_per_change", decimal::read),
            resources_per_change: r.optional(fields, "resources_per_change", decimal::read_whole),
            percent_per_window: r.optional(fields, "percent_per_window", decimal::read),
            window: r.optional(fields, "window", span),
            cool_down: r.optional(fields, "cool_down", span),
        };
        let given = |name| fields.get(name).is_some();
        for (one, other) in [("percent_per_window", "window"), ("window", "percent_per_window")] {
            if given(one) && !given(other) {
                r.at_attribute(one, |r| {
                    r.reject(Kind::Relation, format!("`{one}` means nothing without `{other}`"));
                });
            }
        }
        Some(growth)
    }

    pub(crate) fn normal(&self) -> Json {
        let span = |duration: Option<Duration>| duration.map(|duration| duration.to_string());
        Members::new()
            .put_some("cost_per_change", self.cost_per_change.map(normal))
            .put_some("percent_per_change", self.percent_per_change.map(normal))
            .put_some("resources_per_change", self.resources_per_change.map(normal))
            .put_some("percent_per_window", self.percent_per_window.map(normal))
            .put_some("window", span(self.window))
            .put_some("cool_down", span(self.cool_down))
            .into()
    }
}
