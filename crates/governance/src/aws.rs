//! The `aws` block of an envelope: which controls it becomes in AWS. What each comes to is `control::aws`; a cap by itself is
//! `cap`.

mod action;
mod cap;
mod setting;

use crate::{
    control::Strength,
    decimal::{self, Decimal},
    dimension::Dimension,
    invalid::{Kind, one_of},
    json::{Json, Members},
    limits::strings,
    person::Email,
    read::{Reader, excerpt},
};
pub use action::{Action, Approval};
pub use cap::{Cap, Capped};
pub use setting::{Sets, Setting};
use std::collections::{BTreeMap, BTreeSet};

/// Controls in AWS. An envelope without this block is declared only.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Aws {
    /// Account of every control that names none; left out, that of the credentials.
    pub account: Option<String>,
    /// A budget for `limits.cost`.
    pub budget: Option<Budget>,
    /// Policies that deny other regions than those of `limits.regions`.
    pub region_guard: Option<Guard>,
    /// Policies that deny agents to change what bounds them.
    pub tamper_guard: Option<Guard>,
    /// Policies that deny values above the limits, where AWS can compare them.
    pub scale_guard: Option<Guard>,
    /// Maxima of single things, in a fixed order.
    pub caps: Vec<Cap>,
    /// What has to hold each limit of a dimension at least.
    pub minimum_strength: BTreeMap<Dimension, Strength>,
    /// How large and how many policies may be here.
    pub policies: Quotas,
}

/// A budget.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Budget {
    /// The account it is made in.
    pub account: Option<String>,
    /// Who is told besides the envelope's owner and its finance approvers.
    pub subscribers: BTreeSet<Email>,
    /// A topic that is told too.
    pub topic: Option<String>,
    /// What stops the agents once so much is spent.
    pub action: Option<Action>,
}

/// Policies and where they are attached.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Guard {
    /// Roots, organizational units and accounts.
    pub targets: BTreeSet<String>,
    /// Actions that are let through besides the list of the version.
    pub exempt_actions: BTreeSet<String>,
}

/// Quotas of the organization, where they differ from what AWS documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Quotas {
    /// Bytes of a policy.
    pub bytes: Option<u32>,
    /// Policies attached to one target, AWS's own included.
    pub per_target: Option<u32>,
}

const ATTRIBUTES: [&str; 8] = [
    "account",
    "budget",
    "region_guard",
    "tamper_guard",
    "scale_guard",
    "caps",
    "minimum_strength",
    "service_control_policies",
];

impl Aws {
    pub(crate) fn read(r: &mut Reader, json: &Json) -> Option<Self> {
        let fields = r.object(json, &ATTRIBUTES)?;
        let account = r.optional(fields, "account", read_account);
        let budget = r.optional(fields, "budget", Budget::read);
        let region_guard = r.optional(fields, "region_guard", |r, json| Guard::read(r, json, true));
        let tamper_guard = r.optional(fields, "tamper_guard", |r, json| Guard::read(r, json, false));
        let scale_guard = r.optional(fields, "scale_guard", |r, json| Guard::read(r, json, false));
        let caps = r.optional(fields, "caps", |r, json| r.list(json, Cap::read)).unwrap_or_default();
        let minimum_strength = r.optional(fields, "minimum_strength", |r, json| r.map(json, read_minimum));
        let policies = r.optional(fields, "service_control_policies", Quotas::read);
        // Terraform drops misspelt names, so a block without anything in it is more likely a mistake than meant.
        let controls = ["budget", "region_guard", "tamper_guard", "scale_guard", "caps"];
        if controls.iter().all(|control| fields.get(control).is_none()) {
            let help =
                "add `budget`, a guard or `caps`; to declare the envelope without controls, leave `aws` out";
            r.reject_with(Kind::Missing, "the block has no control", help);
        }
        let caps = in_order(r, caps);
        Some(Self {
            account,
            budget,
            region_guard,
            tamper_guard,
            scale_guard,
            caps,
            minimum_strength: minimum_strength.unwrap_or_default().into_iter().collect(),
            policies: policies.unwrap_or_default(),
        })
    }

    pub(crate) fn normal(&self) -> Json {
        let strengths = self
            .minimum_strength
            .iter()
            .fold(Members::new(), |all, (dimension, strength)| all.put(dimension.as_str(), *strength));
        Members::new()
            .put_some("account", self.account.as_deref())
            .put_some("budget", self.budget.as_ref().map(Budget::normal))
            .put_some("region_guard", self.region_guard.as_ref().map(Guard::normal))
            .put_some("tamper_guard", self.tamper_guard.as_ref().map(Guard::normal))
            .put_some("scale_guard", self.scale_guard.as_ref().map(Guard::normal))
            .put("caps", self.caps.iter().map(Cap::normal).collect::<Json>())
            .put("minimum_strength", strengths)
            .put("service_control_policies", self.policies.normal())
            .into()
    }
}

impl Budget {
    fn read(r: &mut Reader, json: &Json) -> Option<Self> {
        let fields = r.object(json, &["account", "subscribers", "topic", "action"])?;
        let account = r.optional(fields, "account", read_account);
        let subscribers = r.optional(fields, "subscribers", |r, json| r.set(json, Email::read));
        let topic = r.optional(fields, "topic", |r, json| r.parsed(json, parse_topic));
        let action = r.optional(fields, "action", Action::read);
        Some(Self { account, subscribers: subscribers.unwrap_or_default(), topic, action })
    }

