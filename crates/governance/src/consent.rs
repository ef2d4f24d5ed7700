//! Who must agree: functions, assurance, quorums and the consent block of an envelope. Approvals themselves are not here.

use crate::{
    approver::Approver,
    decimal::read_count,
    digest::Digest,
    dimension::{Dimension, words},
    invalid::{Invalid, Kind, Step, one_of},
    json::{Json, Members},
    person::Grounds,
    read::{Reader, Source, excerpt},
    time::{Date, Duration},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

words! {
    /// What a person approves as.
    Function is "a function" {
        /// Money.
        Finance = "finance",
        /// Safety against attack.
        Security = "security",
        /// Law and policy.
        Compliance = "compliance",
        /// Operation.
        Engineering = "engineering",
    }
}

words! {
    /// How sure a signature makes us that a person acted. Ordered, weakest first.
    Assurance is "an assurance" {
        /// A key signed; software can do that alone.
        Key = "key",
        /// Somebody touched the key.
        Touch = "touch",
        /// Somebody touched the key and gave its PIN.
        TouchPin = "touch_pin",
        /// The same, with a key whose maker attests it.
        TouchPinAttested = "touch_pin_attested",
    }
}

/// How many people of each function must agree. Never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quorum(BTreeMap<Function, u32>);

impl Quorum {
    /// How many of this function.
    pub fn of(&self, function: Function) -> u32 {
        self.0.get(&function).copied().unwrap_or(0)
    }

    /// The functions that are asked, with how many of each.
    pub fn functions(&self) -> impl Iterator<Item = (Function, u32)> + '_ {
        self.0.iter().map(|(function, count)| (*function, *count))
    }

    /// Per function, the higher of the two.
    #[must_use]
    pub fn joined(&self, other: &Quorum) -> Quorum {
        let mut joined = self.0.clone();
        for (function, count) in other.functions() {
            let own = joined.entry(function).or_insert(count);
            *own = count.max(*own);
        }
        Quorum(joined)
    }

    /// The digest of the quorum itself, which approvals name.
    pub fn digest(&self) -> Digest {
        Digest::of(self.normal().canonical().as_bytes())
    }

    fn read(r: &mut Reader, json: &Json) -> Option<Self> {
        let counts = r.map(json, |r, key, json| {
            let Some(function) = Function::from_word(key) else {
                let known: Vec<&str> = Function::WORDS.iter().map(|(word, _)| *word).collect();
                r.reject_with(
                    Kind::Value,
                    format!("`{}` is not a function", excerpt(key)),
                    one_of(key, &known),
                );
                return None;
            };
            read_count(r, json, 1..=100).map(|count| (function, count))
        })?;
        if json.as_object().is_some_and(BTreeMap::is_empty) {
            r.wrong("the quorum asks nobody");
        }
        Some(Self(counts.into_iter().collect()))
    }

    pub(crate) fn normal(&self) -> Json {
        self.0.iter().fold(Members::new(), |all, (function, count)| all.put(function.as_str(), *count)).into()
    }
}

impl fmt::Display for Quorum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<String> =
            self.functions().map(|(function, count)| format!("{count} {function}")).collect();
        f.write_str(&parts.join(" and "))
    }
}

/// A further quorum for some dimensions.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DimensionQuorum {
    /// What it applies to.
    pub dimensions: BTreeSet<Dimension>,
    /// Who must agree there.
    pub quorum: Quorum,
}

/// The consent block of an envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Consent {
    /// The approvers, by the digests of their records.
    pub approvers: BTreeSet<Digest>,
    /// Who must agree, whatever the dimension.
    pub quorum: Quorum,
    /// Who must agree besides, by dimension.
    pub by_dimension: Vec<DimensionQuorum>,
    /// The weakest signature that counts, as declared; see [`Consent::minimum_assurance_on`].
    pub minimum_assurance: Assurance,
    /// Why `key` is enough; there exactly when the minimum is `key`.
    pub minimum_assurance_exception: Option<Grounds>,
    /// How long approvals may be collected.
    pub expires_after: Duration,
    /// How long after the quorum is reached the change may be executed.
    pub execute_within: Duration,
    /// Whether whoever proposes a change has to say why.
    pub require_rationale: bool,
}

const ATTRIBUTES: [&str; 8] = [
    "approvers",
    "quorum",
    "by_dimension",
    "minimum_assurance",
    "minimum_assurance_exception",
    "expires_after",
    "execute_within",
    "require_rationale",
];

