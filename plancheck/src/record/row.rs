//! A record as one row of a table: what people search by, and what exports hold. The record itself stays in the log; a row says where.

use remit_decision_log::disk::Logged;
use remit_decision_log::record::{Decision, Predicate};
use remit_governance::time::Timestamp;
use remit_governance::{Decimal, decimal};
use serde::Serialize;

use crate::text::escape;

/// One decision, flat. Names and order are those of the Parquet files and of the table definition that goes with them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Row {
    /// Number of the record in its log.
    pub log_index: u64,
    /// Id of the record.
    pub id: String,
    /// When it was recorded.
    pub recorded_at: String,
    /// `check` or `gate`.
    pub command: String,
    /// `allowed`, `consent_required` or `denied`.
    pub verdict: String,
    /// Workspace; empty where it was not given.
    pub workspace: String,
    /// Account; empty where it was not given.
    pub account: String,
    /// Envelopes that governed something.
    pub envelopes: Vec<String>,
    /// Everybody that something points to.
    pub actors: Vec<String>,
    /// Class of the strongest evidence about who acted.
    pub actor_class: String,
    /// Rules that found something to ask or deny.
    pub rules: Vec<String>,
    /// Addresses that findings name.
    pub addresses: Vec<String>,
    /// Who approved.
    pub approvers: Vec<String>,
    /// The weakest assurance among the approvals; empty without any.
    pub assurance: String,
    /// What the approvals came to.
    pub standing: String,
    /// Whether the emergency rule was used.
    pub break_glass: bool,
    /// The request; empty without one.
    pub request: String,
    /// What the agent says it was for; empty where it says nothing.
    pub objective: String,
    /// Whether the agent says anything about alternatives.
    pub alternatives_declared: bool,
    /// How much it costs; absent where it was not priced.
    pub cost: Option<String>,
    /// Currency of the cost.
    pub currency: String,
    /// Digest of the lock.
    pub governance: String,
    /// W3C trace context; empty without one.
    pub traceparent: String,
    /// SHA-256 of the plan.
    pub plan_sha256: String,
    /// Leaf hash of the record, by which the log proves it.
    pub leaf_hash: String,
}

impl Row {
    /// The row of a decision; other records have none.
    pub fn of(logged: &Logged) -> Option<Self> {
        let Predicate::Decision(decision) = &logged.record.predicate else { return None };
        let plan = logged.record.subject.first().map(|subject| subject.digest.sha256.clone());
        Some(Self {
            log_index: logged.index,
            plan_sha256: plan.unwrap_or_default(),
            leaf_hash: logged.hash.clone(),
            ..Self::flat(decision)
        })
    }

    fn flat(decision: &Decision) -> Self {
        let decided = &decision.decision.value;
        let authorization = &decision.authorization.value;
        let actor = &decision.actor.value;
        let asks = decision.constraint.value.iter().filter(|found| found.effect != "note");
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let approvals = authorization.approvals.iter();
        Self {
            log_index: 0,
            id: decision.id.clone(),
            recorded_at: decision.recorded_at.clone(),
            command: decision.command.as_str().to_owned(),
            verdict: decided.verdict.clone(),
            workspace: text(&decided.workspace),
            account: text(&decided.account),
            envelopes: decision
                .governance
                .value
                .envelopes
                .iter()
                .map(|envelope| envelope.name.clone())
                .collect(),
            actors: distinct(actor.names.iter().chain(&actor.authors)),
            actor_class: actor.class.clone(),
            rules: distinct(asks.map(|found| &found.rule)),
            addresses: distinct(decision.constraint.value.iter().flat_map(|found| &found.addresses)),
            approvers: distinct(approvals.clone().map(|approval| &approval.principal)),
            assurance: weakest(approvals.map(|approval| approval.assurance.as_str())),
            standing: authorization.standing.clone(),
            break_glass: authorization.break_glass,
            request: text(&authorization.request),
            objective: decision.objective.value.as_ref().map(|said| said.name.clone()).unwrap_or_default(),
            alternatives_declared: decision.alternatives.value.declared,
            cost: decision.cost_impact.value.amount.clone(),
            currency: text(&decision.cost_impact.value.currency),
            governance: text(&decision.governance.value.lock),
            traceparent: text(&decision.trace.value.traceparent),
            plan_sha256: String::new(),
            leaf_hash: String::new(),
        }
    }
}

fn distinct<'a>(texts: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut all: Vec<String> = texts.cloned().collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn weakest<'a>(words: impl Iterator<Item = &'a str>) -> String {
    use remit_governance::consent::Assurance;
    let weakest = words.filter_map(Assurance::from_word).min();
    weakest.map(|assurance| assurance.as_str().to_owned()).unwrap_or_default()
}

