//! plancheck reads files and changes nothing: nothing that it is linked with can speak to a cloud, or to any network.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test: it runs cargo, and fails where it cannot"
)]

use std::process::Command;

/// Beginnings of the names of crates that speak to clouds or to a network.
const SPEAKERS: [&str; 16] = [
    "aws-",
    "azure",
    "google-",
    "gcp",
    "hyper",
    "reqwest",
    "ureq",
    "isahc",
    "curl",
    "attohttpc",
    "minreq",
    "tonic",
    "h2",
    "rustls",
    "native-tls",
    "tokio",
];

/// Everything that a package is built of on this platform, but its tests. What only others need may not have been downloaded.
fn linked(package: &str) -> Vec<String> {
    let ran = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--package",
            package,
            "--edges",
            "normal,build",
            "--prefix",
            "none",
            "--locked",
            "--offline",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let text = String::from_utf8(ran.stdout).expect("text");
    text.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

fn speakers(package: &str) -> Vec<String> {
    let speaks = |name: &String| SPEAKERS.iter().any(|start| name.starts_with(start));
    linked(package).into_iter().filter(speaks).collect()
}

#[test]
fn nothing_that_plancheck_is_built_of_speaks_to_a_cloud() {
    assert!(linked("plancheck").iter().any(|name| name == "serde_json"), "the tree was read");
    assert_eq!(speakers("plancheck"), [""; 0]);
}

/// The provider does, so the test above could fail.
#[test]
fn the_provider_is_seen_to() {
    assert!(speakers("terraform-provider-remit").iter().any(|name| name.starts_with("aws-sdk-")));
}
