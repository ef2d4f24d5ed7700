//! A request for approval: everything that is needed to derive on another machine what is to be signed. It is a proposal
//! and never evidence: whoever signs derives it again and compares.

use super::{
    asked::{self, Asked},
    statement::{Amount, Approval, Decision, Moved, Under},
};
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

/// The names of the members that only a request has.
const OWN_FIELDS: [&str; 8] = ["format", "kind", "code", "id", "workspace", "account", "state", "summary"];

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
        let state = self.state.as_ref().map(|state| {
            Members::new().put("lineage", state.lineage.as_str()).put("serial", state.serial.to_string())
        });
        let members = Members::new().put("format", record::FORMAT).put("kind", KIND);
        let json: Json = Asked::from(self)
            .put(members, "id")
            .put("code", self.code())
            .put_some("workspace", self.workspace.as_deref())
            .put_some("account", self.account.as_deref())
            .put_some("state", state)
            .put("summary", self.summary.iter().map(|line| Json::from(line.as_str())).collect::<Json>())
            .into();
        let mut text = json.to_pretty();
        text.push('\n');
        text
    }

    /// Eight digits for people to compare: over everything that would be signed, and nothing else.
    pub fn code(&self) -> String {
        let json: Json = Asked::from(self).put_core(Members::new(), "id").into();
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
        Approval::answering(self.into(), decision, signed_at, (approver, function))
    }

    fn fields(r: &mut Reader, json: &Json) -> Option<Self> {
        let fields = r.object(json, &[&OWN_FIELDS[..], &asked::FIELDS].concat())?;
        let asked = Asked::read(r, fields, "id");
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
        let summary = r
            .required(fields, "summary", |r, json| r.list(json, |r, json| r.string(json).map(str::to_owned)));
        let asked = asked?;
        Some(Self {
            id: asked.request,
            audience: asked.audience,
            change: asked.change,
            transitions: asked.transitions,
            under: asked.under,
            requested_at: asked.requested_at,
            expires_at: asked.expires_at,
            workspace,
            account,
            state,
            authors: asked.authors,
            growth: asked.growth,
            break_glass: asked.break_glass,
            summary: summary?,
        })
    }
}