impl Consent {
    /// The weakest signature that counts on a day: once the grounds for `key` have expired, the default is back.
    pub fn minimum_assurance_on(&self, today: Date) -> Assurance {
        match &self.minimum_assurance_exception {
            Some(grounds) if grounds.is_expired(today) => self.minimum_assurance.max(Assurance::TouchPin),
            _ => self.minimum_assurance,
        }
    }

    /// Who must agree to a change in these dimensions: per function, the highest of all that match.
    pub fn quorum_for(&self, dimensions: &[Dimension]) -> Quorum {
        let matching =
            self.by_dimension.iter().filter(|entry| dimensions.iter().any(|d| entry.dimensions.contains(d)));
        matching.fold(self.quorum.clone(), |joined, entry| joined.joined(&entry.quorum))
    }

    /// What is wrong when these are the approvers: people named twice, and quorums that they cannot reach. Paths start at
    /// the consent block.
    pub fn judge_approvers(&self, approvers: &[&Approver]) -> Vec<Invalid> {
        let mut found = same_person_twice(approvers);
        let mut check = |quorum: &Quorum, path: Vec<Step>| {
            for (function, wanted) in quorum.functions() {
                let able = |a: &&&Approver| {
                    a.function == function && a.assurance >= self.minimum_assurance && a.has_live_key()
                };
                let people: BTreeSet<&str> =
                    approvers.iter().filter(able).map(|a| a.email.as_str()).collect();
                if people.len() < usize::try_from(wanted).unwrap_or(usize::MAX) {
                    let message = format!(
                        "the quorum asks for {wanted} of `{function}`, and {} of the approvers can give it",
                        people.len()
                    );
                    let help = format!(
                        "add approvers with function `{function}` and an assurance of at least `{}`, or lower the quorum",
                        self.minimum_assurance
                    );
                    let mut path = path.clone();
                    path.extend([
                        Step::Attribute("quorum".to_owned()),
                        Step::Key(function.as_str().to_owned()),
                    ]);
                    found.push(Invalid::new(Kind::Relation, path, message).with_help(help));
                }
            }
        };
        check(&self.quorum, Vec::new());
        for (index, entry) in self.by_dimension.iter().enumerate() {
            check(&entry.quorum, vec![Step::Attribute("by_dimension".to_owned()), Step::Index(index)]);
        }
        found
    }

    pub(crate) fn read(r: &mut Reader, json: &Json) -> Option<Self> {
        let fields = r.object(json, &ATTRIBUTES)?;
        let approvers = r.required(fields, "approvers", read_approvers);
        let quorum = r.required(fields, "quorum", Quorum::read);
        let by_dimension = r.optional(fields, "by_dimension", |r, json| r.list(json, DimensionQuorum::read));
        let mut by_dimension = by_dimension.unwrap_or_default();
        let minimum_assurance =
            r.optional(fields, "minimum_assurance", Assurance::read).unwrap_or(Assurance::TouchPin);
        let exception = r.optional(fields, "minimum_assurance_exception", Grounds::read);
        let span = |r: &mut Reader, json: &Json| r.parsed(json, Duration::parse);
        let expires_after = r.optional(fields, "expires_after", span).unwrap_or(Duration::hours(72));
        let execute_within = r.optional(fields, "execute_within", span).unwrap_or(Duration::hours(4));
        let require_rationale = r.optional(fields, "require_rationale", Reader::bool).unwrap_or(false);
        let excused = fields.get("minimum_assurance_exception").is_some();
        match (minimum_assurance == Assurance::Key, excused) {
            (true, false) => r.at_attribute("minimum_assurance", |r| {
                let help =
                    "add `minimum_assurance_exception = { owner, reason, expires }`, or use a FIDO2 key";
                r.reject_with(Kind::Relation, "`key` lets software approve alone, so it needs grounds", help);
            }),
            (false, true) => r.at_attribute("minimum_assurance_exception", |r| {
                r.reject_with(
                    Kind::Relation,
                    "only `minimum_assurance = \"key\"` needs grounds",
                    "remove it",
                );
            }),
            _ => {}
        }
        let embedded = approvers?;
        let consent = Self {
            approvers: embedded.iter().map(|(digest, _)| *digest).collect(),
            quorum: quorum?,
            by_dimension: by_dimension.clone(),
            minimum_assurance,
            minimum_assurance_exception: exception,
            expires_after,
            execute_within,
            require_rationale,
        };
        let bodies: Vec<&Approver> = embedded.iter().filter_map(|(_, body)| body.as_ref()).collect();
        // With an approver that could not be read, who is missing cannot be told.
        let all_read = fields.get("approvers").is_some_and(|json| json.count() == bodies.len());
        if r.source == Source::Declaration && all_read && !bodies.is_empty() {
            r.adopt(consent.judge_approvers(&bodies));
        }
        by_dimension.sort_by_cached_key(|entry| entry.normal().to_text());
        by_dimension.dedup();
        Some(Self { by_dimension, ..consent })
    }

