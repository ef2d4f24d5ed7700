//! The accountability report: what was decided in a quarter, by whom and under what, from the records of a log. Gathered here into
//! blocks; how blocks look is the renderers'.

mod chart;
pub mod html;
pub mod markdown;

use std::collections::{BTreeMap, BTreeSet};

use remit_decision_log::disk::Logged;
use remit_decision_log::record::{Decision, Predicate, Total};
use remit_governance::time::Timestamp;
use remit_governance::{Decimal, decimal};

/// A part of the report.
pub enum Block {
    /// A heading; level 1 is the title.
    Heading(u8, String),
    /// A paragraph with plan text in backticks.
    Text(String),
    /// A table.
    Table(Vec<&'static str>, Vec<Vec<String>>),
    /// A line over time below a ceiling.
    Chart(Series),
}

/// What an envelope could grow to, over time.
pub struct Series {
    /// Envelope and unit.
    pub title: String,
    /// When, and how many.
    pub points: Vec<(Timestamp, Decimal)>,
    /// The ceiling at the end.
    pub ceiling: Option<Decimal>,
}

/// The quarter of a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quarter {
    year: i16,
    number: i8,
}

impl Quarter {
    /// From text such as `2026-Q4`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{}` is not a quarter such as `2026-Q4`", crate::text::escape(text));
        let (year, number) = text.split_once("-Q").ok_or_else(wrong)?;
        let digits = |text: &str, length: usize| {
            text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        if !digits(year, 4) || !digits(number, 1) {
            return Err(wrong());
        }
        let (year, number) = (year.parse().map_err(|_| wrong())?, number.parse().map_err(|_| wrong())?);
        if (1970..=9000).contains(&year) && (1..=4).contains(&number) {
            Ok(Self { year, number })
        } else {
            Err(wrong())
        }
    }

    /// Whether an instant lies in it, in UTC.
    fn has(self, at: Timestamp) -> bool {
        let day = remit_governance::time::today(at);
        day.year() == self.year && (day.month() - 1) / 3 + 1 == self.number
    }
}

impl std::fmt::Display for Quarter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-Q{}", self.year, self.number)
    }
}

/// What was gathered of a quarter.
#[derive(Default)]
pub struct Gathered {
    verdicts: BTreeMap<String, u64>,
    with_reason: u64,
    with_alternatives: u64,
    priced: u64,
    decisions: u64,
    proofs: BTreeMap<String, u64>,
    deciders: BTreeMap<(String, String), u64>,
    asked: Vec<Vec<String>>,
    rejected: Vec<Vec<String>>,
    emergencies: BTreeMap<String, Vec<String>>,
    reviews: BTreeMap<String, String>,
    outcomes: BTreeMap<&'static str, u64>,
    series: BTreeMap<(String, String, String), Series>,
    not_judged: BTreeSet<String>,
    first: Option<u64>,
    last: u64,
}

impl Gathered {
    /// Takes a record. Reviews count whenever they were made: an emergency of the last day is reviewed in the next quarter.
    pub fn take(&mut self, quarter: Quarter, logged: &Logged) {
        let predicate = &logged.record.predicate;
        if let Predicate::Review(review) = predicate {
            let said = format!("{}: {}", review.said.value.reviewer, review.said.value.conclusion);
            self.reviews.insert(review.request.clone(), said);
            return;
        }
        let at = predicate.recorded_at().parse::<Timestamp>().ok().filter(|at| quarter.has(*at));
        let Some(at) = at else { return };
        self.first.get_or_insert(logged.index);
        self.last = logged.index;
        match predicate {
            Predicate::Decision(decision) => self.decision(at, logged.index, decision),
            Predicate::Outcome(outcome) => {
                use remit_decision_log::record::Status;
                let word = match outcome.result.value.status {
                    Status::Applied => "applied",
                    Status::Failed => "failed",
                };
                *self.outcomes.entry(word).or_default() += 1;
            }
            Predicate::Review(_) | Predicate::Member(_) => {}
        }
    }

