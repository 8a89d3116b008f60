//! Members of bodies that are not shown.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

use crate::SettingError;

/// The members of JSON that the console hides, by their pointers (RFC 6901).
#[derive(Clone, Debug, Default)]
pub(crate) struct Redaction(Vec<Vec<Segment>>);

/// A part of a pointer.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Segment {
    /// `*`: every member and every element.
    Every,
    Name(String),
}

/// A body, as it may be shown.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    /// The bytes as they came.
    Whole(Vec<u8>),
    /// JSON in which this number of values is replaced. The other values are as they came. White
    /// space, and escapes in names, can differ.
    Redacted(Vec<u8>, usize),
    /// Not JSON, or nested too deeply: what has to be hidden cannot be found.
    Hidden,
}

impl Redaction {
    pub(crate) fn add(&mut self, pointer: &str) -> Result<(), SettingError> {
        let segments: Option<Vec<_>> =
            pointer.strip_prefix('/').and_then(|rest| rest.split('/').map(segment).collect());
        self.0.push(segments.ok_or_else(|| SettingError::Pointer(pointer.to_owned()))?);
        Ok(())
    }

    /// Returns whether nothing is hidden.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the body as it may be shown. With hidden members, only JSON is shown.
    pub(crate) fn apply(&self, body: &[u8]) -> Shown {
        if self.is_empty() {
            return Shown::Whole(body.to_owned());
        }
        let Ok(document) = serde_json::from_slice::<&RawValue>(body) else { return Shown::Hidden };
        let pointers: Vec<_> = self.0.iter().map(Vec::as_slice).collect();
        let mut text = Text { written: String::with_capacity(body.len()), hidden: 0 };
        match text.write(document, &pointers, 0) {
            Ok(true) if text.hidden == 0 => Shown::Whole(body.to_owned()),
            Ok(true) => Shown::Redacted(text.written.into_bytes(), text.hidden),
            Ok(false) | Err(_) => Shown::Hidden,
        }
    }
}

fn segment(text: &str) -> Option<Segment> {
    if text == "*" {
        return Some(Segment::Every);
    }
    // Only `~0` and `~1` are escapes.
    let is_valid = text.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
    is_valid.then(|| Segment::Name(text.replace("~1", "/").replace("~0", "~")))
}

/// The document that is written again.
struct Text {
    written: String,
    hidden: usize,
}

impl Text {
    /// Writes a value without the members at the pointers. Returns false if it is nested too deeply:
    /// a name is looked for in arrays of arrays, so only [`MOST_LEVELS`] bounds the recursion.
    fn write(
        &mut self,
        value: &RawValue,
        pointers: &[&[Segment]],
        level: usize,
    ) -> serde_json::Result<bool> {
        if level > MOST_LEVELS {
            return Ok(false);
        }
        if pointers.iter().any(|pointer| pointer.is_empty()) {
            self.written.push_str(REDACTED);
            self.hidden += 1;
            return Ok(true);
        }
        match value.get().as_bytes().first() {
            _ if pointers.is_empty() => self.written.push_str(value.get()),
            Some(b'{') => {
                let Members(members) = serde_json::from_str(value.get())?;
                self.written.push('{');
                for (place, (name, value)) in members.into_iter().enumerate() {
                    self.separate(place);
                    self.written.push_str(&serde_json::to_string(&name)?);
                    self.written.push(':');
                    let below = pointers.iter().filter(|pointer| is_at(pointer, &name));
                    let below: Vec<_> = below.map(|pointer| &pointer[1..]).collect();
                    if !self.write(value, &below, level + 1)? {
                        return Ok(false);
                    }
                }
                self.written.push('}');
            }
            Some(b'[') => {
                let elements: Vec<&RawValue> = serde_json::from_str(value.get())?;
                self.written.push('[');
                for (place, value) in elements.into_iter().enumerate() {
                    self.separate(place);
                    let index = place.to_string();
                    let below = pointers.iter().filter_map(|pointer| match &pointer[0] {
                        // The name may be one of a member of the element.
                        Segment::Name(name) if !is_index(name) => Some(*pointer),
                        _ => is_at(pointer, &index).then(|| &pointer[1..]),
                    });
                    let below: Vec<_> = below.collect();
                    if !self.write(value, &below, level + 1)? {
                        return Ok(false);
                    }
                }
                self.written.push(']');
            }
            _ => self.written.push_str(value.get()),
        }
        Ok(true)
    }

    fn separate(&mut self, place: usize) {
        if place > 0 {
            self.written.push(',');
        }
    }
}