    pub(crate) fn normal(&self) -> Json {
        Members::new()
            .put(
                "approvers",
                self.approvers.iter().map(|digest| Json::from(digest.to_string())).collect::<Json>(),
            )
            .put("quorum", self.quorum.normal())
            .put("by_dimension", self.by_dimension.iter().map(DimensionQuorum::normal).collect::<Json>())
            .put("minimum_assurance", self.minimum_assurance)
            .put_some(
                "minimum_assurance_exception",
                self.minimum_assurance_exception.as_ref().map(Grounds::members),
            )
            .put("expires_after", self.expires_after.to_string())
            .put("execute_within", self.execute_within.to_string())
            // Left out where it is off: records from before it was known keep their digests.
            .put_some("require_rationale", self.require_rationale.then_some(true))
            .into()
    }
}

impl DimensionQuorum {
    fn read(r: &mut Reader, json: &Json) -> Option<Self> {
        let fields = r.object(json, &["dimensions", "quorum"])?;
        let dimensions = r.required(fields, "dimensions", |r, json| {
            if *json == Json::Array(Vec::new()) {
                r.wrong("the list is empty, so the quorum would never apply");
            }
            r.set(json, Dimension::read)
        });
        let quorum = r.required(fields, "quorum", Quorum::read);
        Some(Self { dimensions: dimensions?, quorum: quorum? })
    }

    fn normal(&self) -> Json {
        let dimensions: Json = self.dimensions.iter().map(|dimension| Json::from(*dimension)).collect();
        Members::new().put("dimensions", dimensions).put("quorum", self.quorum.normal()).into()
    }
}

/// Approvers as records in a config, or as digests in a record.
fn read_approvers(r: &mut Reader, json: &Json) -> Option<Vec<(Digest, Option<Approver>)>> {
    if *json == Json::Array(Vec::new()) {
        r.wrong("there are no approvers");
    }
    r.list(json, |r, json| match r.source {
        Source::Record => r
            .parsed(json, |text| text.parse::<Digest>().map_err(|error| error.to_string()))
            .map(|digest| (digest, None)),
        Source::Declaration => {
            let text = r.string(json)?;
            if !text.trim_start().starts_with('{') {
                let help = "refer to an approver by its record, as in `remit_approver.dana.record`";
                r.reject_with(Kind::Value, "this is not the record of an approver", help);
                return None;
            }
            match Approver::from_record(text) {
                Ok(approver) => Some((approver.digest(), Some(approver))),
                Err(faults) => {
                    let first = faults.first().map(ToString::to_string).unwrap_or_default();
                    r.wrong(format!("this is not the record of an approver: {first}"));
                    None
                }
            }
        }
    })
}

/// One person is one approver with one function; neither an e-mail address nor a key may come twice.
pub(crate) fn same_person_twice(approvers: &[&Approver]) -> Vec<Invalid> {
    let at = |index| vec![Step::Attribute("approvers".to_owned()), Step::Index(index)];
    let mut found = Vec::new();
    for (index, approver) in approvers.iter().enumerate() {
        let earlier: Vec<&&Approver> = approvers.iter().take(index).collect();
        if earlier.iter().any(|other| other.email == approver.email) {
            let message = format!("`{}` is an approver already, and one person counts once", approver.email);
            found.push(Invalid::new(Kind::Relation, at(index), message));
        } else if let Some(other) =
            earlier.iter().find(|other| approver.keys.iter().any(|key| other.keys.contains(key)))
        {
            let message = format!(
                "`{}` and `{}` share a key, so they are one person to us",
                approver.email, other.email
            );
            found.push(Invalid::new(Kind::Relation, at(index), message));
        }
    }
    found
}
