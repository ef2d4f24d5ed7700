//! The review for people, for spreadsheets and for programs; and the catalog itself as text.

use std::fmt::Write as _;

use remit_catalog::VendorDefault;
use serde_json::{Value, json};

use super::{Audit, Entry, Status};
use crate::text::escape;

/// All states, what has to be done first.
const ALL: [Status; 5] =
    [Status::Contradicted, Status::Overdue, Status::Ungoverned, Status::Accepted, Status::CannotTell];

/// How many addresses are named in a cell.
const NAMED: usize = 3;

/// A page for a pull request or a wiki.
pub fn markdown(audit: &Audit) -> String {
    let mut page = String::from("# Vendor defaults relied on\n\n");
    let counts: Vec<String> =
        ALL.iter().map(|status| format!("{} {}", audit.count(*status), status.word())).collect();
    // Writing to a String cannot fail.
    let _ = writeln!(page, "{}.\n", counts.join(" · "));
    page.push_str(
        "| status | risk | default | in force | exposes | governed would be | decided by, due | where |\n",
    );
    page.push_str("|---|---|---|---|---|---|---|---|\n");
    for entry in &audit.entries {
        let row = entry.row;
        let cells = [
            entry.status.word().to_owned(),
            format!("{}{}", row.risk.as_str(), if row.verified { "" } else { " (not verified)" }),
            format!("`{}` `{}`", row.id, row.attribute_path),
            row.vendor_default.get().to_owned(),
            row.exposes.to_string(),
            row.rule.to_string(),
            entry.decision.as_ref().map_or_else(String::new, |(owner, due)| format!("{owner}, {due}")),
            places(entry),
        ];
        let cells: Vec<String> = cells.iter().map(|cell| cell_of(cell)).collect();
        let _ = writeln!(page, "| {} |", cells.join(" | "));
    }
    if !audit.unused.is_empty() {
        let names: Vec<String> = audit.unused.iter().map(|name| format!("`{}`", cell_of(name))).collect();
        let _ = writeln!(page, "\nDecided about, and relied on by nothing here: {}.", names.join(", "));
    }
    let _ = writeln!(page, "\nNot judged: {} rows whose condition a plan does not show.", audit.not_judged);
    page
}

/// Where it is relied on, or why that cannot be told, shortened.
fn places(entry: &Entry) -> String {
    let known = entry.places.iter().map(|(_, address)| format!("`{}`", escape(address)));
    let untold =
        entry.untold.iter().map(|(_, address, why)| format!("`{}` cannot be told: {why}", escape(address)));
    let all: Vec<String> = known.chain(untold).collect();
    let more = all.len().saturating_sub(NAMED);
    let mut shown = all.into_iter().take(NAMED).collect::<Vec<_>>().join(", ");
    if more > 0 {
        let _ = write!(shown, " and {more} more");
    }
    shown
}

/// Text in a cell of a table: nothing in it ends the cell or the line, and nothing is read as HTML.
fn cell_of(text: &str) -> String {
    text.replace('\n', " ").replace('|', "\\|").replace('<', "&lt;")
}

/// One line per default and object.
pub fn csv(audit: &Audit) -> String {
    let mut table = String::from(
        "status,risk,verified,default,resource_type,attribute,owner,due,plan,address,cannot_tell\r\n",
    );
    for entry in &audit.entries {
        let row = entry.row;
        let (owner, due) = entry
            .decision
            .as_ref()
            .map_or_else(Default::default, |(owner, due)| (owner.clone(), due.to_string()));
        let known = entry.places.iter().map(|(plan, address)| (plan, address, ""));
        let untold = entry.untold.iter().map(|(plan, address, why)| (plan, address, why.as_str()));
        for (plan, address, why) in known.chain(untold) {
            let status = if why.is_empty() { entry.status } else { Status::CannotTell };
            let verified = if row.verified { "yes" } else { "no" };
            let cells = [
                status.word(),
                row.risk.as_str(),
                verified,
                row.id,
                &row.resource_type,
                row.attribute_path,
                &owner,
                &due,
                plan,
                address,
                why,
            ];
            let cells: Vec<String> = cells.iter().map(|cell| field(cell)).collect();
            table.push_str(&cells.join(","));
            table.push_str("\r\n");
        }
    }
    table
}

/// A field as RFC 4180 has it; what a spreadsheet would take for a formula begins with an apostrophe.
fn field(text: &str) -> String {
    let text = escape(text);
    let guard = if text.starts_with(['=', '+', '-', '@']) { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

/// For programs.
pub fn json(audit: &Audit) -> String {
    let entries = audit.entries.iter().map(|entry| {
        let places = entry.places.iter().map(|(plan, address)| json!({ "plan": plan, "address": address }));
        let untold = entry
            .untold
            .iter()
            .map(|(plan, address, why)| json!({ "plan": plan, "address": address, "why": why }));
        json!({
            "default": entry.row.id, "status": entry.status.word().replace(' ', "_"), "risk": entry.row.risk.as_str(),
            "verified": entry.row.verified, "dimension": entry.row.dimension(),
            "resource_type": entry.row.resource_type, "attribute": entry.row.attribute_path,
            "owner": entry.decision.as_ref().map(|(owner, _)| owner),
            "due": entry.decision.as_ref().map(|(_, due)| due.to_string()),
            "places": places.collect::<Vec<_>>(), "cannot_tell": untold.collect::<Vec<_>>(),
        })
    });
    let document = json!({
        "format_version": "1.0", "defaults": entries.collect::<Vec<Value>>(), "unused": audit.unused,
        "not_judged": audit.not_judged,
    });
    format!("{document:#}\n")
}

/// Rows of the catalog, one line each.
pub fn list<'r>(rows: impl Iterator<Item = &'r VendorDefault>) -> String {
    let mut text = String::new();
    for row in rows {
        let _ = writeln!(
            text,
            "{:8} {:9} {}  {}.{}: {}",
            row.risk.as_str(),
            row.cloud.as_str(),
            row.id,
            row.resource_type,
            row.attribute_path,
            row.condition
        );
    }
    text
}

/// Everything the catalog says of a row.
pub fn explanation(row: &VendorDefault) -> String {
    let verified =
        if row.verified { "compared with its source" } else { "not verified: it never asks for anything" };
    let mut text = format!(
        "# {}\n\n{} · `{}` · `{}` · {} risk · {verified}\n\n",
        row.id,
        row.service,
        row.resource_type,
        row.attribute_path,
        row.risk.as_str()
    );
    let sections = [
        ("When", row.condition.as_ref()),
        ("In force then", row.vendor_default.get()),
        ("What it optimizes for", &row.optimizes_for),
        ("Who benefits", &row.benefits),
        ("What you carry", &row.exposes),
        ("What would be governed", &row.rule),
        ("A starting point", row.suggested_governed_value.get()),
        ("Source", &row.source),
    ];
    for (heading, says) in sections {
        let _ = writeln!(text, "## {heading}\n{says}\n");
    }
    let _ = writeln!(text, "## Who asks about it\n{}", row.regulations.join(", "));
    if let Some(note) = &row.note {
        let _ = writeln!(text, "\n## Note\n{note}");
    }
    text
}
