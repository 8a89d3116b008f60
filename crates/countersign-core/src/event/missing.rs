//! Finds the member that a type requires and a JSON text does not have.

use std::{borrow::Cow, fmt, iter};

use serde::{
    Deserialize, Deserializer,
    de::{
        Error, IntoDeserializer, MapAccess, SeqAccess, Visitor,
        value::{MapAccessDeserializer, MapDeserializer, SeqDeserializer},
    },
    forward_to_deserialize_any,
};

/// Returns the name of the missing member, if one is missing: a name that the type `T` declares,
/// never text of the payload. To find it, `text` is parsed again with an error type that keeps the
/// name.
///
/// The message of `serde_json` also has the name. It is not used, because a user's type can write
/// its own messages, which may quote the payload.
///
/// Returns `None` for a text of more than 64 KiB: its nodes can take 40 times as much memory.
pub(super) fn missing_member<'a, T: Deserialize<'a>>(text: &'a str) -> Option<&'static str> {
    if text.len() > LONGEST {
        return None;
    }
    // A text that is nested deeper than the limit of `serde_json` is an error here.
    let node: Node<'a> = serde_json::from_str(text).ok()?;
    T::deserialize(node).err()?.0
}

/// Length of the longest text that is parsed again, in bytes. See `missing_member` for the reason.
const LONGEST: usize = 64 * 1024;

/// An error that keeps only the name of a missing member.
#[derive(Debug)]
struct Missing(Option<&'static str>);

impl Error for Missing {
    fn custom<M: fmt::Display>(_: M) -> Self {
        Self(None)
    }

    fn missing_field(name: &'static str) -> Self {
        Self(Some(name))
    }
}

impl std::error::Error for Missing {}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member is missing")
    }
}

/// A JSON value. Its strings are borrowed from the text unless they have escapes.
enum Node<'a> {
    Null,
    Bool(bool),
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    Text(Cow<'a, str>),
    List(Vec<Self>),
    Members(Vec<(Self, Self)>),
}

