//! The decision surface: what agents may decide. Which principals, over which attributes that scale something or hold something back, with
//! which models and tools, under which envelopes and catalog. Its fingerprint stays while nothing of that changes, so that people can look
//! at it once and be asked again when it grows.
//!
//! Drawn from plans and states as they are; which identity of a cloud has the rights to change an attribute is not looked at: whoever
//! cannot be told apart counts as an agent.

mod diff;
mod draw;
mod review;

use std::collections::{BTreeMap, BTreeSet};

use remit_governance::decimal::{self, Decimal};
use remit_governance::{Digest, Json};

use crate::text::escape;
use crate::verdict::CheckError;

pub use diff::{Difference, Moved, difference};
pub use draw::{Drawn, draw};
pub use review::{Believed, NAMESPACE, Review, Signed};

/// What a file of a surface calls itself.
const KIND: &str = "decision-surface";
/// The format that is written and read.
const FORMAT: u32 = 1;

/// What a decision is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum About {
    /// How much of something there can be.
    Capacity,
    /// Which model answers.
    Model,
    /// What it is connected to.
    Integration,
    /// What holds others back.
    Governance,
}

impl About {
    const ALL: [Self; 4] = [Self::Capacity, Self::Model, Self::Integration, Self::Governance];

    /// For people and programs.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Capacity => "capacity",
            Self::Model => "model",
            Self::Integration => "integration",
            Self::Governance => "governance",
        }
    }

    fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|about| about.id() == id)
    }
}

/// Something that can be decided.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Decision {
    /// The envelope over it; `None` where there is none.
    pub envelope: Option<String>,
    /// Address of what has it.
    pub address: String,
    /// What it is about.
    pub about: About,
    /// The attribute, or the unit where the catalog counts it out of several.
    pub attribute: String,
}

/// How far it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// Up to this; without a number there is no bound.
    UpTo(Option<Decimal>),
    /// One of these.
    OneOf(BTreeSet<String>),
    /// It is there to be changed.
    There,
    /// It cannot be told.
    CannotTell,
}

/// Agents, as an envelope names them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Agents {
    /// Digest of the envelope's record.
    pub digest: String,
    /// Principals of clouds; none named is everybody.
    pub principals: BTreeSet<String>,
    /// Actors of the version control system.
    pub actors: BTreeSet<String>,
}

/// A decision surface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Surface {
    /// Digest of the catalog that says what is a surface.
    pub catalog: String,
    /// Digest of the governance lock.
    pub governance: String,
    /// Agents by envelope.
    pub agents: BTreeMap<String, Agents>,
    /// What can be decided, and how far.
    pub decisions: BTreeMap<Decision, Reach>,
}

impl Surface {
    /// The digest of everything in it.
    pub fn fingerprint(&self) -> Digest {
        Digest::of(self.json().canonical().as_bytes())
    }

    /// The surface as a file: the same bytes for the same content.
    pub fn to_json(&self) -> String {
        let mut text = self.json().to_pretty();
        text.push('\n');
        text
    }

    fn json(&self) -> Json {
        let texts =
            |set: &BTreeSet<String>| set.iter().map(|text| Json::from(text.as_str())).collect::<Json>();
        let agents = self.agents.iter().map(|(name, agents)| {
            object([
                ("envelope", Json::from(name.as_str())),
                ("digest", Json::from(agents.digest.as_str())),
                ("principals", texts(&agents.principals)),
                ("actors", texts(&agents.actors)),
            ])
        });
        let decisions = self.decisions.iter().map(|(decision, reach)| {
            object([
                ("envelope", decision.envelope.as_deref().map_or(Json::Null, Json::from)),
                ("address", Json::from(decision.address.as_str())),
                ("about", Json::from(decision.about.id())),
                ("attribute", Json::from(decision.attribute.as_str())),
                ("reach", reach.json()),
            ])
        });
        object([
            ("format", Json::from(FORMAT)),
            ("kind", Json::from(KIND)),
            ("catalog", Json::from(self.catalog.as_str())),
            ("governance", Json::from(self.governance.as_str())),
            ("agents", agents.collect()),
            ("decisions", decisions.collect()),
        ])
    }

