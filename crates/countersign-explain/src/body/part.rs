//! Bodies within other bodies: the events of gateways and queues.

use std::ops::ControlFlow;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Visitor, json::Document};
use crate::{Cause, Step};

pub(super) fn visit<T>(body: &[u8], visitor: &mut Visitor<'_, T>) -> ControlFlow<T> {
    let text = str::from_utf8(body).unwrap_or_default();
    if !text.trim_start().starts_with('{') {
        return ControlFlow::Continue(());
    }
    for member in MEMBERS {
        let Some(raw) = member_of(text, member) else { continue };
        match serde_json::from_str::<String>(raw) {
            Ok(inner) => {
                let words = format!("the text in the member `{member}` of the body");
                visitor(inner.as_bytes(), Step::new(Cause::BodyPart, words))?;
                if let Ok(bytes) = STANDARD.decode(inner.as_bytes()) {
                    let words = format!("the member `{member}` of the body, decoded from base64");
                    visitor(&bytes, Step::new(Cause::BodyBase64, words))?;
                }
            }
            Err(_) => {
                let words = format!("only the member `{member}` of the body");
                visitor(raw.as_bytes(), Step::new(Cause::BodyPart, words))?;
            }
        }
    }
    for path in PATHS {
        let mut value = serde_json::from_str::<serde_json::Value>(text).unwrap_or_default();
        let inner = value.pointer_mut(path).and_then(|value| value.as_str().map(str::to_owned));
        let Some(inner) = inner else { continue };
        let words = format!("the text at `{path}` in the body");
        visitor(inner.as_bytes(), Step::new(Cause::BodyPart, words))?;
        if let Ok(bytes) = STANDARD.decode(inner.as_bytes()) {
            let words = format!("the text at `{path}` in the body, decoded from base64");
            visitor(&bytes, Step::new(Cause::BodyPart, words))?;
        }
    }
    for member in ["body", "payload", "data"] {
        if Document::parse(text).is_some() {
            let wrapped = format!("{{\"{member}\":{text}}}");
            let words = format!("an object around the body, with the member `{member}`");
            let step = Step::new(Cause::BodyPart, words).advice(WRAPPED);
            visitor(wrapped.as_bytes(), step)?;
        }
    }
    ControlFlow::Continue(())
}

/// Returns the text of a member's value.
fn member_of<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    #[derive(Deserialize)]
    struct Members<'a>(
        #[serde(borrow)] std::collections::BTreeMap<std::borrow::Cow<'a, str>, &'a RawValue>,
    );
    let Members(members) = serde_json::from_str(text).ok()?;
    members.get(name).map(|raw| raw.get())
}

/// Places of the body in the events of SQS, SNS, Pub/Sub and EventBridge.
const PATHS: [&str; 4] = ["/Records/0/body", "/Records/0/Sns/Message", "/message/data", "/detail"];

const WRAPPED: &str =
    "Verify the whole body: the receiver takes a part of it before the verification.";

/// The members in which gateways, queues and receivers keep a body.
const MEMBERS: [&str; 7] = ["body", "payload", "data", "event", "Message", "rawBody", "raw_body"];

#[cfg(test)]
mod tests {
    use crate::{Cause, body::all};

    #[test]
    fn finds_the_body_within_an_event_of_a_gateway() {
        let cause = |body: &str| {
            let texts = all(body.as_bytes());
            let found = texts.into_iter().find(|(text, _)| text == r#"{"a":1}"#);
            found.map(|(_, step)| step.cause)
        };
        let gateway = r#"{"headers":{},"body":"{\"a\":1}","isBase64Encoded":false}"#;
        assert_eq!(cause(gateway), Some(Cause::BodyPart));
        let gateway = r#"{"body":"eyJhIjoxfQ==","isBase64Encoded":true}"#;
        assert_eq!(cause(gateway), Some(Cause::BodyBase64));
        assert_eq!(cause(r#"{"data": {"a":1}}"#), Some(Cause::BodyPart));
        let queue = r#"{"Records":[{"body":"{\"a\":1}"}]}"#;
        assert_eq!(cause(queue), Some(Cause::BodyPart));
        assert_eq!(cause(r#"{"message":{"data":"eyJhIjoxfQ=="}}"#), Some(Cause::BodyPart));
    }
}
