//! Values to MessagePack, in the forms that Terraform itself writes.

use std::cmp::Ordering;

use rmp::encode as msgpack;

use super::{REFINED, UNKNOWN, WireError};
use crate::name::Name;
use crate::number::Number;
use crate::types::Type;
use crate::value::{Known, Refinement, Value};

type Result<T> = std::result::Result<T, WireError>;

/// Writes a value that is of this type.
pub(crate) fn encode(value: &Value, ty: &Type) -> Result<Vec<u8>> {
    // Most values fit; one that does not grows the buffer by doubling.
    let mut out = Vec::with_capacity(1024);
    write(&mut out, value, ty)?;
    Ok(out)
}

fn write(out: &mut Vec<u8>, value: &Value, ty: &Type) -> Result<()> {
    match (value, ty) {
        (Value::Null, _) => ok(msgpack::write_nil(out)),
        (Value::Unknown(refinement), _) => write_unknown(out, refinement),
        (Value::Dynamic(dynamic), Type::Dynamic) => write_dynamic(out, &dynamic.value, &dynamic.ty),
        (other, Type::Dynamic) => write_dynamic(out, other, &Type::of(other)),
        (Value::Dynamic(dynamic), ty) => write(out, &dynamic.value, ty),
        (Value::Bool(bool), Type::Bool) => ok(msgpack::write_bool(out, *bool)),
        (Value::Number(number), Type::Number) => write_number(out, number),
        (Value::String(text), Type::String) => ok(msgpack::write_str(out, text)),
        (Value::List(items), Type::List(element)) => write_elements(out, items.iter(), element),
        (Value::Set(items), Type::Set(element)) => write_elements(out, items.iter(), element),
        (Value::List(items), Type::Tuple(types)) if items.len() == types.len() => {
            ok(msgpack::write_array_len(out, length(items.len())?))?;
            items.iter().zip(types).try_for_each(|(item, ty)| write(out, item, ty))
        }
        (Value::Object(object), Type::Map(element)) => {
            ok(msgpack::write_map_len(out, length(object.len())?))?;
            object.iter().try_for_each(|(key, value)| {
                ok(msgpack::write_str(out, key))?;
                write(out, value, element).map_err(|error| error.below(key))
            })
        }
        (Value::Object(object), Type::Object(attributes)) => {
            ok(msgpack::write_map_len(out, length(attributes.len())?))?;
            let mut given = object.entries();
            attributes.iter().try_for_each(|(name, ty)| {
                ok(msgpack::write_str(out, name))?;
                write(out, next_named(&mut given, name), ty).map_err(|error| error.below(name))
            })
        }
        (value, ty) => Err(WireError::new(format!("{} was expected, not {}", ty.describe(), value.kind()))),
    }
}

fn write_elements(out: &mut Vec<u8>, mut items: std::slice::Iter<Value>, element: &Type) -> Result<()> {
    ok(msgpack::write_array_len(out, length(items.len())?))?;
    items.try_for_each(|item| write(out, item, element))
}

/// The value of this name, or null. Names are asked for in the order in which they stand, so each is passed once.
fn next_named<'v>(given: &mut &'v [(Name, Value)], name: &Name) -> &'v Value {
    while let [(present, value), rest @ ..] = given {
        match present.cmp(name) {
            Ordering::Less => *given = rest,
            Ordering::Equal => {
                *given = rest;
                return value;
            }
            Ordering::Greater => break,
        }
    }
    &Value::Null
}

fn write_dynamic(out: &mut Vec<u8>, value: &Value, ty: &Type) -> Result<()> {
    if let (Value::Unknown(refinement), Type::Dynamic) = (value, ty) {
        return write_unknown(out, refinement);
    }
    ok(msgpack::write_array_len(out, 2))?;
    ok(msgpack::write_bin(out, &ty.to_json_bytes()))?;
    write(out, value, ty)
}

fn write_number(out: &mut Vec<u8>, number: &Number) -> Result<()> {
    if let Some(int) = number.as_i64() {
        return match u64::try_from(int) {
            Ok(positive) => ok(msgpack::write_uint(out, positive)).map(|_| ()),
            Err(_) => ok(msgpack::write_sint(out, int)).map(|_| ()),
        };
    }
    match number.exact_f64() {
        Some(float) => ok(msgpack::write_f64(out, float)),
        None => ok(msgpack::write_str(out, &number.to_string())),
    }
}

fn write_unknown(out: &mut Vec<u8>, refinement: &Refinement) -> Result<()> {
    let Some(known) = refinement.known() else {
        return ok(msgpack::write_ext_meta(out, 1, UNKNOWN)).map(|_| out.push(0));
    };
    let body = refinement_body(known)?;
    ok(msgpack::write_ext_meta(out, length(body.len())?, REFINED))?;
    out.extend(body);
    Ok(())
}

fn refinement_body(known: &Known) -> Result<Vec<u8>> {
    let mut entries: Vec<Vec<u8>> = Vec::new();
    let mut entry = |key: u8, write: &dyn Fn(&mut Vec<u8>) -> Result<()>| -> Result<()> {
        let mut out = vec![key]; // a positive fixint
        write(&mut out)?;
        entries.push(out);
        Ok(())
    };
    if let Some(null) = known.null {
        entry(1, &|out| ok(msgpack::write_bool(out, null)))?;
    }
    if let Some(prefix) = &known.prefix {
        entry(2, &|out| ok(msgpack::write_str(out, prefix)))?;
    }
    for (key, bound) in [(3, &known.lower), (4, &known.upper)] {
        if let Some((number, inclusive)) = bound {
            entry(key, &|out| {
                ok(msgpack::write_array_len(out, 2))?;
                write_number(out, number)?;
                ok(msgpack::write_bool(out, *inclusive))
            })?;
        }
    }
    for (key, count) in [(5, known.shortest), (6, known.longest)] {
        if let Some(count) = count {
            entry(key, &|out| write_number(out, &count.into()))?;
        }
    }
    let mut body = Vec::new();
    ok(msgpack::write_map_len(&mut body, length(entries.len())?))?;
    body.extend(entries.into_iter().flatten());
    Ok(body)
}

fn length(length: usize) -> Result<u32> {
    u32::try_from(length).map_err(|_| WireError::new("a value is too large"))
}

/// Writing to memory cannot fail, yet the signature says it can.
fn ok<T, E: std::fmt::Debug>(result: std::result::Result<T, E>) -> Result<T> {
    result.map_err(|error| WireError::new(format!("{error:?}")))
}
