//! Members of a JSON object, which is changed as text: all other members keep their order and their
//! digits.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

/// The members of an object, in their order.
pub(crate) struct Members(pub(crate) Vec<(String, Box<RawValue>)>);

/// Reads the change `path=text`, `path:=json`, or `path=` to remove the member. Paths are names
/// with dots between them.
pub(crate) fn change(object: &str, change: &str) -> Result<String, String> {
    let (path, value) =
        change.split_once('=').ok_or_else(|| format!("{change:?} is not `member=value`"))?;
    let changed = match path.strip_suffix(':') {
        Some(path) => {
            let value = RawValue::from_string(value.to_owned())
                .map_err(|error| format!("{change:?}: {value:?} is not JSON: {error}"))?;
            set(object, path, Some(&value))
        }
        None if value.is_empty() => set(object, path, None),
        None => set(object, path, Some(&*text(value)?)),
    };
    changed.map_err(|reason| format!("{change:?}: {reason}"))
}

/// Sets a member to a text.
pub(crate) fn set_text(object: &str, path: &str, value: &str) -> Result<String, String> {
    set(object, path, Some(&*text(value)?))
}

/// Returns a member of an object.
pub(crate) fn get(object: &str, path: &str) -> Option<Box<RawValue>> {
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    let Members(members) = serde_json::from_str(object).ok()?;
    let value = members.into_iter().rfind(|(other, _)| other == name)?.1;
    match rest {
        Some(rest) => get(value.get(), rest),
        None => Some(value),
    }
}

/// Sets or removes a member. Objects on its path are made if they are absent.
pub(crate) fn set(object: &str, path: &str, value: Option<&RawValue>) -> Result<String, String> {
    let Members(mut members) =
        serde_json::from_str(object).map_err(|_| "the body is not a JSON object".to_owned())?;
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    if name.is_empty() {
        return Err("the name of the member is empty".to_owned());
    }
    let member = members.iter_mut().find(|(other, _)| other == name);
    let value = match (rest, &member) {
        (None, _) => value.map(ToOwned::to_owned),
        (Some(rest), member) => {
            let inner = member.as_ref().map_or("{}", |(_, inner)| inner.get());
            let inner = set(inner, rest, value).map_err(|_| format!("{name} is not an object"))?;
            Some(RawValue::from_string(inner).map_err(|error| error.to_string())?)
        }
    };
    match (member, value) {
        (Some((_, old)), Some(value)) => *old = value,
        (None, Some(value)) => members.push((name.to_owned(), value)),
        (_, None) => members.retain(|(other, _)| other != name),
    }
    Ok(Members(members).to_string())
}

fn text(value: &str) -> Result<Box<RawValue>, String> {
    serde_json::value::to_raw_value(value).map_err(|error| error.to_string())
}

/// Removes the white space between the tokens of JSON.
pub(crate) fn compact(json: &str) -> String {
    let (mut is_text, mut is_escaped) = (false, false);
    let keep = |c: &char| {
        match *c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => is_text = !is_text,
            c if !is_text && c.is_whitespace() => return false,
            _ => {}
        }
        true
    };
    json.chars().filter(keep).collect()
}

/// Writes the object without white space between its members.
impl fmt::Display for Members {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (index, (name, value)) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            let name = serde_json::to_string(name).map_err(|_| fmt::Error)?;
            write!(f, "{comma}{name}:{}", value.get())?;
        }
        f.write_str("}")
    }
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(InOrder(PhantomData))
    }
}

struct InOrder(PhantomData<Members>);

impl<'de> Visitor<'de> for InOrder {
    type Value = Members;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Members(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_one_member_and_keeps_the_others() {
        let object = r#"{"id":"evt_1","data":{"b":1.50,"a":"x"},"z":[1, 2]}"#;
        for (given, expected) in [
            ("id=evt_2", r#"{"id":"evt_2","data":{"b":1.50,"a":"x"},"z":[1, 2]}"#),
            ("data.a=Zoë", r#"{"id":"evt_1","data":{"b":1.50,"a":"Zoë"},"z":[1, 2]}"#),
            ("data.b:=5", r#"{"id":"evt_1","data":{"b":5,"a":"x"},"z":[1, 2]}"#),
            ("id=", r#"{"data":{"b":1.50,"a":"x"},"z":[1, 2]}"#),
            ("n.m:=null", r#"{"id":"evt_1","data":{"b":1.50,"a":"x"},"z":[1, 2],"n":{"m":null}}"#),
        ] {
            assert_eq!(change(object, given).unwrap(), expected, "{given}");
        }
        for wrong in ["id", "=x", "id:=", "z.a=1", "id:={"] {
            assert!(change(object, wrong).is_err(), "{wrong}");
        }
        assert!(change("[]", "a=b").is_err());
        assert_eq!(get(object, "data.a").unwrap().get(), r#""x""#);
        assert!(get(object, "data.c").is_none());
    }

    #[test]
    fn compacts_json() {
        assert_eq!(compact("{ \"a b\\\" \" : [ 1 ] }\n"), "{\"a b\\\" \":[1]}");
    }
}
