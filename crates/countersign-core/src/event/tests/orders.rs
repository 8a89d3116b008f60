//! Tests that the order of a body's members does not change the event that is read.

use std::collections::HashMap;

use proptest::{collection::vec, prelude::*, sample::select};

use super::*;
use crate::{
    Provider, Scheme,
    event::{EventAt, UnknownEvent},
    events,
};

/// A provider with two names for the type. The first one is preferred.
struct Ordered;

impl Provider for Ordered {
    const NAME: &'static str = "ordered";
    const SCHEME: Scheme = Scheme::hmac_sha256_hex(&["x-ordered"]);
    const EVENT: EventAt = EventAt::ENVELOPE.event_type(Location::Body(&["type", "event"]));
}

#[derive(Debug, PartialEq, serde::Deserialize)]
struct Data {
    count: u8,
    text: Option<String>,
}

/// A type that rejects some data although the data deserializes.
#[derive(Debug, PartialEq)]
struct Even(u8);

impl FromEnvelope for Even {
    type Data = Data;

    fn from_envelope(envelope: Envelope<Data>) -> Result<Self, PayloadError> {
        match envelope.data.count % 2 {
            0 => Ok(Self(envelope.data.count)),
            _ => Err(Kind::WrongShape.into()),
        }
    }
}

events! {
    enum Sample for Ordered {
        "plain" => Plain(Data),
        "whole" => Whole(Envelope<Data>),
        "even" => Even(Even),
        "open" => Open(serde_json::Value),
        "raw" => Raw(Envelope<RawJson>),
    }
}

/// All facts of an event, except the text of a whole body.
#[derive(Debug, PartialEq)]
enum Expected {
    Plain(Data),
    Whole(Option<String>, Option<String>, Data, Option<String>),
    Even(Even),
    Open(serde_json::Value),
    Raw(Option<String>, Option<String>, String, Option<String>),
    Unknown(Option<String>, String),
}

impl From<Sample> for Expected {
    fn from(event: Sample) -> Self {
        let text = |json: RawJson| json.as_str().to_owned();
        match event {
            Sample::Plain(data) => Self::Plain(data),
            Sample::Whole(Envelope { id, created_at, data, previous_data }) => {
                Self::Whole(id, created_at, data, previous_data.map(text))
            }
            Sample::Even(even) => Self::Even(even),
            Sample::Open(value) => Self::Open(value),
            Sample::Raw(Envelope { id, created_at, data, previous_data }) => {
                Self::Raw(id, created_at, text(data), previous_data.map(text))
            }
            Sample::Unknown(UnknownEvent { id, event_type, .. }) => Self::Unknown(id, event_type),
        }
    }
}

fn read(body: &str) -> Result<Expected, PayloadError> {
    parse::<Sample>(&[], body).map(Expected::from)
}

/// An event whose data is read from the text that the envelope keeps.
struct ByTheEnvelope(Sample);

impl Event for ByTheEnvelope {
    type Provider = Ordered;

    fn parse(delivery: &Delivery<'_>) -> Result<Self, PayloadError> {
        Sample::from_envelope(RawEnvelope::read(delivery)?).map(Self)
    }
}

