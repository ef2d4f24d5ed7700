//! `.terraform/modules/modules.json`: where `terraform init` put the modules that do not lie beside the source.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::files::join;

/// Where the manifest lies.
pub(super) const PATH: &str = ".terraform/modules/modules.json";

#[derive(Deserialize)]
struct Manifest {
    #[serde(rename = "Modules")]
    modules: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(rename = "Key")]
    key: String,
    #[serde(rename = "Dir")]
    dir: String,
}

/// Folders by the names of the calls that lead there, joined by dots.
pub(super) fn read(text: &str) -> Result<BTreeMap<String, String>, String> {
    let manifest: Manifest =
        serde_json::from_str(text).map_err(|_| "it is not what `terraform init` writes".to_owned())?;
    let entries = manifest.modules.into_iter().filter(|entry| !entry.key.is_empty());
    // An absolute folder is of the machine that ran `init`.
    let here = entries.filter(|entry| !entry.dir.starts_with(['/', '\\']));
    Ok(here.map(|entry| (entry.key, join("", &entry.dir))).collect())
}
