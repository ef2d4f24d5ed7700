//! Private state: bytes that a provider keeps beside a resource, which Terraform stores and never shows.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Named bytes kept beside one resource.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Private(BTreeMap<String, Vec<u8>>);

impl Private {
    /// The bytes kept under `key`.
    pub fn get(&self, key: &str) -> Option<&[u8]> {
        self.0.get(key).map(Vec::as_slice)
    }

    /// Keeps bytes under `key`.
    pub fn set(&mut self, key: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.0.insert(key.into(), bytes.into());
    }

    /// Forgets `key`.
    pub fn remove(&mut self, key: &str) {
        self.0.remove(key);
    }

    /// Private state written by something else (after a move, or by a provider that kept other bytes) reads as empty.
    pub(crate) fn decode(bytes: &[u8]) -> Self {
        let stored: BTreeMap<String, String> = serde_json::from_slice(bytes).unwrap_or_default();
        let entries = stored.into_iter().filter_map(|(key, text)| Some((key, STANDARD.decode(text).ok()?)));
        Self(entries.collect())
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        if self.0.is_empty() {
            return Vec::new();
        }
        let stored: serde_json::Map<_, _> =
            self.0.iter().map(|(key, bytes)| (key.clone(), STANDARD.encode(bytes).into())).collect();
        serde_json::Value::Object(stored).to_string().into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_survive() {
        let mut private = Private::default();
        private.set("etag", [0, 255, 7]);
        assert_eq!(Private::decode(&private.encode()), private);
        assert_eq!(Private::decode(b"not ours"), Private::default());
        assert!(Private::default().encode().is_empty());
    }
}
