//! What a developer exports so that Terraform or OpenTofu uses a provider that already runs, for instance in a debugger.

use serde_json::json;

use super::Options;
use super::line::PROTOCOL;

/// Whose registry the source address of a provider defaults to depends on the tool, so both are named.
const REGISTRIES: [&str; 2] = ["registry.terraform.io", "registry.opentofu.org"];

/// `TF_REATTACH_PROVIDERS='…'`, quoted for a shell.
pub(super) fn variable(options: &Options, pid: u32, network: &str, address: &str) -> String {
    let entry = json!({
        "Protocol": "grpc",
        "ProtocolVersion": PROTOCOL,
        "Pid": pid,
        // Otherwise the tool would end the process after its first command.
        "Test": true,
        "Addr": { "Network": network, "String": address },
    });
    let providers: serde_json::Map<_, _> = REGISTRIES
        .iter()
        .map(|registry| (format!("{registry}/{}/{}", options.namespace, options.name), entry.clone()))
        .collect();
    let text = serde_json::Value::Object(providers).to_string();
    format!("TF_REATTACH_PROVIDERS='{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_tools_find_the_provider() {
        let options = Options { namespace: "example".into(), name: "acme".into(), version: None };
        let text = variable(&options, 7, "unix", "/tmp/it's/s");
        let json = text
            .strip_prefix("TF_REATTACH_PROVIDERS='")
            .unwrap()
            .strip_suffix('\'')
            .unwrap()
            .replace(r"'\''", "'");
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        for registry in REGISTRIES {
            let entry = &json[format!("{registry}/example/acme")];
            assert_eq!(entry["Addr"], json!({ "Network": "unix", "String": "/tmp/it's/s" }));
            assert_eq!(entry["Pid"], 7);
            assert_eq!(entry["ProtocolVersion"], 6);
        }
    }
}
