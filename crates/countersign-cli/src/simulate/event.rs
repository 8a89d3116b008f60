//! Events, and the bodies in which they are sent.

use std::time::SystemTime;

use countersign_core::scheme::{BodyForm, JsonDumps};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::platform::{Platform, Shape};
use crate::moment;

/// The wish of a caller for an event. Members that are absent have sample values.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wish {
    #[serde(rename = "type")]
    pub(super) event_type: Option<String>,
    data: Option<Map<String, Value>>,
    previous_data: Option<Map<String, Value>>,
}

/// An event that is sent to webhooks.
#[derive(Clone, Debug)]
pub(super) struct Event {
    pub(super) id: String,
    pub(super) event_type: Option<String>,
    /// The bytes on the wire.
    pub(super) body: String,
    /// The bytes that are signed.
    pub(super) signed: Vec<u8>,
}

impl Wish {
    pub(super) fn of_type(event_type: Option<&str>) -> Self {
        Self { event_type: event_type.map(str::to_owned), ..Self::default() }
    }

    /// Makes the event. `id` is not sent if the platform documents none.
    pub(super) fn event(self, platform: Platform, shape: Shape, id: &str) -> Result<Event, String> {
        let Self { event_type, data, previous_data } = self;
        if event_type.is_some() && platform == Platform::Respan {
            return Err("the events of Respan have no type".to_owned());
        }
        if previous_data.is_some() && (platform, shape) != OBJECTS {
            return Err("only events of the shape `objects` have `previous_data`".to_owned());
        }
        let first = platform.types(shape).first().map(|name| (*name).to_owned());
        let event_type = event_type.or(first);
        let name = event_type.as_deref().unwrap_or_default();
        let data = data.unwrap_or_else(|| sample(platform, shape, name));
        let body = match (platform, shape) {
            (Platform::XWebhookSignature, Shape::Objects) => {
                let sample = || name.ends_with(".updated").then(|| map(json!({ "name": "Old" })));
                let previous_data = previous_data.or_else(sample);
                text(&Objects {
                    head: head(id, name),
                    data: Object { object: data },
                    previous_data,
                })
            }
            (Platform::XWebhookSignature, Shape::Flat) => {
                text(&Flat { head: head(id, name), data })
            }
            (Platform::Respan, _) => text(&data),
            (Platform::SpeakNode, _) => {
                let mut data = data;
                data.remove("event");
                text(&Named { event: name, data })
            }
        };
        let signed = match platform {
            Platform::Respan => BodyForm::Python(JsonDumps::DEFAULT)
                .text_of(body.as_bytes())
                .ok_or("Python cannot read this JSON")?,
            Platform::XWebhookSignature | Platform::SpeakNode => body.clone().into_bytes(),
        };
        Ok(Event { id: id.to_owned(), event_type, body, signed })
    }
}

const OBJECTS: (Platform, Shape) = (Platform::XWebhookSignature, Shape::Objects);

#[derive(Serialize)]
struct Head<'a> {
    id: &'a str,
    #[serde(rename = "type")]
    event_type: &'a str,
    created_at: String,
}

#[derive(Serialize)]
struct Objects<'a> {
    #[serde(flatten)]
    head: Head<'a>,
    data: Object,
    previous_data: Option<Map<String, Value>>,
}

#[derive(Serialize)]
struct Object {
    object: Map<String, Value>,
}

#[derive(Serialize)]
struct Flat<'a> {
    #[serde(flatten)]
    head: Head<'a>,
    data: Map<String, Value>,
}

#[derive(Serialize)]
struct Named<'a> {
    event: &'a str,
    #[serde(flatten)]
    data: Map<String, Value>,
}

fn head<'a>(id: &'a str, event_type: &'a str) -> Head<'a> {
    Head { id, event_type, created_at: moment::in_seconds(SystemTime::now()) }
}

/// Returns the data of an event for which the caller gave none. The members of
/// `x-webhook-signature` are those of the manuals. Respan and SpeakNode document no members: theirs
/// are made up.
fn sample(platform: Platform, shape: Shape, event_type: &str) -> Map<String, Value> {
    map(match (platform, shape) {
        (Platform::XWebhookSignature, Shape::Objects) => {
            json!({ "id": "res_1", "name": "Zoë", "status": "active" })
        }
        (Platform::XWebhookSignature, Shape::Flat) => json!({
            "id": "usr_1", "name": "Zoë", "email": "zoe@example.com", "status": "active",
        }),
        (Platform::Respan, _) => json!({ "model": "small", "cost": 0.002, "note": "Zoë" }),
        (Platform::SpeakNode, _) if event_type == "SessionStarted" => {
            json!({ "agent_id": "agt_1", "metadata": {} })
        }
        (Platform::SpeakNode, _) => json!({
            "transcript": [{ "role": "agent", "text": "Hello!" }], "metadata": {},
        }),
    })
}

fn map(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

fn text(body: &impl Serialize) -> String {
    // Serializing to memory fails only for maps whose keys are not text.
    serde_json::to_string(body).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_the_python_form_for_respan_and_sends_the_compact_one() {
        let event = Wish::default().event(Platform::Respan, Shape::Flat, "evt_1").unwrap();
        assert_eq!(event.body, r#"{"cost":0.002,"model":"small","note":"Zoë"}"#);
        let signed = r#"{"cost": 0.002, "model": "small", "note": "Zo\u00eb"}"#;
        assert_eq!(String::from_utf8(event.signed).unwrap(), signed);
    }

    #[test]
    fn has_the_members_of_both_shapes() {
        let wish = || Wish::of_type(Some("user.updated"));
        let event = wish().event(OBJECTS.0, OBJECTS.1, "evt_1").unwrap();
        assert!(event.body.starts_with(r#"{"id":"evt_1","type":"user.updated","created_at":"2"#));
        let end = r#""data":{"object":{"id":"res_1","name":"Zoë","status":"active"}},"#;
        assert!(event.body.contains(end), "{}", event.body);
        assert!(event.body.ends_with(r#""previous_data":{"name":"Old"}}"#));
        let event = wish().event(Platform::XWebhookSignature, Shape::Flat, "evt_1").unwrap();
        assert!(event.body.contains(r#""data":{"email":"zoe@example.com","id":"usr_1","#));
        assert!(!event.body.contains("previous_data"));
    }
}
