//! The region limit: where things may run, what people can open, and exceptions that end.

use crate::{
    invalid::Kind,
    json::{Json, Members},
    person::Grounds,
    read::Reader,
    region::{Cloud, Geography, Region, of_zone, spelling},
    time::Date,
};
use std::collections::BTreeSet;

/// Where an envelope's things may run.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Regions {
    /// Allowed freely.
    pub allow: BTreeSet<Region>,
    /// Allowed with approval.
    pub authorize: BTreeSet<Region>,
    /// Where cross-region inference may compute; none means in region only.
    pub inference_geographies: BTreeSet<Geography>,
    /// Single services in further regions, for a time.
    pub exceptions: Vec<RegionException>,
}

/// One service that may run in further regions until its grounds expire.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RegionException {
    /// The service, by the word that `integrations.services` uses.
    pub service: String,
    /// The further regions.
    pub regions: BTreeSet<Region>,
    /// Who answers for it, why, and until when.
    pub grounds: Grounds,
}

/// What the limit says about one region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegionAnswer<'r> {
    /// In `allow`.
    Allowed,
    /// In `authorize`.
    NeedsConsent,
    /// Only through this exception, which is worth telling.
    ByException(&'r RegionException),
    /// Only through an exception that has expired.
    Expired(&'r RegionException),
    /// Nowhere in the limit.
    Outside,
}

impl Regions {
    /// Judges a region, multi-region or zone name as the cloud spells it. A multi-region (`EU`, `US`, `global`) is allowed
    /// only where it is named as such: no list of single regions implies it.
    pub fn judge(&self, cloud: Cloud, region: &str, service: Option<&str>, today: Date) -> RegionAnswer<'_> {
        let name = spelling(region);
        let answer = self.judge_name(cloud, &name, service, today);
        match of_zone(cloud, &name) {
            Some(region) if answer == RegionAnswer::Outside => {
                self.judge_name(cloud, &region, service, today)
            }
            _ => answer,
        }
    }

    fn judge_name(&self, cloud: Cloud, name: &str, service: Option<&str>, today: Date) -> RegionAnswer<'_> {
        let names = |set: &BTreeSet<Region>| set.iter().any(|region| region.is(cloud, name));
        if names(&self.allow) {
            return RegionAnswer::Allowed;
        }
        let applies = |e: &&RegionException| service == Some(e.service.as_str()) && names(&e.regions);
        let mut expired = None;
        for exception in self.exceptions.iter().filter(applies) {
            if !exception.grounds.is_expired(today) {
                return RegionAnswer::ByException(exception);
            }
            expired = expired.or(Some(exception));
        }
        match expired {
            _ if names(&self.authorize) => RegionAnswer::NeedsConsent,
            Some(exception) => RegionAnswer::Expired(exception),
            None => RegionAnswer::Outside,
        }
    }

    /// Whether cross-region inference may compute in that geography. `global` and every other must be named.
    pub fn allows_inference_in(&self, geography: Geography) -> bool {
        self.inference_geographies.contains(&geography)
    }

    pub(crate) fn read(r: &mut Reader, json: &Json) -> Option<Self> {
        let fields = r.object(json, &["allow", "authorize", "inference_geographies", "exceptions"])?;
        let allow = r.required(fields, "allow", |r, json| {
            let allow = r.set(json, Region::read)?;
            if allow.is_empty() && json == &Json::Array(Vec::new()) {
                r.wrong("`allow` names no region, so nothing could run");
            }
            Some(allow)
        });
        let authorize =
            r.optional(fields, "authorize", |r, json| r.set(json, Region::read)).unwrap_or_default();
        let geographies = r.optional(fields, "inference_geographies", |r, json| r.set(json, Geography::read));
        let exceptions = r.optional(fields, "exceptions", |r, json| r.list(json, RegionException::read));
        let mut exceptions = exceptions.unwrap_or_default();
        // Order means nothing to the practitioner, so it must mean nothing to the record.
        exceptions.sort_by_cached_key(|exception| exception.normal().to_text());
        exceptions.dedup();
        let allow = allow?;
        if let Some(both) = authorize.intersection(&allow).next() {
            r.at_attribute("authorize", |r| {
                r.reject(Kind::Relation, format!("`{both}` is in `allow` already, so nobody would be asked"));
            });
        }
        Some(Self { allow, authorize, inference_geographies: geographies.unwrap_or_default(), exceptions })
    }

    pub(crate) fn normal(&self) -> Json {
        Members::new()
            .put("allow", regions(&self.allow))
            .put("authorize", regions(&self.authorize))
            .put(
                "inference_geographies",
                self.inference_geographies.iter().map(|g| Json::from(*g)).collect::<Json>(),
            )
            .put("exceptions", self.exceptions.iter().map(RegionException::normal).collect::<Json>())
            .into()
    }
}

impl RegionException {
    fn read(r: &mut Reader, json: &Json) -> Option<Self> {
        let mut known = vec!["service", "regions"];
        known.extend(Grounds::ATTRIBUTES);
        let fields = r.object(json, &known)?;
        let service = r.required(fields, "service", Reader::prose);
        let regions = r.required(fields, "regions", |r, json| r.set(json, Region::read));
        let grounds = Grounds::read_from(r, fields);
        Some(Self { service: service?, regions: regions?, grounds: grounds? })
    }

    fn normal(&self) -> Json {
        self.grounds
            .members()
            .put("service", self.service.as_str())
            .put("regions", regions(&self.regions))
            .into()
    }
}

fn regions(set: &BTreeSet<Region>) -> Json {
    set.iter().map(Json::from).collect()
}
