//! The limits of an envelope, one type per dimension. What they become in a cloud is `control`; how envelopes combine is
//! `compose`.

mod capacity;
pub(crate) mod choice;
mod cost;
mod growth;
mod mark;
mod regions;

use crate::{
    dimension::Posture,
    invalid::Kind,
    json::{Json, Members},
    read::Reader,
};
pub use capacity::Capacity;
pub use choice::{Choice, ChoiceAnswer, Integrations};
pub use cost::Cost;
pub use growth::Growth;
pub use mark::{Bound, Mark, ScaleAnswer};
pub use regions::{RegionAnswer, RegionException, Regions};
use std::collections::BTreeSet;

/// Everything an envelope limits. `None` is "not declared", never "unlimited".
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Money per period.
    pub cost: Option<Cost>,
    /// Where things run.
    pub regions: Option<Regions>,
    /// How many, per unit.
    pub capacity: Capacity,
    /// What may be called on.
    pub integrations: Integrations,
    /// Machine types.
    pub instance_types: Option<Choice>,
    /// Endpoints and storage open to the internet.
    pub public: Posture,
    /// Tags that every resource must carry.
    pub required_tags: BTreeSet<String>,
    /// How fast the footprint may grow.
    pub growth: Option<Growth>,
    /// Turning logs off or down.
    pub logging: Posture,
    /// Destroying and forgetting.
    pub deletion: Posture,
    /// Handing out rights.
    pub privileges: Posture,
    /// Terraform actions.
    pub actions: Posture,
    /// Relying on a vendor's default that nobody decided about. `None`: it is told, and nobody is asked.
    pub defaults: Option<Posture>,
}

const ATTRIBUTES: [&str; 13] = [
    "cost",
    "regions",
    "capacity",
    "integrations",
    "instance_types",
    "perimeter",
    "tags",
    "growth",
    "logging",
    "deletion",
    "privileges",
    "actions",
    "defaults",
];

impl Limits {
    pub(crate) fn read(r: &mut Reader, json: &Json) -> Option<Self> {
        let fields = r.object(json, &ATTRIBUTES)?;
        let posture =
            |r: &mut Reader, name| r.optional(fields, name, Posture::read).unwrap_or(Posture::Consent);
        let limits = Self {
            cost: r.optional(fields, "cost", Cost::read),
            regions: r.optional(fields, "regions", Regions::read),
            capacity: r.optional(fields, "capacity", Capacity::read).unwrap_or_default(),
            integrations: r.optional(fields, "integrations", Integrations::read).unwrap_or_default(),
            instance_types: r.optional(fields, "instance_types", Choice::read),
            public: r.optional(fields, "perimeter", read_public).unwrap_or(Posture::Consent),
            required_tags: r.optional(fields, "tags", read_tags).unwrap_or_default(),
            growth: r.optional(fields, "growth", Growth::read),
            logging: posture(r, "logging"),
            deletion: posture(r, "deletion"),
            privileges: posture(r, "privileges"),
            actions: posture(r, "actions"),
            defaults: r.optional(fields, "defaults", Posture::read),
        };
        let per_change = limits.growth.as_ref().and_then(|growth| growth.cost_per_change);
        if per_change.is_some() && fields.get("cost").is_none() {
            r.at_attribute("growth", |r| {
                r.at_attribute("cost_per_change", |r| {
                    let message = "`cost_per_change` has no currency without `limits.cost`";
                    r.reject_with(
                        Kind::Relation,
                        message,
                        "declare `limits.cost`, or leave `cost_per_change` out",
                    );
                });
            });
        }
        Some(limits)
    }

    pub(crate) fn normal(&self) -> Json {
        Members::new()
            .put_some("cost", self.cost.as_ref().map(Cost::normal))
            .put_some("regions", self.regions.as_ref().map(Regions::normal))
            .put("capacity", self.capacity.normal())
            .put("integrations", self.integrations.normal())
            .put_some("instance_types", self.instance_types.as_ref().map(Choice::normal))
            .put("perimeter", Members::new().put("public", self.public))
            .put("tags", Members::new().put("required", strings(&self.required_tags)))
            .put_some("growth", self.growth.as_ref().map(Growth::normal))
            .put("logging", self.logging)
            .put("deletion", self.deletion)
            .put("privileges", self.privileges)
            .put("actions", self.actions)
            .put_some("defaults", self.defaults)
            .into()
    }
}

fn read_public(r: &mut Reader, json: &Json) -> Option<Posture> {
    let fields = r.object(json, &["public"])?;
    r.optional(fields, "public", Posture::read)
}

fn read_tags(r: &mut Reader, json: &Json) -> Option<BTreeSet<String>> {
    let fields = r.object(json, &["required"])?;
    r.optional(fields, "required", |r, json| r.set(json, Reader::prose))
}

/// A set of texts as it stands in a record.
pub(crate) fn strings(set: &BTreeSet<String>) -> Json {
    set.iter().map(|text| Json::from(text.as_str())).collect()
}

#[cfg(test)]
mod tests;