/// What rows are looked for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Recorded then or later.
    pub since: Option<Timestamp>,
    /// Recorded earlier.
    pub until: Option<Timestamp>,
    /// Governed by this envelope.
    pub envelope: Option<String>,
    /// Part of the name of somebody who acted or approved.
    pub actor: Option<String>,
    /// What was decided.
    pub verdict: Option<String>,
    /// Part of an address.
    pub address: Option<String>,
    /// Costs at least so much.
    pub cost_from: Option<Decimal>,
}

impl Filter {
    /// Whether a row is one of those, as far as anything but its cost says.
    fn fits(&self, row: &Row) -> bool {
        let at = row.recorded_at.parse::<Timestamp>().ok();
        let part = |wanted: &Option<String>, all: &[&[String]]| {
            wanted
                .as_ref()
                .is_none_or(|wanted| all.iter().copied().flatten().any(|text| text.contains(wanted.as_str())))
        };
        self.since.is_none_or(|since| at.is_some_and(|at| at >= since))
            && self.until.is_none_or(|until| at.is_some_and(|at| at < until))
            && self.envelope.as_ref().is_none_or(|name| row.envelopes.contains(name))
            && self.verdict.as_ref().is_none_or(|verdict| row.verdict == *verdict)
            && part(&self.actor, &[&row.actors, &row.approvers])
            && part(&self.address, &[&row.addresses])
    }
}

/// Rows that were found.
pub struct Table {
    filter: Filter,
    rows: Vec<Row>,
    /// Rows that fit but for their cost, which nobody worked out.
    pub not_priced: u64,
}

impl Table {
    /// An empty one.
    pub fn new(filter: Filter) -> Self {
        Self { filter, rows: Vec::new(), not_priced: 0 }
    }

    /// Takes a row if it fits.
    pub fn take(&mut self, row: Row) {
        if !self.filter.fits(&row) {
            return;
        }
        if let Some(from) = self.filter.cost_from {
            match row.cost.as_deref().and_then(decimal::parse) {
                None => {
                    self.not_priced += 1;
                    return;
                }
                Some(cost) if cost < from => return,
                Some(_) => {}
            }
        }
        self.rows.push(row);
    }

    /// For people.
    pub fn text(&self) -> String {
        let mut lines = vec![
            ["RECORD", "RECORDED AT", "VERDICT", "WORKSPACE", "ENVELOPES", "ACTORS", "ID"].map(str::to_owned),
        ];
        for row in &self.rows {
            let or_dash = |text: String| if text.is_empty() { "-".to_owned() } else { escape(&text) };
            lines.push([
                row.log_index.to_string(),
                escape(&row.recorded_at),
                escape(&row.verdict),
                or_dash(row.workspace.clone()),
                or_dash(row.envelopes.join(", ")),
                or_dash(row.actors.join(", ")),
                escape(&row.id),
            ]);
        }
        let mut widths = [0; 7];
        for line in &lines {
            for (width, cell) in widths.iter_mut().zip(line) {
                *width = cell.chars().count().max(*width);
            }
        }
        let pad = |(cell, width): (&String, &usize)| format!("{cell:<width$}");
        let joined = |line: &[String; 7]| {
            line.iter().zip(&widths).map(pad).collect::<Vec<_>>().join("  ").trim_end().to_owned()
        };
        let text: String = lines.iter().map(|line| joined(line) + "\n").collect();
        text + &format!("{} decisions\n", self.rows.len())
    }

    /// For programs.
    pub fn json(&self) -> String {
        crate::render::json::written(&self.rows)
    }

    /// For spreadsheets; what could be taken for a formula is text.
    pub fn csv(&self) -> String {
        let head = "log_index,recorded_at,verdict,command,workspace,account,envelopes,actors,actor_class,rules,addresses,approvers,assurance,standing,break_glass,request,objective,cost,currency,governance,plan_sha256,id\n";
        let line = |row: &Row| {
            [
                row.log_index.to_string(),
                row.recorded_at.clone(),
                row.verdict.clone(),
                row.command.clone(),
                row.workspace.clone(),
                row.account.clone(),
                row.envelopes.join(" "),
                row.actors.join(" "),
                row.actor_class.clone(),
                row.rules.join(" "),
                row.addresses.join(" "),
                row.approvers.join(" "),
                row.assurance.clone(),
                row.standing.clone(),
                row.break_glass.to_string(),
                row.request.clone(),
                row.objective.clone(),
                row.cost.clone().unwrap_or_default(),
                row.currency.clone(),
                row.governance.clone(),
                row.plan_sha256.clone(),
                row.id.clone(),
            ]
            .map(|cell| csv_cell(&cell))
            .join(",")
                + "\n"
        };
        self.rows.iter().fold(head.to_owned(), |text, row| text + &line(row))
    }
}

fn csv_cell(text: &str) -> String {
    let safe = escape(text);
    let formula = safe.starts_with(['=', '+', '-', '@']);
    let safe = if formula { format!("'{safe}") } else { safe };
    if safe.contains([',', '"', '\n', '\'']) { format!("\"{}\"", safe.replace('"', "\"\"")) } else { safe }
}