#[test]
fn reads_data_before_its_type_and_behind_it() {
    let expected = |count| Expected::Plain(Data { count, text: None });
    for (body, count) in [
        (r#"{"type":"plain","data":{"count":1}}"#, 1),
        (r#"{"data":{"count":1},"type":"plain"}"#, 1),
        (r#"{"type":"pl\u0061in","data":{"count":1}}"#, 1),
        (r#"{"event":"plain","data":{"count":1}}"#, 1),
        (r#"{"event":"other","data":{"count":1},"type":"plain"}"#, 1),
        (r#"{"type":7,"data":{"count":1},"event":"plain"}"#, 1),
        // If the data is repeated, the last one counts, even if an earlier one does not fit.
        (r#"{"type":"plain","data":{"count":1},"data":{"count":2}}"#, 2),
        (r#"{"type":"plain","data":7,"data":{"count":2}}"#, 2),
        (r#"{"data":{"count":1},"type":"plain","data":{"count":2}}"#, 2),
        (r#"{"data":7,"type":"plain","data":{"count":2}}"#, 2),
        (r#"{"data":7,"data":{"count":2},"type":"plain"}"#, 2),
    ] {
        assert_eq!(read(body).unwrap(), expected(count), "{body}");
    }
    for body in [
        r#"{"type":"plain","data":{"count":2},"data":7}"#,
        r#"{"data":{"count":2},"type":"plain","data":7}"#,
        r#"{"data":{"count":2},"data":7,"type":"plain"}"#,
    ] {
        assert_eq!(kind::<Sample>(body), Some(Kind::WrongShape), "{body}");
    }
}

#[test]
fn reads_the_envelope_around_the_data() {
    for body in [
        r#"{"id":7,"type":"whole","created_at":"now","data":{"count":1},"previous_data":[0]}"#,
        r#"{"type":"whole","data":{"count":1},"previous_data":[0],"created_at":"now","id":7}"#,
        r#"{"previous_data":[0],"data":{"count":1},"id":7,"created_at":"now","type":"whole"}"#,
    ] {
        let data = Data { count: 1, text: None };
        let expected =
            Expected::Whole(Some("7".into()), Some("now".into()), data, Some("[0]".into()));
        assert_eq!(read(body).unwrap(), expected, "{body}");
    }
}

#[test]
fn keeps_an_unknown_type_in_either_order() {
    for body in [
        r#"{"id":"e","type":"other","data":{"count":"1"},"data":1e999}"#,
        r#"{"data":{"count":"1"},"type":"other","id":"e"}"#,
        r#"{"type":"other","id":"e"}"#,
    ] {
        let Sample::Unknown(unknown) = parse(&[], body).unwrap() else { panic!("{body}") };
        assert_eq!((unknown.id.as_deref(), &*unknown.event_type), (Some("e"), "other"));
        assert_eq!(unknown.json.as_str(), body);
    }
}

#[test]
fn reports_the_same_position_in_either_order() {
    for data in [r#"{"count":"4242"}"#, r#"{"count":1,"text":[]}"#, "[300,\n300]", "{}", "4242"] {
        let before = parse::<Sample>(&[], format!("{{\"type\":\"plain\",\n\"data\":{data}\n}}"));
        let behind = parse::<Sample>(&[], format!("{{\n\"data\":{data},\n\"type\":\"plain\"}}"));
        let (before, behind) = (before.err().unwrap(), behind.err().unwrap());
        assert_eq!(before, behind, "{data}");
        assert!(before.path().is_some_and(|path| path.starts_with("data")), "{before}");
        assert!(before.line() >= 2, "{before}");
    }
    for body in [r#"{"type":"plain"}"#, r#"{"type":"even","data":{"count":1}}"#] {
        assert_eq!(kind::<Sample>(body), Some(Kind::WrongShape), "{body}");
    }
}

#[test]
fn reports_invalid_json_after_the_data() {
    for rest in ["", ",", ",}", "}x", "},", r#","type"}"#, r#","id":tru}"#, ",\"id\":\"\n\"}"] {
        for data in [r#"{"count":1}"#, "7"] {
            for head in [r#"{"type":"plain","data":"#, r#"{"data":"#] {
                let body = format!("{head}{data}{rest}");
                assert_eq!(kind::<Sample>(&body), Some(Kind::NotJson), "{body}");
            }
        }
    }
}

#[test]
fn takes_data_of_the_same_depth_in_either_order() {
    for (depth, fits) in [(126, true), (127, true), (128, false)] {
        let data = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        for body in [
            format!(r#"{{"type":"open","data":{data}}}"#),
            format!(r#"{{"data":{data},"type":"open"}}"#),
        ] {
            assert_eq!(read(&body).is_ok(), fits, "{depth}");
        }
    }
}

#[test]
fn reads_data_whose_type_is_in_a_header() {
    struct Headed;
    impl Provider for Headed {
        const NAME: &'static str = "headed";
        const SCHEME: Scheme = Scheme::hmac_sha256_hex(&["x-headed"]);
        const EVENT: EventAt = EventAt::ENVELOPE.event_type(Location::UnsignedHeader("x-type"));
    }
    events! { enum Headers for Headed { "plain" => Plain(Data) } }

    let body = r#"{"type":"other","data":{"count":1}}"#;
    let event = parse::<Headers>(&[("x-type", "plain")], body).unwrap();
    assert!(matches!(event, Headers::Plain(Data { count: 1, .. })));
    assert_eq!(kind::<Headers>(body), Some(Kind::MissingType));
}

#[test]
fn takes_absent_data_for_null_where_the_type_accepts_it() {
    events! {
        enum Perhaps for Ordered {
            "optional" => Optional(Option<Data>),
            "unit" => Unit(()),
            "whole" => Whole(Envelope<Option<Data>>),
            "open" => Open(serde_json::Value),
            "plain" => Plain(Data),
            "text" => Text(String),
        }
    }

    for rest in ["", r#","data":null"#, r#","id":"e","data":null,"other":1"#] {
        let of_type = |name: &str| format!(r#"{{"type":"{name}"{rest}}}"#);
        assert!(matches!(parse(&[], of_type("optional")).unwrap(), Perhaps::Optional(None)));
        assert!(matches!(parse(&[], of_type("unit")).unwrap(), Perhaps::Unit(())));
        let Perhaps::Whole(envelope) = parse(&[], of_type("whole")).unwrap() else { panic!() };
        assert_eq!(envelope.data, None);
        let Perhaps::Open(value) = parse(&[], of_type("open")).unwrap() else { panic!() };
        assert!(value.is_null());
        for refused in ["plain", "text"] {
            let error = parse::<Perhaps>(&[], of_type(refused)).err().unwrap();
            assert_eq!((error.kind(), error.path()), (Kind::WrongShape, Some("data")));
        }
    }
    let given = |name: &str, data: &str| format!(r#"{{"type":"{name}","data":{data}}}"#);
    let one = || Data { count: 1, text: None };
    let event = parse(&[], given("optional", r#"{"count":1}"#)).unwrap();
    assert!(matches!(event, Perhaps::Optional(Some(data)) if data == one()));
    let event = parse(&[], given("plain", r#"{"count":1}"#)).unwrap();
    assert!(matches!(event, Perhaps::Plain(data) if data == one()));
    let event = parse(&[], given("text", r#""some""#)).unwrap();
    assert!(matches!(event, Perhaps::Text(text) if text == "some"));
}

#[test]
fn reads_an_envelope_within_a_member() {
    struct Within;
    impl Provider for Within {
        const NAME: &'static str = "within";
        const SCHEME: Scheme = Scheme::hmac_sha256_hex(&["x-within"]);
        const EVENT: EventAt = EventAt::ENVELOPE.within("event");
    }
    events! { enum Inner for Within { "plain" => Plain(Data) } }

    for body in [
        r#"{"type":"other","event":{"type":"plain","data":{"count":1}}}"#,
        r#"{"event":{"data":{"count":1},"type":"plain"},"data":7}"#,
    ] {
        assert!(matches!(parse(&[], body).unwrap(), Inner::Plain(Data { count: 1, .. })), "{body}");
    }
    assert_eq!(kind::<Inner>(r#"{"type":"plain","data":{"count":1}}"#), Some(Kind::MissingType));
}

/// The name of a member as it is written, and its value.
type Member = (&'static str, String);

fn members() -> impl Strategy<Value = Vec<Member>> {
    let types = select(vec!["plain", "whole", "even", "open", "raw", "other"]);
    let event_type = prop_oneof![
        8 => types.prop_map(|name| format!("\"{name}\"")),
        1 => select(vec!["null", "7", r#""pl\u0061in""#, r#""\ud800""#]).prop_map(str::to_owned),
    ];
    let data = select(vec![
        r#"{"count":1}"#,
        r#" {"count":2,"text":"é\n","other":[{}]}"#,
        r#"{"count":2,"text":null} "#,
        r#"{"count":"1"}"#,
        r#"{"count":1e999}"#,
        r#"{"text":"\ud800"}"#,
        "[1,\"in a row\"]",
        "null",
        "{}",
    ]);
    let other = select(vec![
        "null",
        "-7",
        "1.5",
        "\"text\"",
        r#""\ud800""#,
        "[{}]",
        "12345678901234567890123",
    ]);
    let others = select(vec!["id", "created_at", "previous_data", "other", r"\ud800", r"\u0069d"]);
    let member = prop_oneof![
        2 => (select(vec!["type", "event", r"typ\u0065"]), event_type),
        2 => (select(vec!["data", r"dat\u0061"]), data.prop_map(str::to_owned)),
        3 => (others, other.prop_map(str::to_owned)),
    ];
    vec(member, 0..9)
}

fn body(members: &[Member]) -> String {
    let members: Vec<_> =
        members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
    format!("{{{}}}", members.join(","))
}

/// Restores the order of the values of each name, because the last one counts.
fn with_values_in_order(mut shuffled: Vec<Member>, members: &[Member]) -> Vec<Member> {
    let plain =
        |name: &str| name.replace(r"\u0065", "e").replace(r"\u0061", "a").replace(r"\u0069", "i");
    let mut values: HashMap<_, Vec<_>> = HashMap::new();
    for (name, value) in members.iter().rev() {
        values.entry(plain(name)).or_default().push(value.clone());
    }
    for (name, value) in &mut shuffled {
        *value = values.get_mut(&plain(name)).unwrap().pop().unwrap();
    }
    shuffled
}

proptest! {
    #[test]
    fn reads_the_same_event_whatever_the_order(
        (members, shuffled) in members().prop_flat_map(|members| {
            let shuffled = Just(members.clone()).prop_shuffle();
            (Just(members), shuffled)
        })
    ) {
        let shuffled = with_values_in_order(shuffled, &members);
        let (one, other) = (read(&body(&members)), read(&body(&shuffled)));
        prop_assert_eq!(one.map_err(|error| error.kind()), other.map_err(|error| error.kind()));
    }

    #[test]
    fn reads_what_the_envelope_reads(
        members in members(),
        cut in prop::option::weighted(0.2, any::<prop::sample::Index>()),
        rest in select(vec!["", "", "", " ", "}", ",", "x"]),
    ) {
        let mut body = body(&members);
        if let Some(cut) = cut {
            body = body.chars().take(cut.index(body.len() + 1)).collect();
        }
        body.push_str(rest);
        let by_the_envelope = parse::<ByTheEnvelope>(&[], &body);
        prop_assert_eq!(read(&body), by_the_envelope.map(|ByTheEnvelope(event)| event.into()));
    }
}
