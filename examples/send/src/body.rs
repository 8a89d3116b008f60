//! Bodies made of a sample and of members to change.

use std::time::UNIX_EPOCH;

use anyhow::{Context, bail};
use serde_json::{Map, Value, json};

/// Changes members of a sample: `data.name=Zoë` is text, `data.cents:=5` is JSON, and `id=` removes
/// the member. `"now"` in the sample becomes the time in milliseconds.
pub(crate) fn with_members(sample: &str, members: &[String]) -> anyhow::Result<String> {
    let now = UNIX_EPOCH.elapsed()?.as_millis().to_string();
    let mut body = serde_json::from_str(&sample.replace(r#""now""#, &now))?;
    for member in members {
        let (path, value) = member.split_once('=').context("members are `MEMBER=VALUE`")?;
        let (path, value) = match path.strip_suffix(':') {
            Some(path) => (path, serde_json::from_str(value).context(member.clone())?),
            None if value.is_empty() => (path, Value::Null),
            None => (path, json!(value)),
        };
        set(&mut body, path, value).with_context(|| member.clone())?;
    }
    Ok(Value::Object(body).to_string())
}

fn set(object: &mut Map<String, Value>, path: &str, value: Value) -> anyhow::Result<()> {
    match path.split_once('.') {
        Some((name, rest)) => match object.entry(name).or_insert_with(|| json!({})) {
            Value::Object(inner) => return set(inner, rest, value),
            _ => bail!("{name} is not an object"),
        },
        None if value.is_null() => object.remove(path),
        None => object.insert(path.to_owned(), value),
    };
    Ok(())
}
