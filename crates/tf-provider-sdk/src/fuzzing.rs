//! Doors for the fuzz targets in `fuzz/`, which test what is private. Exists only under `cargo fuzz`.

use crate::types::Type;
use crate::wire;

const PRIVATE: &[u8] = b"serde_json::private";

/// What decodes must encode, and mean the same after another round.
pub fn msgpack(bytes: &[u8]) {
    round_trip(bytes, &every_type());
}

/// The same for values that bring their own type.
pub fn dynamic(bytes: &[u8]) {
    round_trip(bytes, &Type::Dynamic);
}

/// What decodes must be a value of the type, and the same whether it is read at once or through a tree.
pub fn state_json(bytes: &[u8]) {
    // The tree of serde_json takes an object with a key of this name for a number of any length.
    if bytes.windows(PRIVATE.len()).any(|part| part == PRIVATE) {
        return;
    }
    let ty = every_type();
    let tree = serde_json::from_slice(bytes).ok().and_then(|json| wire::from_json(&json, &ty).ok());
    if let Some(value) = &tree {
        assert!(wire::encode(value, &ty).is_ok(), "{value:?}");
    }
    if let Some(value) = wire::at_once(bytes, &ty) {
        assert_eq!(Some(value), tree);
    }
    assert_eq!(wire::from_stored(bytes, &ty).ok(), tree);
}

fn round_trip(bytes: &[u8], ty: &Type) {
    let Ok(value) = wire::decode(bytes, ty) else { return };
    let written = wire::encode(&value, ty).expect("what decodes encodes");
    let again = wire::decode(&written, ty).expect("what was encoded decodes");
    // Bytes, not values: an attribute that the host left out is absent first and null after.
    assert_eq!(wire::encode(&again, ty).as_ref(), Ok(&written), "{value:?}");
}

fn every_type() -> Type {
    let object = Type::object([("b", Type::Bool), ("n", Type::Number), ("s", Type::String)]);
    Type::object([
        ("any", Type::Dynamic),
        ("list", Type::list(object.clone())),
        ("map", Type::map(Type::set(Type::Number))),
        ("object", object),
        ("tuple", Type::Tuple(vec![Type::String, Type::Dynamic])),
    ])
}
