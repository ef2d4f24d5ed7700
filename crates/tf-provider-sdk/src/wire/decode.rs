//! MessagePack to values. Input is never trusted: nothing is allocated from a claimed length, and depth is limited.

use std::collections::BTreeMap;

use rmp::Marker;

use super::{MAX_REFINEMENT, REFINED, UNKNOWN, WireError};
use crate::name::Name;
use crate::number::Number;
use crate::types::{MAX_DEPTH, Type};
use crate::value::{Dynamic, Known, Object, Refinement, Value};

type Result<T> = std::result::Result<T, WireError>;

/// Reads exactly one value of this type.
pub(crate) fn decode(bytes: &[u8], ty: &Type) -> Result<Value> {
    let mut reader = Reader { rest: bytes };
    let value = reader.value(ty, 0)?;
    if reader.rest.is_empty() { Ok(value) } else { Err(WireError::new("there is more than one value")) }
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        let (taken, rest) =
            self.rest.split_at_checked(count).ok_or_else(|| WireError::new("the value ends too early"))?;
        self.rest = rest;
        Ok(taken)
    }

    /// A big-endian integer of `N` bytes.
    fn bytes<const N: usize>(&mut self) -> Result<[u8; N]> {
        self.take(N)?.try_into().map_err(|_| WireError::new("the value ends too early"))
    }

    fn marker(&mut self) -> Result<Marker> {
        let [byte] = self.bytes()?;
        Ok(Marker::from_u8(byte))
    }

    fn len8(&mut self) -> Result<usize> {
        Ok(usize::from(u8::from_be_bytes(self.bytes()?)))
    }

    fn len16(&mut self) -> Result<usize> {
        Ok(usize::from(u16::from_be_bytes(self.bytes()?)))
    }

    fn len32(&mut self) -> Result<usize> {
        usize::try_from(u32::from_be_bytes(self.bytes()?))
            .map_err(|_| WireError::new("a length is too large"))
    }

    fn value(&mut self, ty: &Type, depth: usize) -> Result<Value> {
        if depth > MAX_DEPTH {
            return Err(WireError::new("the value is nested too deeply"));
        }
        let marker = self.marker()?;
        if marker == Marker::Null {
            return Ok(Value::Null);
        }
        if let Some(length) = self.extension(marker)? {
            return self.unknown(length);
        }
        match ty {
            Type::Bool => match marker {
                Marker::True => Ok(Value::Bool(true)),
                Marker::False => Ok(Value::Bool(false)),
                _ => Err(unexpected("a bool", marker)),
            },
            Type::Number => self.number(marker).map(Value::Number),
            Type::String => Ok(Value::String(self.text(marker)?.to_owned())),
            Type::List(element) => self.elements(marker, element, depth).map(Value::List),
            Type::Set(element) => Ok(Value::set(self.elements(marker, element, depth)?)),
            Type::Tuple(types) => self.tuple(marker, types, depth),
            Type::Map(element) => self.entries(marker, depth, |name| Ok((name.into(), element))),
            Type::Object(attributes) => self.object(marker, attributes, depth),
            Type::Dynamic => self.dynamic(marker, depth),
        }
    }

    fn elements(&mut self, marker: Marker, element: &Type, depth: usize) -> Result<Vec<Value>> {
        let length = self.array_length(marker)?;
        // Each element takes a byte at least, so this cannot be made to allocate more than was sent.
        let mut items = Vec::with_capacity(length.min(self.rest.len()).min(1024));
        for index in 0..length {
            items.push(self.value(element, depth + 1).map_err(|error| error.below(&format!("[{index}]")))?);
        }
        Ok(items)
    }

    fn tuple(&mut self, marker: Marker, types: &[Type], depth: usize) -> Result<Value> {
        if self.array_length(marker)? != types.len() {
            return Err(WireError::new("a tuple has another length than its type"));
        }
        types.iter().map(|ty| self.value(ty, depth + 1)).collect::<Result<_>>().map(Value::List)
    }

    fn entries<'t>(
        &mut self,
        marker: Marker,
        depth: usize,
        mut entry: impl FnMut(&str) -> Result<(Name, &'t Type)>,
    ) -> Result<Value> {
        let length = self.map_length(marker)?;
        // An entry takes two bytes at least; see `elements`.
        let mut entries = Vec::with_capacity(length.min(self.rest.len() / 2).min(64));
        for _ in 0..length {
            let marker = self.marker()?;
            let name = self.text(marker)?;
            let (name, value) = entry(name)
                .and_then(|(shared, ty)| Ok((shared, self.value(ty, depth + 1)?)))
                .map_err(|error| error.below(name))?;
            entries.push((name, value));
        }
        Ok(Value::Object(Object::from_entries(entries)))
    }

    /// Hosts write attributes in the order of their names, so the next one is mostly the next of the type.
    fn object(&mut self, marker: Marker, attributes: &BTreeMap<Name, Type>, depth: usize) -> Result<Value> {
        let mut expected = attributes.iter();
        self.entries(marker, depth, |name| {
            let next = expected.next().filter(|(next, _)| next.as_str() == name);
            let found = next.or_else(|| attributes.get_key_value(name));
            let (shared, ty) =
                found.ok_or_else(|| WireError::new(format!("there is no attribute `{name}`")))?;
            Ok((shared.clone(), ty))
        })
    }

    fn dynamic(&mut self, marker: Marker, depth: usize) -> Result<Value> {
        if self.array_length(marker)? != 2 {
            return Err(WireError::new("a value of type `any` must be a pair of type and value"));
        }
        let length = match self.marker()? {
            Marker::Bin8 => self.len8()?,
            Marker::Bin16 => self.len16()?,
            Marker::Bin32 => self.len32()?,
            other => self.text_length(other)?,
        };
        let ty = Type::from_json_bytes(self.take(length)?)
            .ok_or_else(|| WireError::new("a type is unreadable"))?;
        let value = self.value(&ty, depth + 1)?;
        Ok(Value::Dynamic(Box::new(Dynamic { ty, value })))
    }

    fn number(&mut self, marker: Marker) -> Result<Number> {
        let float = |float: f64| Number::from_f64(float).map_err(|error| WireError::new(error.to_string()));
        Ok(match marker {
            Marker::FixPos(int) => i64::from(int).into(),
            Marker::FixNeg(int) => i64::from(int).into(),
            Marker::U8 => i64::from(u8::from_be_bytes(self.bytes()?)).into(),
            Marker::U16 => i64::from(u16::from_be_bytes(self.bytes()?)).into(),
            Marker::U32 => i64::from(u32::from_be_bytes(self.bytes()?)).into(),
            Marker::U64 => u64::from_be_bytes(self.bytes()?).into(),
            Marker::I8 => i64::from(i8::from_be_bytes(self.bytes()?)).into(),
            Marker::I16 => i64::from(i16::from_be_bytes(self.bytes()?)).into(),
            Marker::I32 => i64::from(i32::from_be_bytes(self.bytes()?)).into(),
            Marker::I64 => i64::from_be_bytes(self.bytes()?).into(),
            Marker::F32 => float(f64::from(f32::from_be_bytes(self.bytes()?)))?,
            Marker::F64 => float(f64::from_be_bytes(self.bytes()?))?,
            other => {
                let text = self.text(other).map_err(|_| unexpected("a number", other))?;
                text.parse().map_err(|error: crate::NumberError| WireError::new(error.to_string()))?
            }
        })
    }

    fn text_length(&mut self, marker: Marker) -> Result<usize> {
        match marker {
            Marker::FixStr(length) => Ok(usize::from(length)),
            Marker::Str8 => self.len8(),
            Marker::Str16 => self.len16(),
            Marker::Str32 => self.len32(),
            other => Err(unexpected("a string", other)),
        }
    }

    fn text(&mut self, marker: Marker) -> Result<&'a str> {
        let length = self.text_length(marker)?;
        std::str::from_utf8(self.take(length)?).map_err(|_| WireError::new("a string is not UTF-8"))
    }

    fn array_length(&mut self, marker: Marker) -> Result<usize> {
        match marker {
            Marker::FixArray(length) => Ok(usize::from(length)),
            Marker::Array16 => self.len16(),
            Marker::Array32 => self.len32(),
            other => Err(unexpected("a list", other)),
        }
    }

    fn map_length(&mut self, marker: Marker) -> Result<usize> {
        match marker {
            Marker::FixMap(length) => Ok(usize::from(length)),
            Marker::Map16 => self.len16(),
            Marker::Map32 => self.len32(),
            other => Err(unexpected("an object or map", other)),
        }
    }

    /// The length of an extension's body, if this marker begins one.
    fn extension(&mut self, marker: Marker) -> Result<Option<usize>> {
        Ok(Some(match marker {
            Marker::FixExt1 => 1,
            Marker::FixExt2 => 2,
            Marker::FixExt4 => 4,
            Marker::FixExt8 => 8,
            Marker::FixExt16 => 16,
            Marker::Ext8 => self.len8()?,
            Marker::Ext16 => self.len16()?,
            Marker::Ext32 => self.len32()?,
            _ => return Ok(None),
        }))
    }

    fn unknown(&mut self, length: usize) -> Result<Value> {
        let code = i8::from_be_bytes(self.bytes()?);
        let body = self.take(length)?;
        match code {
            UNKNOWN => Ok(Value::unknown()),
            REFINED if length > MAX_REFINEMENT => Err(WireError::new("too much is said of an unknown value")),
            REFINED => Ok(Value::Unknown(Reader { rest: body }.refinement()?)),
            _ => Err(WireError::new(format!("extension {code} is not part of the protocol"))),
        }
    }

    fn refinement(&mut self) -> Result<Refinement> {
        let mut known = Known::default();
        let marker = self.marker()?;
        for _ in 0..self.map_length(marker)? {
            match self.integer()? {
                1 => known.null = Some(self.flag()?),
                2 => {
                    let marker = self.marker()?;
                    known.prefix = Some(self.text(marker)?.to_owned());
                }
                3 => known.lower = Some(self.bound()?),
                4 => known.upper = Some(self.bound()?),
                5 => known.shortest = Some(self.integer()?),
                6 => known.longest = Some(self.integer()?),
                // Something newer, of unknown extent: what was read so far holds without it.
                _ => break,
            }
        }
        Ok(known.into())
    }

    fn integer(&mut self) -> Result<u64> {
        let marker = self.marker()?;
        self.number(marker)?.as_u64().ok_or_else(|| WireError::new("a whole number was expected"))
    }

    fn flag(&mut self) -> Result<bool> {
        match self.marker()? {
            Marker::True => Ok(true),
            Marker::False => Ok(false),
            other => Err(unexpected("a bool", other)),
        }
    }

    fn bound(&mut self) -> Result<(Number, bool)> {
        let marker = self.marker()?;
        if self.array_length(marker)? != 2 {
            return Err(WireError::new("a bound must be a pair"));
        }
        let marker = self.marker()?;
        Ok((self.number(marker)?, self.flag()?))
    }
}

fn unexpected(expected: &str, marker: Marker) -> WireError {
    WireError::new(format!("{expected} was expected, not {marker:?}"))
}
