//! Bytes that are stored as text in human-readable formats.

use std::{borrow::Cow, fmt};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};

/// Bytes that are text or base64 in human-readable formats, and a byte string in the others.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Octets(Bytes);

impl Octets {
    pub(super) fn copy(bytes: &[u8]) -> Self {
        Self(Bytes::copy_from_slice(bytes))
    }

    pub(super) fn bytes(&self) -> &Bytes {
        &self.0
    }
}

/// An object with one member, whose name is the encoding of the bytes.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Readable<'a> {
    Text(Cow<'a, str>),
    Base64(Cow<'a, str>),
}

impl Serialize for Octets {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !serializer.is_human_readable() {
            return serializer.serialize_bytes(&self.0);
        }
        // `jsonb` and `text` of PostgreSQL cannot hold U+0000.
        let text = str::from_utf8(&self.0).ok().filter(|text| !text.contains('\0'));
        let readable = match text {
            Some(text) => Readable::Text(text.into()),
            None => Readable::Base64(STANDARD.encode(&self.0).into()),
        };
        readable.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Octets {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if !deserializer.is_human_readable() {
            return deserializer.deserialize_byte_buf(OctetsVisitor);
        }
        // A value within a tagged or flattened type is read from a buffer of serde, which reports
        // that it is human-readable, but can hold the byte string of a binary format.
        deserializer.deserialize_any(OctetsVisitor)
    }
}

struct OctetsVisitor;

impl<'de> Visitor<'de> for OctetsVisitor {
    type Value = Octets;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bytes, or an object with the member `text` or `base64`")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Octets, A::Error> {
        match Readable::deserialize(MapAccessDeserializer::new(map))? {
            Readable::Text(text) => Ok(Octets(text.into_owned().into())),
            Readable::Base64(text) => match STANDARD.decode(&*text) {
                Ok(bytes) => Ok(Octets(bytes.into())),
                // The library's error is not used, because it quotes bytes.
                Err(_) => Err(A::Error::custom("the bytes are not padded standard base64")),
            },
        }
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Octets, E> {
        Ok(Octets::copy(bytes))
    }

    fn visit_byte_buf<E: Error>(self, bytes: Vec<u8>) -> Result<Octets, E> {
        Ok(Octets(bytes.into()))
    }

    /// Reads a list of numbers, which some formats have instead of byte strings.
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Octets, A::Error> {
        let mut bytes = Vec::new();
        while let Some(byte) = list.next_element()? {
            bytes.push(byte);
        }
        Ok(Octets(bytes.into()))
    }
}