    /// Reads a file that [`Surface::to_json`] wrote. Anything else in it is a fault, since nobody would see it.
    pub fn parse(name: &str, bytes: &[u8]) -> Result<Self, CheckError> {
        let wrong = |why: &str| {
            CheckError::new(format!("`{}` is no decision surface: {why}", escape(name)))
                .with_help("give what `plancheck surface draw --out FILE` wrote")
        };
        let json = Json::parse_bytes(bytes).map_err(|error| wrong(&error.to_string()))?;
        let read = read(&json).ok_or_else(|| wrong("it has another shape"))?;
        if read.json() == json { Ok(read) } else { Err(wrong("it is not as it was written")) }
    }
}

impl Reach {
    fn json(&self) -> Json {
        match self {
            Self::UpTo(Some(amount)) => object([("up_to", Json::from(decimal::text(*amount)))]),
            Self::UpTo(None) => object([("up_to", Json::Null)]),
            Self::OneOf(names) => {
                object([("one_of", names.iter().map(|name| Json::from(name.as_str())).collect())])
            }
            Self::There => Json::from("there"),
            Self::CannotTell => Json::from("cannot_tell"),
        }
    }

    fn read(json: &Json) -> Option<Self> {
        if let Some(word) = json.as_str() {
            return match word {
                "there" => Some(Self::There),
                "cannot_tell" => Some(Self::CannotTell),
                _ => None,
            };
        }
        let members = json.as_object()?;
        match (members.get("up_to"), members.get("one_of")) {
            (Some(Json::Null), None) => Some(Self::UpTo(None)),
            (Some(Json::String(text)), None) => Some(Self::UpTo(Some(decimal::parse(text)?))),
            (None, Some(Json::Array(_))) => Some(Self::OneOf(strings(members.get("one_of"))?)),
            _ => None,
        }
    }

    /// In a sentence.
    pub fn words(&self) -> String {
        match self {
            Self::UpTo(Some(amount)) => format!("up to `{}`", decimal::text(*amount)),
            Self::UpTo(None) => "without a bound".to_owned(),
            Self::OneOf(names) => {
                let names: Vec<String> = names.iter().map(|name| format!("`{}`", escape(name))).collect();
                names.join(", ")
            }
            Self::There => "can be changed".to_owned(),
            Self::CannotTell => "cannot be told".to_owned(),
        }
    }
}

fn object<const N: usize>(members: [(&str, Json); N]) -> Json {
    Json::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

fn strings(json: Option<&Json>) -> Option<BTreeSet<String>> {
    let Json::Array(items) = json? else { return None };
    items.iter().map(|item| item.as_str().map(str::to_owned)).collect()
}

fn read(json: &Json) -> Option<Surface> {
    let members = json.as_object()?;
    let text = |members: &BTreeMap<String, Json>, name: &str| members.get(name)?.as_str().map(str::to_owned);
    if members.get("format") != Some(&Json::from(FORMAT)) || text(members, "kind")? != KIND {
        return None;
    }
    let (Json::Array(agents), Json::Array(decisions)) = (members.get("agents")?, members.get("decisions")?)
    else {
        return None;
    };
    let mut surface = Surface {
        catalog: text(members, "catalog")?,
        governance: text(members, "governance")?,
        agents: BTreeMap::new(),
        decisions: BTreeMap::new(),
    };
    for entry in agents {
        let entry = entry.as_object()?;
        let agents = Agents {
            digest: text(entry, "digest")?,
            principals: strings(entry.get("principals"))?,
            actors: strings(entry.get("actors"))?,
        };
        surface.agents.insert(text(entry, "envelope")?, agents);
    }
    for entry in decisions {
        let entry = entry.as_object()?;
        let decision = Decision {
            envelope: text(entry, "envelope"),
            address: text(entry, "address")?,
            about: About::from_id(&text(entry, "about")?)?,
            attribute: text(entry, "attribute")?,
        };
        surface.decisions.insert(decision, Reach::read(entry.get("reach")?)?);
    }
    Some(surface)
}