    fn decision(&mut self, at: Timestamp, index: u64, decision: &Decision) {
        let decided = &decision.decision.value;
        let authorization = &decision.authorization.value;
        self.decisions += 1;
        *self.verdicts.entry(decided.verdict.clone()).or_default() += 1;
        self.with_reason += u64::from(decision.objective.value.is_some());
        self.with_alternatives += u64::from(decision.alternatives.value.declared);
        self.priced += u64::from(decision.cost_impact.value.priced);
        self.not_judged.extend(decision.governance.value.not_judged.iter().cloned());
        let envelopes: Vec<&str> =
            decision.governance.value.envelopes.iter().map(|envelope| envelope.name.as_str()).collect();
        for approval in &authorization.approvals {
            *self.proofs.entry(approval.assurance.clone()).or_default() += 1;
            *self.deciders.entry((approval.principal.clone(), approval.function.clone())).or_default() += 1;
        }
        let row = || {
            let approvals: Vec<String> = authorization
                .approvals
                .iter()
                .map(|approval| {
                    format!("{} ({}, {})", approval.principal, approval.function, approval.assurance)
                })
                .collect();
            vec![
                at.to_string(),
                envelopes.join(", "),
                decided.verdict.replace('_', " "),
                decided.materiality.join(", "),
                decision.actor.value.names.join(", "),
                approvals.join(", "),
                index.to_string(),
            ]
        };
        if !decided.materiality.is_empty() {
            self.asked.push(row());
        }
        if authorization.standing == "rejected" {
            self.rejected.push(row());
        }
        if let Some(request) = authorization.request.as_ref().filter(|_| authorization.break_glass) {
            self.emergencies.insert(request.clone(), row());
        }
        for total in &decided.from {
            self.point(at, decided.workspace.as_deref().unwrap_or_default(), total);
        }
    }

    /// The totals of a plan are those of its workspace, so each has a line of its own.
    fn point(&mut self, at: Timestamp, workspace: &str, total: &Total) {
        let Some(amount) = total.amount.as_deref().and_then(decimal::parse) else { return };
        let key = (total.envelope.clone(), workspace.to_owned(), total.unit.clone());
        let place = if workspace.is_empty() { String::new() } else { format!(" in {workspace}") };
        let title = format!("{}{place}: {}", total.envelope, total.unit.replace('_', " "));
        let series =
            self.series.entry(key).or_insert_with(|| Series { title, points: Vec::new(), ceiling: None });
        series.points.push((at, amount));
        series.ceiling = total.ceiling.as_deref().and_then(decimal::parse);
    }

    /// The report, in blocks.
    pub fn blocks(self, quarter: Quarter, origin: &str, checkpoint: &str) -> Vec<Block> {
        let mut blocks = vec![Block::Heading(1, format!("Accountability report {quarter}"))];
        let range = match self.first {
            Some(first) => format!("records {first} to {} of the log `{origin}`", self.last),
            None => format!("the log `{origin}`, which has no record of this quarter"),
        };
        blocks.push(Block::Text(format!("Made from {range}. Checkpoint of the log, as size and hash: `{checkpoint}`. Each record was compared with the signed tree; `plancheck log prove NUMBER` makes a bundle of one.")));
        self.summary(&mut blocks);
        self.people(&mut blocks);
        self.emergencies(&mut blocks);
        blocks.push(Block::Heading(2, "Headroom per envelope".to_owned()));
        if self.series.is_empty() {
            blocks.push(Block::Text("No totals were recorded.".to_owned()));
        }
        blocks.extend(frameworks(self.series.into_values().map(Block::Chart).collect()));
        blocks.push(Block::Heading(2, "What was not judged".to_owned()));
        if self.not_judged.is_empty() {
            blocks.push(Block::Text("Everything that was declared was judged.".to_owned()));
        } else {
            blocks.push(Block::Table(
                vec!["Not judged"],
                self.not_judged.into_iter().map(|what| vec![what]).collect(),
            ));
        }
        blocks
    }

    fn summary(&self, blocks: &mut Vec<Block>) {
        blocks.push(Block::Heading(2, "Decisions".to_owned()));
        let mut rows: Vec<Vec<String>> = self
            .verdicts
            .iter()
            .map(|(verdict, count)| vec![verdict.replace('_', " "), count.to_string()])
            .collect();
        for (name, count) in [
            ("with an objective that the agent asserted", self.with_reason),
            ("with alternatives declared", self.with_alternatives),
            ("priced", self.priced),
            ("all", self.decisions),
        ] {
            rows.push(vec![name.to_owned(), count.to_string()]);
        }
        rows.extend(self.outcomes.iter().map(|(word, count)| vec![(*word).to_owned(), count.to_string()]));
        blocks.push(Block::Table(vec!["Decisions", "Count"], rows));
        blocks.push(Block::Heading(2, "Who decided what, under which envelope".to_owned()));
        table(blocks, &ROW, self.asked.clone(), "Nothing needed people.");
    }

