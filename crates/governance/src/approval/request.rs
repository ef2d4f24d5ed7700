//! A request for approval: everything that is needed to derive on another machine what is to be signed. It is a proposal
//! and never evidence: whoever signs derives it again and compares.

use super::statement::{Amount, Approval, Decision, Moved, Under, digest, instant, request_id};
use crate::{
    change::StateId,
    consent::Function,
    digest::Digest,
    invalid::{Invalid, Kind as Fault},
    json::{Json, Members},
    person::Email,
    read::{Reader, Source},
    record,
    time::Timestamp,
};
use std::collections::BTreeSet;

/// What the file calls itself.
const KIND: &str = "approval_request";

/// A request for approval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// 32 hexadecimal digits that nobody could guess.
    pub id: String,
    /// Where it would be applied, in words.
    pub audience: String,
    /// The change digest, when it is about a plan.
    pub change: Option<Digest>,
    /// The changes of governance, when it is about any.
    pub transitions: Vec<Moved>,
    /// Whose rules ask.
    pub under: Vec<Under>,
    /// When it was made.
    pub requested_at: Timestamp,
    /// Until when it can be signed.
    pub expires_at: Timestamp,
    /// The workspace that was given.
    pub workspace: Option<String>,
    /// The account that was given.
    pub account: Option<String>,
    /// The state that would change.
    pub state: Option<StateId>,
    /// Who took part in the change.
    pub authors: BTreeSet<String>,
    /// How much money is at stake, where known.
    pub growth: Option<Amount>,
    /// Whether it asks under the emergency rule.
    pub break_glass: bool,
    /// What would happen, line by line, for people. Nothing is decided by it.
    pub summary: Vec<String>,
}

const FIELDS: [&str; 17] = [
    "format",
    "kind",
    "code",
    "id",
    "audience",
    "change",
    "transitions",
    "under",
    "requested_at",
    "expires_at",
    "workspace",
    "account",
    "state",
    "authors",
    "growth",
    "break_glass",
    "summary",
];

impl Request {
    /// Reads a file.
    pub fn parse(bytes: &[u8]) -> Result<Self, Vec<Invalid>> {
        let one = |message: String| vec![Invalid::new(Fault::Value, Vec::new(), message)];
        let json =
            Json::parse_bytes(bytes).map_err(|error| one(format!("the request is not JSON: {error}")))?;
        let field = |name| json.as_object().and_then(|members| members.get(name));
        if field("kind") != Some(&Json::from(KIND)) || field("format") != Some(&Json::from(record::FORMAT)) {
            return Err(one("this is not an approval request, or one of a newer format".to_owned()));
        }
        let mut r = Reader::new(Source::Record);
        let request = Self::fields(&mut r, &json);
        r.finish(request)
    }

    /// The file.
    pub fn to_json(&self) -> String {
        let transitions: Json = self.transitions.iter().map(Moved::normal).collect();
        let under: Json = self.under.iter().map(Under::normal).collect();
        let lines = |lines: &mut dyn Iterator<Item = &String>| {
            lines.map(|line| Json::from(line.as_str())).collect::<Json>()
        };
        let state = self.state.as_ref().map(|state| {
            Members::new().put("lineage", state.lineage.as_str()).put("serial", state.serial.to_string())
        });
        let json: Json = Members::new()
            .put("format", record::FORMAT)
            .put("kind", KIND)
            .put("code", self.code())
            .put("id", self.id.as_str())
            .put("audience", self.audience.as_str())
            .put_some("change", self.change.map(|digest| digest.to_string()))
            .put("transitions", transitions)
            .put("under", under)
            .put("requested_at", self.requested_at.to_string())
            .put("expires_at", self.expires_at.to_string())
            .put_some("workspace", self.workspace.as_deref())
            .put_some("account", self.account.as_deref())
            .put_some("state", state)
            .put("authors", lines(&mut self.authors.iter()))
            .put_some("growth", self.growth.map(Amount::normal))
            .put("break_glass", self.break_glass)
            .put("summary", lines(&mut self.summary.iter()))
            .into();
        let mut text = json.to_pretty();
        text.push('\n');
        text
    }

    /// Eight digits for people to compare: over everything that would be signed, and nothing else.
    pub fn code(&self) -> String {
        let transitions: Json = self.transitions.iter().map(Moved::normal).collect();
        let under: Json = self.under.iter().map(Under::normal).collect();
        let json: Json = Members::new()
            .put("id", self.id.as_str())
            .put("audience", self.audience.as_str())
            .put_some("change", self.change.map(|digest| digest.to_string()))
            .put("transitions", transitions)
            .put("under", under)
            .put("break_glass", self.break_glass)
            .into();
        Digest::of(json.canonical().as_bytes()).short()
    }

    /// Whether the other asks for exactly the same to be signed.
    pub fn asks_the_same(&self, other: &Self) -> bool {
        self.code() == other.code()
            && (&self.change, &self.transitions, &self.under)
                == (&other.change, &other.transitions, &other.under)
    }

    /// The answer of a person, ready to be signed.
    pub fn answer(
        &self,
        decision: Decision,
        approver: Email,
        function: Function,
        signed_at: Timestamp,
    ) -> Approval {
        Approval {
            decision,
            request: self.id.clone(),
            audience: self.audience.clone(),
            change: self.change,
            transitions: self.transitions.clone(),
            under: self.under.clone(),
            requested_at: self.requested_at,
            expires_at: self.expires_at,
            signed_at,
            approver,
            function,
            on_behalf_of: None,
            authors: self.authors.clone(),
            growth: self.growth,
            break_glass: self.break_glass,
            reason: None,
        }
    }

    fn fields(r: &mut Reader, json: &Json) -> Option<Self> {
        let fields = r.object(json, &FIELDS)?;
        let id = r.required(fields, "id", |r, json| r.parsed(json, request_id));
        let audience = r.required(fields, "audience", Reader::prose);
        let change = r.optional(fields, "change", digest);
        let transitions = r.required(fields, "transitions", |r, json| r.list(json, Moved::read));
        let under = r.required(fields, "under", |r, json| r.list(json, Under::read));
        let requested_at = r.required(fields, "requested_at", instant);
        let expires_at = r.required(fields, "expires_at", instant);
        let workspace = r.optional(fields, "workspace", Reader::prose);
        let account = r.optional(fields, "account", Reader::prose);
        let state = r.optional(fields, "state", |r, json| {
            let fields = r.object(json, &["lineage", "serial"])?;
            let lineage = r.required(fields, "lineage", Reader::prose);
            let serial = r.required(fields, "serial", |r, json| {
                r.parsed(json, |text| text.parse::<u64>().map_err(|_| "this is not a serial".to_owned()))
            });
            Some(StateId { lineage: lineage?, serial: serial? })
        });
        let authors = r.required(fields, "authors", |r, json| r.set(json, Reader::prose));
        let growth = r.optional(fields, "growth", Amount::read);
        let break_glass = r.required(fields, "break_glass", Reader::bool);
        let summary = r
            .required(fields, "summary", |r, json| r.list(json, |r, json| r.string(json).map(str::to_owned)));
        Some(Self {
            id: id?,
            audience: audience?,
            change,
            transitions: transitions?,
            under: under?,
            requested_at: requested_at?,
            expires_at: expires_at?,
            workspace,
            account,
            state,
            authors: authors?,
            growth,
            break_glass: break_glass?,
            summary: summary?,
        })
    }
}