    fn normal(&self) -> Json {
        Members::new()
            .put_some("account", self.account.as_deref())
            .put("subscribers", self.subscribers.iter().map(Json::from).collect::<Json>())
            .put_some("topic", self.topic.as_deref())
            .put_some("action", self.action.as_ref().map(Action::normal))
            .into()
    }
}

impl Guard {
    fn read(r: &mut Reader, json: &Json, exempts: bool) -> Option<Self> {
        let known: &[&str] = if exempts { &["targets", "exempt_actions"] } else { &["targets"] };
        let fields = r.object(json, known)?;
        let targets = r.required(fields, "targets", |r, json| {
            if *json == Json::Array(Vec::new()) {
                r.wrong("the guard is attached nowhere");
            }
            r.set(json, |r, json| r.parsed(json, parse_target))
        });
        let exempt_actions = r.optional(fields, "exempt_actions", |r, json| {
            r.set(json, |r, json| r.parsed(json, parse_action))
        });
        Some(Self { targets: targets?, exempt_actions: exempt_actions.unwrap_or_default() })
    }

    fn normal(&self) -> Json {
        let exempt = (!self.exempt_actions.is_empty()).then(|| strings(&self.exempt_actions));
        Members::new().put("targets", strings(&self.targets)).put_some("exempt_actions", exempt).into()
    }
}

impl Quotas {
    fn read(r: &mut Reader, json: &Json) -> Option<Self> {
        let fields = r.object(json, &["max_bytes", "max_per_target"])?;
        let count = |range: std::ops::RangeInclusive<u32>| {
            move |r: &mut Reader, json: &Json| decimal::read_count(r, json, range)
        };
        let bytes = r.optional(fields, "max_bytes", count(1_000..=100_000));
        let per_target = r.optional(fields, "max_per_target", count(2..=100));
        Some(Self { bytes, per_target })
    }

    fn normal(self) -> Json {
        Members::new().put_some("max_bytes", self.bytes).put_some("max_per_target", self.per_target).into()
    }
}

/// Order means nothing to the practitioner. One thing has one maximum.
fn in_order(r: &mut Reader, mut caps: Vec<Cap>) -> Vec<Cap> {
    caps.sort_by_cached_key(|cap| cap.normal().to_text());
    caps.dedup();
    for (one, other) in caps.iter().zip(caps.iter().skip(1)) {
        if one.is_about_what(other) {
            r.at_attribute("caps", |r| {
                r.reject(Kind::Value, format!("{} is capped twice", one.capped.phrase()));
            });
        }
    }
    caps
}

fn read_minimum(r: &mut Reader, key: &str, json: &Json) -> Option<(Dimension, Strength)> {
    let Some(dimension) = Dimension::from_word(key) else {
        let known: Vec<&str> = Dimension::WORDS.iter().map(|(word, _)| *word).collect();
        r.reject_with(Kind::Value, format!("`{}` is not a dimension", excerpt(key)), one_of(key, &known));
        return None;
    };
    Strength::read(r, json).map(|strength| (dimension, strength))
}

/// An account by its twelve digits.
pub(crate) fn read_account(r: &mut Reader, json: &Json) -> Option<String> {
    r.parsed(json, |text| {
        if text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(text.to_owned());
        }
        Err(format!("`{}` is not an AWS account id, which has twelve digits", excerpt(text)))
    })
}

/// A root, an organizational unit or an account.
fn parse_target(text: &str) -> Result<String, String> {
    let plain = |part: &str, lengths: std::ops::RangeInclusive<usize>| {
        lengths.contains(&part.len()) && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    let good = match text.split_once('-') {
        Some(("r", root)) => plain(root, 4..=32),
        Some(("ou", rest)) => {
            rest.split_once('-').is_some_and(|(root, unit)| plain(root, 4..=32) && plain(unit, 8..=32))
        }
        _ => text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()),
    };
    if good {
        return Ok(text.to_owned());
    }
    Err(format!(
        "`{}` is not a root (`r-abcd`), an organizational unit (`ou-abcd-12345678`) or an account id",
        excerpt(text)
    ))
}

fn parse_action(text: &str) -> Result<String, String> {
    let good = text.split_once(':').is_some_and(|(service, action)| {
        let word = |text: &str, more: &str| {
            !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(c))
        };
        word(service, "-") && word(action, "*")
    });
    if good {
        Ok(text.to_owned())
    } else {
        Err(format!("`{}` is not an action such as `s3:List*`", excerpt(text)))
    }
}

fn parse_topic(text: &str) -> Result<String, String> {
    let parts: Vec<&str> = text.split(':').collect();
    match parts.as_slice() {
        ["arn", partition, "sns", region, account, name]
            if partition.starts_with("aws")
                && !region.is_empty()
                && account.len() == 12
                && !name.is_empty() =>
        {
            Ok(text.to_owned())
        }
        _ => Err(format!(
            "`{}` is not the ARN of a topic, such as `arn:aws:sns:us-east-1:123456789012:finops`",
            excerpt(text)
        )),
    }
}

/// A whole number that AWS takes as one of 32 bits.
pub(crate) fn read_size(r: &mut Reader, json: &Json) -> Option<u32> {
    let value: Decimal = decimal::read_whole(r, json)?;
    let size = u32::try_from(value).ok().filter(|size| *size <= i32::MAX.unsigned_abs());
    if size.is_none() {
        r.wrong(format!("`{}` is more than AWS takes", decimal::text(value)));
    }
    size
}
