//! The catalog of defaults as pages for the documentation, one per cloud and one for frameworks.

use std::fmt::Write as _;

use remit_catalog::{Cloud, OrchestratorDefault, VendorDefault};

/// The pages: the name of the file, and what stands in it.
pub fn pages() -> Vec<(&'static str, String)> {
    let clouds = [
        ("vendor-defaults-aws.md", "AWS", Cloud::Aws),
        ("vendor-defaults-azure.md", "Azure", Cloud::Azure),
        ("vendor-defaults-gcp.md", "Google Cloud", Cloud::Gcp),
        ("vendor-defaults-third-party.md", "other vendors", Cloud::ThirdParty),
    ];
    let mut pages: Vec<(&str, String)> =
        clouds.iter().map(|(file, name, cloud)| (*file, of_cloud(name, *cloud))).collect();
    pages.push(("vendor-defaults-frameworks.md", of_frameworks()));
    pages
}

fn head(title: &str, description: &str) -> String {
    format!(
        "---\npage_title: \"{title}\"\nsubcategory: \"Vendor defaults\"\ndescription: |-\n  {description}\n---\n\n\
         # {title}\n\n{description} Written from the catalog of plancheck, version {}. [How to review them](quarterly-default-audit.md).\n",
        remit_catalog::DEFAULTS_VERSION
    )
}

fn of_cloud(name: &str, cloud: Cloud) -> String {
    let rows: Vec<&VendorDefault> = remit_catalog::defaults().filter(|row| row.cloud == cloud).collect();
    let title = format!("Vendor defaults of {name}");
    let description = format!(
        "What is in force where a configuration says nothing: {} defaults of {name}, and what they expose.",
        rows.len()
    );
    let mut page = head(&title, &description);
    let mut service = "";
    for row in rows {
        if row.service != service {
            service = &row.service;
            // Writing to a String cannot fail.
            let _ = write!(page, "\n## {}\n", plain(service));
        }
        vendor(&mut page, row);
    }
    page
}

fn vendor(page: &mut String, row: &VendorDefault) {
    let verified = if row.verified { "" } else { ", not verified" };
    let judged =
        if row.when.is_some() { "" } else { " In words only: no plan shows it, so it is not judged." };
    let _ = write!(
        page,
        "\n### {}\n\n`{}` · `{}` · {} risk{verified}\n\n",
        row.id,
        row.resource_type,
        row.attribute_path,
        row.risk.as_str()
    );
    items(
        page,
        &[
            ("When", format!("{}.{judged}", plain(&row.condition))),
            ("In force then", code(row.vendor_default.get())),
            ("You carry", plain(&row.exposes)),
            ("Optimizes for", format!("{}; benefits: {}", plain(&row.optimizes_for), plain(&row.benefits))),
            ("Governed would be", plain(&row.rule)),
            ("Asked about by", row.regulations.join(", ")),
            ("Source", plain(&row.source)),
        ],
    );
}

fn of_frameworks() -> String {
    let rows: Vec<&OrchestratorDefault> = remit_catalog::orchestrator_defaults().collect();
    let description = format!(
        "What frameworks that orchestrate agents decide when the code says nothing: {} defaults, and what they expose.",
        rows.len()
    );
    let mut page = head("Defaults of agent frameworks", &description);
    let mut framework = "";
    for row in rows {
        if row.framework != framework {
            framework = &row.framework;
            let _ = write!(page, "\n## {}\n", plain(framework));
        }
        let read = row.version_read.map_or_else(String::new, |version| format!(" · version read: {version}"));
        let _ = write!(page, "\n### {}\n\n`{}` · {} risk{read}\n\n", row.id, row.setting, row.risk.as_str());
        items(
            &mut page,
            &[
                ("Default", code(row.default.get())),
                ("What it does", plain(&row.meaning)),
                ("You carry", plain(&row.exposes)),
                ("A starting point", code(row.suggested_governed_value.get())),
                ("Asked about by", row.regulations.join(", ")),
                ("Source", plain(&row.source)),
            ],
        );
    }
    page
}

fn items(page: &mut String, items: &[(&str, String)]) {
    for (name, says) in items.iter().filter(|(_, says)| !says.is_empty()) {
        let _ = writeln!(page, "- **{name}:** {says}");
    }
}

fn code(json: &str) -> String {
    format!("`{}`", json.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Text of the catalog in Markdown: what looks like markup is text.
fn plain(text: &str) -> String {
    text.replace('*', "\\*").replace('<', "&lt;").replace('_', "\\_")
}
