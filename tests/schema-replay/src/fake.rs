//! What an apply makes up for values that the cloud would have given: the same for the same object, and nobody's.

use tf_provider_sdk::{Object, Type, Value};

/// The value with everything unknown in it made up. `seed` tells objects apart.
pub(crate) fn filled(value: Value, ty: &Type, name: &str, seed: u64) -> Value {
    match (value, ty) {
        (Value::Unknown(_), ty) => made_up(ty, name, seed),
        (Value::List(items), Type::List(of)) => {
            Value::List(items.into_iter().map(|item| filled(item, of, name, seed)).collect())
        }
        (Value::Set(items), Type::Set(of)) => {
            Value::set(items.into_iter().map(|item| filled(item, of, name, seed)))
        }
        (Value::Object(object), Type::Map(of)) => object
            .into_iter()
            .map(|(key, value)| (key, filled(value, of, name, seed)))
            .collect::<Object>()
            .into(),
        (Value::Object(object), Type::Object(of)) => {
            let attributes = object.into_iter().map(|(key, value)| {
                let ty = of.get(&key).unwrap_or(&Type::Dynamic);
                let value = filled(value, ty, &key, seed);
                (key, value)
            });
            attributes.collect::<Object>().into()
        }
        (value, _) => value,
    }
}

fn made_up(ty: &Type, name: &str, seed: u64) -> Value {
    match ty {
        Type::String => Value::from(format!("replay-{}-{seed:08x}", name.replace('_', "-"))),
        Type::Number => Value::from(0),
        Type::Bool => Value::Bool(false),
        Type::List(_) => Value::List(Vec::new()),
        Type::Set(_) => Value::set([]),
        Type::Map(_) => Object::new().into(),
        Type::Object(of) => {
            let attributes = of.iter().map(|(name, ty)| (name.as_str(), made_up(ty, name, seed)));
            attributes.collect::<Object>().into()
        }
        Type::Tuple(of) => Value::List(of.iter().map(|ty| made_up(ty, name, seed)).collect()),
        Type::Dynamic => Value::Null,
    }
}

/// A number for a text that is the same on every machine (FNV-1a, folded to 32 bits).
pub(crate) fn seed(text: &str) -> u64 {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    (hash >> 32) ^ (hash & 0xffff_ffff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_stays_unknown_and_what_is_known_stays() {
        let ty =
            Type::object([("id", Type::String), ("sizes", Type::list(Type::Number)), ("name", Type::String)]);
        let planned: Value = Object::new()
            .with("id", Value::unknown())
            .with("sizes", vec![Value::unknown()])
            .with("name", "a")
            .into();
        let made = filled(planned.clone(), &ty, "", seed("a"));
        assert!(made.is_wholly_known());
        assert_eq!(made.attr("name").as_str(), Some("a"));
        assert_eq!(made, filled(planned, &ty, "", seed("a")));
        assert_ne!(seed("a"), seed("b"));
    }
}