fn is_at(pointer: &[Segment], name: &str) -> bool {
    match pointer.first() {
        Some(Segment::Every) => true,
        Some(Segment::Name(own)) => own == name,
        None => false,
    }
}

fn is_index(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_digit())
}

/// The members of an object in their order, also those whose name occurs twice.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;

        impl<'de> Visitor<'de> for Read {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some((name, value)) = map.next_entry::<String, &RawValue>()? {
                    members.push((name, value));
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Read)
    }
}

const REDACTED: &str = "\"[redacted]\"";

/// Levels of objects and arrays on the way to a hidden member. Each level reads the rest again.
const MOST_LEVELS: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    fn redaction(pointers: &[&str]) -> Redaction {
        let mut redaction = Redaction::default();
        for pointer in pointers {
            redaction.add(pointer).unwrap();
        }
        redaction
    }

    fn shown(pointers: &[&str], body: &str) -> (String, usize) {
        match redaction(pointers).apply(body.as_bytes()) {
            Shown::Redacted(body, hidden) => (String::from_utf8(body).unwrap(), hidden),
            Shown::Whole(body) => (String::from_utf8(body).unwrap(), 0),
            Shown::Hidden => panic!("hidden"),
        }
    }

    #[test]
    fn hides_members_and_changes_nothing_else() {
        let body = r#"{"data":{"email":"a","n":1e400},"items":[1,2],"data":{"em\u0061il":["b"]}}"#;
        let expected = r#"{"data":{"email":"[redacted]","n":1e400},"items":["[redacted]",2],"data":{"email":"[redacted]"}}"#;
        assert_eq!(shown(&["/data/email", "/items/0"], body), (expected.to_owned(), 3));
        let big = r#"{"id":123456789012345678901234567890, "a/b~":"x"}"#;
        let expected = r#"{"id":123456789012345678901234567890,"a/b~":"[redacted]"}"#;
        assert_eq!(shown(&["/a~1b~0"], big), (expected.to_owned(), 1));
    }

    #[test]
    fn every_and_names_reach_into_arrays() {
        let body = r#"{"people":[{"email":"a","n":1},{"email":"b"}],"x":{"y":{"email":"c"}}}"#;
        let expected = r#"{"people":[{"email":"[redacted]","n":1},{"email":"[redacted]"}],"x":{"y":{"email":"c"}}}"#;
        for pointer in ["/people/*/email", "/people/email"] {
            assert_eq!(shown(&[pointer], body), (expected.to_owned(), 2), "{pointer}");
        }
        assert_eq!(shown(&["/*/y/email"], body).1, 1);
        assert_eq!(shown(&["/people"], body).1, 1);
        let (all, _) = shown(&["/*"], body);
        assert_eq!(all, r#"{"people":"[redacted]","x":"[redacted]"}"#);
        assert_eq!(shown(&["/0/a"], r#"[{"a":1},{"a":1}]"#).0, r#"[{"a":"[redacted]"},{"a":1}]"#);
    }

    #[test]
    fn a_pointer_without_a_match_changes_no_byte() {
        let body = r#" {"a" : 1.0 , "data": "x"} "#;
        for pointer in ["/b", "/data/email", "/a/0", "/A"] {
            assert_eq!(shown(&[pointer], body), (body.to_owned(), 0), "{pointer}");
        }
        assert_eq!(Redaction::default().apply(b"a=1"), Shown::Whole(b"a=1".to_vec()));
    }

    #[test]
    fn what_it_cannot_read_is_hidden() {
        let redaction = redaction(&["/a/b"]);
        let deep = [b'['; 1000];
        for body in [&b"email=zoe"[..], b"\xff", b"{\"a\":", b"{}{}", b"\xef\xbb\xbf{}", &deep] {
            assert_eq!(redaction.apply(body), Shown::Hidden, "{body:?}");
        }
    }

    #[test]
    fn deep_nesting_is_hidden() {
        let nested = |levels: usize| {
            let deep = format!("{}{{\"a\":1}}{}", "[".repeat(levels), "]".repeat(levels));
            redaction(&["/a"]).apply(deep.as_bytes())
        };
        assert!(matches!(nested(30), Shown::Redacted(_, 1)));
        for levels in [33, 10_000, 50_000] {
            assert_eq!(nested(levels), Shown::Hidden);
        }
    }

    #[test]
    fn refuses_what_is_no_pointer() {
        for wrong in ["", "data", "/~", "/a~2", "/a/b~"] {
            let refused = Redaction::default().add(wrong);
            assert_eq!(refused, Err(SettingError::Pointer(wrong.to_owned())));
        }
    }
}
