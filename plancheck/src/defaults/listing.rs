//! The catalog of defaults as text: lists, and everything that is known of one default.

use std::fmt::Write as _;

use remit_catalog::{OrchestratorDefault, VendorDefault};

/// Rows of the catalog, one line each.
pub fn list<'r>(rows: impl Iterator<Item = &'r VendorDefault>) -> String {
    let mut text = String::new();
    for row in rows {
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{:8} {:11} {}  {}.{}: {}",
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

/// Defaults of frameworks, one line each.
pub fn list_frameworks<'r>(rows: impl Iterator<Item = &'r OrchestratorDefault>) -> String {
    let mut text = String::new();
    for row in rows {
        let _ = writeln!(
            text,
            "{:8} {:11} {}  {}: {} = {}",
            row.risk.as_str(),
            "python",
            row.id,
            row.framework,
            row.setting,
            row.default.get()
        );
    }
    text
}

/// Everything the catalog says of a row.
pub fn explanation(row: &VendorDefault) -> String {
    let verified = if row.verified {
        "compared with its source"
    } else {
        "not verified: it is told and never asks for anything"
    };
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
    closing(&mut text, &sections, &row.regulations, row.note.as_deref());
    text
}

/// Everything the catalog says of a default of a framework.
pub fn framework_explanation(row: &OrchestratorDefault) -> String {
    let read = row.version_read.map_or_else(String::new, |version| format!(" · version read: {version}"));
    let mut text = format!(
        "# {}\n\n{} · `{}` · {} risk{read}\n\n",
        row.id,
        row.framework,
        row.setting,
        row.risk.as_str()
    );
    let sections = [
        ("What it does", row.meaning.as_ref()),
        ("The default", row.default.get()),
        ("What you carry", &row.exposes),
        ("A starting point", row.suggested_governed_value.get()),
        ("Source", &row.source),
    ];
    closing(&mut text, &sections, &row.regulations, row.note.as_deref());
    text
}

fn closing(text: &mut String, sections: &[(&str, &str)], regulations: &[&str], note: Option<&str>) {
    for (heading, says) in sections {
        let _ = writeln!(text, "## {heading}\n{says}\n");
    }
    let _ = writeln!(text, "## Who asks about it\n{}", regulations.join(", "));
    if let Some(note) = note {
        let _ = writeln!(text, "\n## Note\n{note}");
    }
}
