//! The committed protocol code is what the `.proto` files generate. `UPDATE_GENERATED=1` rewrites it.

use std::fs;
use std::path::Path;

#[test]
#[allow(clippy::disallowed_methods, reason = "a test that compares files has to read them")]
fn committed_code_is_current() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let out = tempfile::tempdir().unwrap();
    let protos = ["tfplugin6.proto", "grpc_controller.proto"];
    let descriptors = protox::compile(protos, [root.join("proto")]).unwrap();
    tonic_prost_build::configure()
        .generate_default_stubs(true)
        .btree_map(".") // the same schema is the same bytes in every process
        .build_transport(false)
        .out_dir(out.path())
        .compile_fds(descriptors)
        .unwrap();
    let mut stale = Vec::new();
    for name in ["tfplugin6.rs", "plugin.rs"] {
        let fresh = fs::read_to_string(out.path().join(name)).unwrap();
        let committed = root.join("src/generated").join(name);
        if std::env::var_os("UPDATE_GENERATED").is_some() {
            fs::write(&committed, &fresh).unwrap();
        }
        if fs::read_to_string(&committed).ok().as_ref() != Some(&fresh) {
            stale.push(name);
        }
    }
    assert!(stale.is_empty(), "stale: {stale:?}; run this test with UPDATE_GENERATED=1");
}