    fn people(&self, blocks: &mut Vec<Block>) {
        blocks.push(Block::Heading(2, "Approvals and their assurance".to_owned()));
        let proofs =
            self.proofs.iter().map(|(proof, count)| vec![proof.clone(), count.to_string()]).collect();
        table(blocks, &["Assurance", "Approvals"], proofs, "Nobody approved anything.");
        let deciders = self.deciders.iter();
        let deciders: Vec<Vec<String>> = deciders
            .map(|((who, function), count)| vec![who.clone(), function.clone(), count.to_string()])
            .collect();
        if !deciders.is_empty() {
            table(blocks, &["Who", "As", "Approvals"], deciders, "");
        }
        blocks.push(Block::Heading(2, "Rejections".to_owned()));
        table(blocks, &ROW, self.rejected.clone(), "Nobody rejected anything.");
    }

    fn emergencies(&self, blocks: &mut Vec<Block>) {
        blocks.push(Block::Heading(2, "Emergencies and their reviews".to_owned()));
        let row = |(request, row): (&String, &Vec<String>)| {
            let review = self.reviews.get(request).cloned().unwrap_or_else(|| "not reviewed".to_owned());
            let mut cells = vec![request.clone(), review];
            cells.extend(row.iter().take(2).cloned());
            cells
        };
        let rows = self.emergencies.iter().map(row).collect();
        table(
            blocks,
            &["Request", "Review", "Recorded at", "Envelopes"],
            rows,
            "The emergency rule was not used.",
        );
    }
}

const ROW: [&str; 7] = ["Recorded at", "Envelopes", "Verdict", "Because of", "Actors", "Approvals", "Record"];

fn table(blocks: &mut Vec<Block>, head: &[&'static str], rows: Vec<Vec<String>>, none: &str) {
    blocks.push(if rows.is_empty() {
        Block::Text(none.to_owned())
    } else {
        Block::Table(head.to_vec(), rows)
    });
}

/// Where auditors look for this. It says where evidence fits, never that a requirement is met.
fn frameworks(mut charts: Vec<Block>) -> Vec<Block> {
    let rows = [
        (
            "SOC 2",
            "CC8.1 changes are authorized",
            "Decisions; who decided what; approvals and their assurance",
        ),
        (
            "SOC 2",
            "CC7.2, CC7.3 anomalies are found and judged",
            "What was denied; emergencies and their reviews",
        ),
        ("HIPAA", "§164.312(b) audit controls", "The log itself, and its checkpoint"),
        ("HIPAA", "§164.308(a)(1)(ii)(D) review of activity", "This report; reviews of emergencies"),
        (
            "GDPR",
            "Art. 5(2) accountability, Art. 32 security of processing",
            "Who decided; envelopes; what was not judged",
        ),
        (
            "EU AI Act",
            "Art. 12 record-keeping",
            "The log itself; what agents asserted, apart from what was observed",
        ),
        ("EU AI Act", "Art. 14 human oversight", "Approvals and their assurance; rejections; emergencies"),
    ];
    let rows = rows
        .iter()
        .map(|(which, what, place)| vec![(*which).into(), (*what).into(), (*place).into()])
        .collect();
    charts.push(Block::Heading(2, "Where this fits".to_owned()));
    charts.push(Block::Text("Which section can serve as evidence for what. Whether a requirement applies and is met, this report does not say.".to_owned()));
    charts.push(Block::Table(vec!["Framework", "Requirement", "Section"], rows));
    charts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quarters_have_their_days() {
        let quarter = Quarter::parse("2026-Q4").unwrap();
        assert!(quarter.has("2026-10-01T00:00:00Z".parse().unwrap()));
        assert!(quarter.has("2026-12-31T23:59:59Z".parse().unwrap()));
        assert!(!quarter.has("2027-01-01T00:00:00Z".parse().unwrap()));
        assert!(!quarter.has("2026-09-30T23:59:59Z".parse().unwrap()));
        assert_eq!(quarter.to_string(), "2026-Q4");
        for bad in ["", "2026", "2026-Q0", "2026-Q5", "26-Q1", "2026-q1", "2026-Q11", "+026-Q1"] {
            assert!(Quarter::parse(bad).is_err(), "{bad}");
        }
    }
}