impl<'de> Deserialize<'de> for Node<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Node<'de>, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node<'de>, E> {
        Ok(Node::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node<'de>, E> {
        Ok(Node::Unsigned(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node<'de>, E> {
        Ok(Node::Signed(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node<'de>, E> {
        Ok(Node::Float(value))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Node<'de>, E> {
        Ok(Node::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Node<'de>, E> {
        Ok(Node::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node<'de>, A::Error> {
        let mut nodes = Vec::new();
        while let Some(node) = list.next_element()? {
            nodes.push(node);
        }
        Ok(Node::List(nodes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node<'de>, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Node::Members(members))
    }
}

impl<'de> IntoDeserializer<'de, Missing> for Node<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Node<'de> {
    type Error = Missing;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Missing> {
        match self {
            Self::Null => visitor.visit_unit(),
            Self::Bool(value) => visitor.visit_bool(value),
            Self::Unsigned(value) => visitor.visit_u64(value),
            Self::Signed(value) => visitor.visit_i64(value),
            Self::Float(value) => visitor.visit_f64(value),
            Self::Text(Cow::Borrowed(text)) => visitor.visit_borrowed_str(text),
            Self::Text(Cow::Owned(text)) => visitor.visit_string(text),
            Self::List(nodes) => SeqDeserializer::new(nodes.into_iter()).deserialize_any(visitor),
            Self::Members(members) => {
                MapDeserializer::new(members.into_iter()).deserialize_any(visitor)
            }
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Missing> {
        match self {
            Self::Null => visitor.visit_none(),
            node => visitor.visit_some(node),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Missing> {
        if name != RAW_VALUE {
            return visitor.visit_newtype_struct(self);
        }
        // Raw text accepts any JSON, and the value is dropped later, so `null` is enough.
        let text = |text| Self::Text(Cow::Borrowed(text));
        let raw = iter::once((text(RAW_VALUE), text("null")));
        MapDeserializer::new(raw).deserialize_any(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Missing> {
        match self {
            Self::Text(text) => text.into_deserializer().deserialize_enum(name, variants, visitor),
            Self::Members(members) => {
                let members = MapDeserializer::new(members.into_iter());
                MapAccessDeserializer::new(members).deserialize_enum(name, variants, visitor)
            }
            _ => Err(Missing(None)),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Missing> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct identifier
    }
}

/// Name of the newtype with which `serde_json` requests raw text. If a release changes it, no
/// missing member is found for a type with raw text, and a test of this file fails.
const RAW_VALUE: &str = "$serde_json::private::RawValue";

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use serde_json::value::RawValue;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "read by serde only")]
    struct Order<'a> {
        #[serde(borrow)]
        raw: &'a RawValue,
        #[serde(borrow)]
        text: &'a str,
        note: Option<u8>,
        kept: Box<RawValue>,
        #[serde(rename = "lineItems")]
        items: Vec<Item>,
        #[serde(default)]
        state: State,
        names: HashMap<String, Item>,
    }

    #[derive(Debug, Default, Deserialize)]
    #[expect(dead_code, reason = "read by serde only")]
    enum State {
        #[default]
        Open,
        Paid {
            at: i64,
        },
    }

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "read by serde only")]
    struct Item {
        price: f64,
    }

    const WHOLE: &str = r#"{"raw":{"a":[1]},"text":"t","kept":[1],"lineItems":[{"price":1},
        {"price":-2.5}],"state":{"Paid":{"at":-1}},"names":{"a":{"price":1e3}},"more":[true,null]}"#;

    fn missing(text: &str) -> Option<&'static str> {
        missing_member::<Order<'_>>(text)
    }

    #[test]
    fn names_the_member_that_the_type_requires() {
        assert!(serde_json::from_str::<Order<'_>>(WHOLE).is_ok());
        assert_eq!(missing(WHOLE), None);
        for (from, to, expected) in [
            (r#""raw":{"a":[1]},"#, "", "raw"),
            (r#""text":"t","#, "", "text"),
            (r#""lineItems""#, r#""items""#, "lineItems"),
            (r#"{"price":-2.5}"#, r#"{"cost":-2.5}"#, "price"),
            (r#"{"price":1e3}"#, "{}", "price"),
            (r#"{"at":-1}"#, "{}", "at"),
        ] {
            assert!(WHOLE.contains(from));
            assert_eq!(missing(&WHOLE.replace(from, to)), Some(expected), "{from}");
        }
        assert_eq!(missing("{}"), Some("raw"));
    }

    #[test]
    fn reads_no_large_text_once_more() {
        let padded = |length: usize| format!("{{{}}}", " ".repeat(length - 2));
        assert_eq!(missing(&padded(LONGEST)), Some("raw"));
        assert_eq!(missing(&padded(LONGEST + 1)), None);
    }

    #[test]
    fn names_nothing_where_something_else_is_wrong() {
        for text in [
            "",
            "[]",
            "null",
            r#"{"raw":1,"text":7}"#,
            &WHOLE.replace("1e3", "\"x\""),
            &WHOLE.replace(r#"{"Paid":{"at":-1}}"#, r#""Void""#),
            &"[".repeat(100_000),
            &format!(r#"{{"text":{}1{}}}"#, "[".repeat(1000), "]".repeat(1000)),
        ] {
            assert_eq!(missing(text), None, "{}", &text[..text.len().min(80)]);
        }
    }

    #[test]
    fn never_names_text_of_the_payload() {
        /// A type that rejects every text, with an error that quotes it.
        #[derive(Debug)]
        struct Quoting;
        impl<'de> Deserialize<'de> for Quoting {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Err(D::Error::custom(format!("missing field `{text}`")))
            }
        }
        assert_eq!(missing_member::<Quoting>("\"4242\""), None);
    }
}
