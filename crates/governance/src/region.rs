//! Regions of the clouds: their names in one spelling, which of them we know, and what to make of a zone. Which region is
//! allowed is decided in `limits::regions`.

mod known;

use crate::{dimension::words, invalid::Kind, invalid::nearest, json::Json, read::Reader, read::excerpt};
use std::fmt;

words! {
    /// A cloud.
    Cloud is "a cloud" {
        /// Amazon Web Services.
        Aws = "aws",
        /// Google Cloud.
        Gcp = "gcp",
        /// Microsoft Azure.
        Azure = "azure",
    }
}

words! {
    /// Where cross-region inference may compute.
    Geography is "an inference geography" {
        /// Asia Pacific.
        Apac = "apac",
        /// Australia and New Zealand.
        Au = "au",
        /// Canada.
        Ca = "ca",
        /// Europe.
        Eu = "eu",
        /// Everywhere; never implied by another.
        Global = "global",
        /// Japan.
        Jp = "jp",
        /// United States.
        Us = "us",
        /// United States, government regions.
        UsGov = "us-gov",
    }
}

/// A region as a declaration names it: a name in one spelling, and the cloud where the declaration says it
/// (`aws:eu-west-9`), which also says that the name is meant although we do not know it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Region {
    name: String,
    cloud: Option<Cloud>,
}

impl Region {
    /// The name in one spelling, such as `eu-west-1` or `westeurope`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether this names that region of that cloud. `name` must be in the one spelling: see [`spelling`].
    pub fn is(&self, cloud: Cloud, name: &str) -> bool {
        self.name == name && self.cloud.is_none_or(|own| own == cloud)
    }

    /// Whether this names everything that `other` names.
    pub(crate) fn covers(&self, other: &Region) -> bool {
        self.name == other.name && (self.cloud.is_none() || self.cloud == other.cloud)
    }

    /// Reads a region. In a config, an unknown name is an error when it is one or two letters away from a known one, and
    /// accepted when it is not; a new region near an old one is written with its cloud in front. In a record the writer
    /// has already judged, perhaps with a newer list.
    pub(crate) fn read(r: &mut Reader, json: &Json) -> Option<Self> {
        let text = r.string(json)?;
        let (cloud, bare) = match text.split_once(':') {
            Some((prefix, rest)) => (Cloud::from_word(prefix), rest),
            None => (None, text),
        };
        let name = spelling(bare);
        let well_formed = name.len() >= 2
            && name.len() <= 40
            && name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if !well_formed || text.contains(':') != cloud.is_some() {
            r.wrong(format!("`{}` is not the name of a region", excerpt(text)));
            return None;
        }
        if cloud.is_none() && r.source == crate::read::Source::Declaration && !is_known(&name) {
            if let Some(region) = Cloud::WORDS.iter().find_map(|(_, cloud)| of_zone(*cloud, &name)) {
                r.reject_with(
                    Kind::Value,
                    format!("`{name}` is a zone"),
                    format!("name its region, `{region}`"),
                );
                return None;
            }
            if let Some(near) = nearest(&name, known::all()) {
                let message = format!("`{name}` is not a region that we know");
                let help = format!(
                    "did you mean `{near}`? a new region is written with its cloud, as in `aws:{name}`"
                );
                r.reject_with(Kind::Value, message, help);
                return None;
            }
        }
        Some(Self { name, cloud })
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.cloud {
            Some(cloud) => write!(f, "{cloud}:{}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

impl From<&Region> for Json {
    fn from(region: &Region) -> Self {
        Self::String(region.to_string())
    }
}

/// The one spelling of a region's name: lower case without blanks, so that Azure's `West Europe` is `westeurope` and
/// Google's multi-region `EU` is `eu`.
pub fn spelling(name: &str) -> String {
    name.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

/// Whether this name, in the one spelling, is a region or multi-region that we know.
pub fn is_known(name: &str) -> bool {
    Cloud::WORDS.iter().any(|(_, cloud)| is_known_in(*cloud, name))
}

/// Whether this name, in the one spelling, is a region or multi-region of that cloud that we know.
pub fn is_known_in(cloud: Cloud, name: &str) -> bool {
    known::of(cloud).contains(&name)
}

/// The region of a zone (`europe-west1-b`, `eu-west-1a`, and AWS local zones such as `us-west-2-lax-1a`), or `None` when
/// the name is not that of a zone. Azure's zones are numbers beside a region, so it has none by name.
pub fn of_zone(cloud: Cloud, name: &str) -> Option<String> {
    let name = spelling(name);
    match cloud {
        Cloud::Azure => None,
        Cloud::Gcp => {
            let (region, zone) = name.rsplit_once('-')?;
            let is_zone = zone.len() == 1 && zone.starts_with(|c: char| c.is_ascii_lowercase());
            let is_region = region.contains('-') && region.ends_with(|c: char| c.is_ascii_digit());
            (is_zone && is_region).then(|| region.to_owned())
        }
        Cloud::Aws => {
            if !name.ends_with(|c: char| c.is_ascii_lowercase()) || !name.contains('-') {
                return None;
            }
            let region = name.trim_end_matches(|c: char| c.is_ascii_lowercase());
            let known = || known::of(Cloud::Aws).iter();
            if known().any(|candidate| *candidate == region) {
                return Some(region.to_owned());
            }
            let local = known()
                .find(|candidate| name.strip_prefix(**candidate).is_some_and(|rest| rest.starts_with('-')));
            if let Some(region) = local {
                return Some((*region).to_owned());
            }
            let shaped = region.ends_with(|c: char| c.is_ascii_digit()) && region.split('-').count() >= 3;
            (shaped && name.len() == region.len() + 1).then(|| region.to_owned())
        }
    }
}

#[cfg(test)]
mod tests;
