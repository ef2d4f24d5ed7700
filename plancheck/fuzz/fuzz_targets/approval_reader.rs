//! Any bytes as a signed statement, a trust root, a history, an armored signature and a plan to approve: never a panic, what is
//! read is written and read again as the same, and no plan is approved that is not strict JSON as a whole.
//!
//! From the folder `plancheck`, with `cargo install cargo-fuzz` and no nightly toolchain:
//! `RUSTC_BOOTSTRAP=1 cargo fuzz run approval_reader -- -max_total_time=60`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use remit_governance::{
    Json, TrustRoot,
    approval::{NAMESPACE, Signature, Signed},
    change::Material,
    history::History,
};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(signed) = Signed::parse(bytes) {
        let again = Signed::parse(signed.to_json().as_bytes()).expect("a statement reads what it wrote");
        assert_eq!(signed.text(), again.text());
        let _ = signed.verify();
    }
    if Material::read(bytes, |_| {}).is_ok() {
        Json::parse_bytes(bytes).expect("what is taken in parts is sound as a whole");
    }
    if let Ok(root) = TrustRoot::parse(bytes) {
        let again = TrustRoot::parse(root.to_json().as_bytes()).expect("a trust root reads what it wrote");
        assert_eq!(root.digest(), again.digest());
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        if let Ok(history) = History::parse(text) {
            History::parse(&history.json().to_text()).expect("a history reads what it wrote");
        }
        if let Ok(signature) = Signature::parse(text) {
            let _ = signature.verify(NAMESPACE, b"");
        }
    }
});
