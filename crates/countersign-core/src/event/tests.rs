mod data;
mod identity;
mod name;
mod orders;
mod places;
mod repeated;
mod within;

use std::borrow::Cow;

use super::*;
use crate::{
    Secret, Signer, Verifier,
    error::PayloadErrorKind as Kind,
    event::{Envelope, Location},
    providers::{GitHub, SpeakNode, github, respan, speaknode, x_webhook_signature as x},
};

/// Signs and verifies a body, and parses its event: only verified deliveries are parsed.
fn parse<E: Event>(headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Result<E, PayloadError> {
    let secret = Secret::new("key").unwrap();
    let signed = Signer::<E::Provider>::new(secret.clone()).unwrap().sign(body.as_ref()).unwrap();
    let verifier = Verifier::<E::Provider>::new(secret).unwrap();
    E::parse(&verifier.verify(&signed, &body).unwrap().delivery(headers))
}

fn kind<E: Event>(body: impl AsRef<[u8]>) -> Option<Kind> {
    parse::<E>(&[], body).err().map(|error| error.kind())
}

#[test]
fn distinguishes_invalid_json_from_json_that_is_no_event() {
    for body in
        ["", "{", "nonsense", r#"{"type":"user.created""#, "[1,", "{}x", "\u{feff}{}", "NaN"]
    {
        assert_eq!(kind::<x::Event>(body), Some(Kind::NotJson), "{body}");
        assert_eq!(kind::<respan::Event>(body), Some(Kind::NotJson), "{body}");
        assert_eq!(kind::<speaknode::Event>(body), Some(Kind::NotJson), "{body}");
    }
    for body in ["[]", "1", "null", "\"text\"", " [1, 2] "] {
        assert_eq!(kind::<x::Event>(body), Some(Kind::NotAnObject), "{body}");
        assert_eq!(kind::<respan::Event>(body), Some(Kind::NotAnObject), "{body}");
    }
    for body in [&b"\xff\xfe{}"[..], b"{\"type\":\"\xff\"}", b"\x1f\x8b\x08"] {
        assert_eq!(kind::<x::Event>(body), Some(Kind::NotUtf8), "{body:?}");
    }
}

#[test]
fn wants_the_type_once_and_as_text() {
    for body in [
        "{}",
        r#"{"type":null,"data":{}}"#,
        r#"{"type":7,"data":{}}"#,
        r#"{"type":["user.created"],"data":{}}"#,
        r#"{"type":"\ud800","data":{}}"#,
        r#"{"Type":"user.created","data":{}}"#,
        r#"{"data":{"type":"user.created"}}"#,
    ] {
        assert_eq!(kind::<x::flat::Event>(body), Some(Kind::MissingType), "{body}");
    }
    for body in [
        r#"{"type":"user.created","type":"user.created","data":{}}"#,
        r#"{"type":"user.created","data":{},"\u0074ype":"user.deleted"}"#,
        r#"{"type":7,"type":"user.created","data":{}}"#,
    ] {
        assert_eq!(kind::<x::flat::Event>(body), Some(Kind::RepeatedType), "{body}");
    }
}

#[test]
fn distinguishes_a_known_type_of_a_wrong_shape_from_an_unknown_type() {
    for body in [
        r#"{"type":"user.created"}"#,
        r#"{"type":"user.created","data":null}"#,
        r#"{"type":"user.created","data":"text"}"#,
        r#"{"type":"user.created","data":{"name":7}}"#,
        // The parser reports bad syntax for these two, which still count as a wrong shape.
        r#"{"type":"user.created","data":{"name":"\ud800"}}"#,
        r#"{"type":"user.created","data":{"id":1e999}}"#,
    ] {
        assert_eq!(kind::<x::flat::Event>(body), Some(Kind::WrongShape), "{body}");
        assert_eq!(kind::<x::Event>(body), Some(Kind::WrongShape), "{body}");
    }
    let unknown =
        parse::<x::flat::Event>(&[], r#" {"id":7,"type":"a.b","data":[1e999]} "#).unwrap();
    let x::flat::Event::Unknown(unknown) = unknown else { panic!("{unknown:?}") };
    assert_eq!((unknown.id.as_deref(), &*unknown.event_type), (Some("7"), "a.b"));
    assert_eq!(unknown.json.as_str(), r#"{"id":7,"type":"a.b","data":[1e999]}"#);
}

#[test]
fn takes_text_and_integers_as_id_and_nothing_else() {
    let long = format!("\"{}\"", "x".repeat(100_000));
    for (id, expected) in [
        (r#""evt_1""#, Some("evt_1")),
        (r#""a\u0000\n\"b""#, Some("a\0\n\"b")),
        ("7", Some("7")),
        ("-7", Some("-7")),
        ("123456789012345678901234567890", Some("123456789012345678901234567890")),
        (&long, Some(long.trim_matches('"'))),
        ("null", None),
        ("1.5", None),
        ("1e3", None),
        ("true", None),
        ("{}", None),
        (r#""\ud800""#, None),
    ] {
        let body = format!(r#"{{"id":{id},"type":"user.created","data":{{"name":"n"}}}}"#);
        let event = parse::<x::Event>(&[], body).unwrap();
        assert_eq!(event.id(), expected);
    }
    assert_eq!(parse::<x::Event>(&[], r#"{"type":"user.created","data":{}}"#).unwrap().id(), None);
    let repeated = r#"{"id":"a","id":"b","type":"user.created","data":{}}"#;
    assert_eq!(parse::<x::Event>(&[], repeated).unwrap().id(), Some("b"));
}

#[test]
fn loses_no_event_over_its_date() {
    for (date, expected) in [("\"yesterday\"", Some("yesterday")), ("7", Some("7")), ("{}", None)] {
        let body = format!(r#"{{"type":"user.created","created_at":{date},"data":{{}}}}"#);
        let event = parse::<x::flat::Event>(&[], body).unwrap();
        let x::flat::Event::UserCreated(envelope) = event else { panic!("{event:?}") };
        assert_eq!(envelope.created_at.as_deref(), expected);
    }
}

#[test]
fn takes_both_shapes_on_one_route() {
    let objects = [
        "resource.created",
        "resource.updated",
        "resource.deleted",
        "user.created",
        "user.updated",
        "payment.succeeded",
        "payment.failed",
    ];
    for event_type in objects {
        let body = format!(
            r#"{{"id":"e","type":"{event_type}","data":{{"object":{{"id":"o"}}}},"previous_data":null}}"#
        );
        let event = parse::<x::Event>(&[], body).unwrap();
        assert_eq!((event.id(), event.event_type()), (Some("e"), event_type));
        let x::Event::Objects(event) = event else { panic!("{event:?}") };
        assert!(!matches!(event, x::objects::Event::Unknown(_)), "{event_type}");
    }
    let flat = [
        "user.created",
        "user.updated",
        "user.deleted",
        "project.created",
        "project.updated",
        "project.deleted",
        "file.uploaded",
        "payment.succeeded",
        "payment.failed",
    ];
    for event_type in flat {
        let body = format!(r#"{{"id":"e","type":"{event_type}","data":{{"id":7,"email":"a@b"}}}}"#);
        let event = parse::<x::Event>(&[], body).unwrap();
        assert_eq!((event.id(), event.event_type()), (Some("e"), event_type));
        let x::Event::Flat(event) = event else { panic!("{event:?}") };
        assert!(!matches!(event, x::flat::Event::Unknown(_)), "{event_type}");
    }
    let text = r#"{"type":"user.created","data":{"object":"text"}}"#;
    assert!(matches!(parse::<x::Event>(&[], text).unwrap(), x::Event::Flat(_)));
}

#[test]
fn keeps_the_previous_data_of_an_update() {
    let body = r#"{"type":"resource.updated","data":{"object":{}},"previous_data":{"name":"old"}}"#;
    let event = parse::<x::objects::Event>(&[], body).unwrap();
    let x::objects::Event::ResourceUpdated(envelope) = event else { panic!("{event:?}") };
    assert_eq!(envelope.previous_data.unwrap().as_str(), r#"{"name":"old"}"#);
}

#[test]
fn takes_the_first_type_of_speaknode_that_is_text() {
    for body in [
        r#"{"event":"SessionStarted","agent":1}"#,
        r#"{"eventType":"other","event_type":"SessionStarted"}"#,
        r#"{"event":"SessionStarted","eventType":"SessionStarted"}"#,
        r#"{"type":7,"event":"SessionStarted"}"#,
        r#"{"eventType":"other","event":"other","type":"SessionStarted"}"#,
    ] {
        let event = parse::<speaknode::Event>(&[], body).unwrap();
        let speaknode::Event::SessionStarted(envelope) = event else { panic!("{event:?}: {body}") };
        assert_eq!(envelope.data.as_str(), body);
    }
    assert_eq!(kind::<speaknode::Event>(r#"{"event":{}}"#), Some(Kind::MissingType));
}

#[test]
fn reads_github_from_its_unsigned_headers() {
    let headers = [("X-GitHub-Event", "push"), ("x-github-delivery", "72d3162e")];
    let event = parse::<github::Event>(&headers, r#"{"ref":"main"}"#).unwrap();
    assert_eq!((event.id.as_deref(), &*event.event_type), (Some("72d3162e"), "push"));
    assert!(!GitHub::EVENT.id.is_signed() && !GitHub::EVENT.event_type.is_signed());
    assert!(SpeakNode::EVENT.event_type.is_signed());

    assert_eq!(kind::<github::Event>("{}"), Some(Kind::MissingType));
    let twice = [("X-GitHub-Event", "push"), ("X-GitHub-Event", "ping")];
    let error = parse::<github::Event>(&twice, "{}").unwrap_err();
    assert_eq!(error.kind(), Kind::MissingType);
}

#[test]
fn does_not_recurse_into_what_it_keeps_raw() {
    const DEPTH: usize = 100_000;
    let deep = format!("{}{}", "[".repeat(DEPTH), "]".repeat(DEPTH));
    let body = format!(r#"{{"type":"a","event":"SessionStarted","data":{deep},"x":{deep}}}"#);
    assert!(parse::<x::Event>(&[], &body).is_ok());
    assert!(parse::<speaknode::Event>(&[], &body).is_ok());
    assert!(parse::<respan::Event>(&[], &body).is_ok());
    assert_eq!(kind::<x::Event>("[".repeat(DEPTH)), Some(Kind::NotJson));

    let known = format!(r#"{{"type":"user.created","data":{{"name":{deep}}}}}"#);
    assert_eq!(kind::<x::flat::Event>(known), Some(Kind::WrongShape));
    let ignored = format!(r#"{{"type":"user.created","data":{{"other":{deep}}}}}"#);
    assert!(parse::<x::flat::Event>(&[], ignored).is_ok());
}

#[test]
fn escapes_control_characters_of_keys() {
    #[derive(Debug, serde::Deserialize)]
    struct Numbers {
        numbers: std::collections::BTreeMap<String, u8>,
    }
    crate::events! {
        enum Counted for x::XWebhookSignature { "counted" => Numbers(Numbers) }
    }
    let body = r#"{"type":"counted","data":{"numbers":{"a\n WARN \u001b[2J":"x"}}}"#;
    let good = parse::<Counted>(&[], body.replace("\"x\"", "7"));
    assert!(matches!(good, Ok(Counted::Numbers(Numbers { numbers })) if numbers.len() == 1));
    let error = parse::<Counted>(&[], body).err().unwrap();
    assert_eq!(error.path(), Some(r"data.numbers.a\n WARN \u{1b}[2J"));
    assert!(!error.to_string().contains(char::is_control), "{error}");
}

#[test]
fn says_where_it_does_not_fit_and_never_what() {
    let body = "{\"type\":\"user.created\",\n \"data\":{\"id\":\"u\",\n  \"name\":4242}}";
    let error = parse::<x::flat::Event>(&[], body).unwrap_err();
    assert_eq!((error.line(), error.path()), (3, Some("data.name")));
    assert_eq!(error.column(), "  \"name\":4242".len());
    assert!(!format!("{error} {error:?}").contains("4242"));

    let body = r#"{"type":"user.created","data":{"name":4242}}"#;
    let error = parse::<x::flat::Event>(&[], body).unwrap_err();
    assert_eq!((error.line(), error.column()), (1, body.find("}}").unwrap()));

    let error = parse::<x::flat::Event>(&[], format!("\n\n {body}")).unwrap_err();
    assert_eq!((error.line(), error.column()), (3, 1 + body.find("}}").unwrap()));

    let error = parse::<x::flat::Event>(&[], "{\"a\":1,\n4242}").unwrap_err();
    assert_eq!((error.kind(), error.line(), error.path()), (Kind::NotJson, 2, None));
    let error = parse::<x::flat::Event>(&[], "{}\n\n \u{feff}4242").unwrap_err();
    assert!(!format!("{error} {error:?}").contains("4242"));
}

#[test]
fn takes_what_does_not_fit_as_a_result() {
    let event = parse::<Result<x::Event, PayloadError>>(&[], "nonsense").unwrap();
    assert_eq!(event.unwrap_err().kind(), Kind::NotJson);
    let event = parse::<Result<respan::Event, PayloadError>>(&[], "{}").unwrap();
    assert!(event.is_ok());
}

#[test]
fn prints_nothing_of_the_payload() {
    let secret = "4242";
    let known = format!(
        r#"{{"id":"{secret}","type":"user.created","created_at":"{secret}",
            "data":{{"object":{{"name":"{secret}"}},"name":"{secret}"}},"previous_data":{{"a":"{secret}"}}}}"#
    );
    let unknown = known.replace("user.created", secret);
    let github = [("X-GitHub-Event", secret), ("X-GitHub-Delivery", secret)];
    let printed = [
        format!("{:?}", parse::<x::Event>(&[], &known)),
        format!("{:?}", parse::<x::objects::Event>(&[], &known)),
        format!("{:?}", parse::<x::flat::Event>(&[], &known)),
        format!("{:?}", parse::<x::flat::Event>(&[], &unknown)),
        format!("{:?}", parse::<speaknode::Event>(&[], &known)),
        format!("{:?}", parse::<respan::Event>(&[], &known)),
        format!("{:?}", parse::<github::Event>(&github, &known)),
    ]
    .concat();
    assert!(!printed.contains(secret), "{printed}");
    assert!(!printed.contains("Err"), "{printed}");
}

#[test]
fn keeps_a_body_whose_keys_are_no_text() {
    let body = r#"{"\ud800":1,"type":"user.created","data":{}}"#;
    assert!(parse::<x::flat::Event>(&[], body).is_ok());
}

#[test]
fn reads_the_id_that_the_scheme_signs() {
    use crate::{Provider, Scheme, event::EventAt, scheme::Part};

    struct Headed;
    impl Provider for Headed {
        const NAME: &'static str = "headed";
        const SCHEME: Scheme = Scheme::hmac_sha256_hex(&["x-headed"])
            .id(&["x-headed-id"])
            .signed(&[Part::Id, Part::Literal("."), Part::Body]);
        const EVENT: EventAt = EventAt::ENVELOPE.id(Location::SignedId);
    }

    crate::events! {
        enum Renamed for Headed { "renamed" => Renamed(Envelope<RawJson>) }
    }

    let secret = Secret::new("key").unwrap();
    let body = r#"{"id":"in the body","type":"renamed","data":[]}"#;
    let signer = Signer::<Headed>::new(secret.clone()).unwrap();
    let headers = signer.id("in the header").sign(body.as_bytes()).unwrap();
    let verified = Verifier::<Headed>::new(secret).unwrap().verify(&headers, body).unwrap();
    let Renamed::Renamed(envelope) = Renamed::parse(&verified.delivery(&headers)).unwrap() else {
        panic!()
    };
    assert_eq!(envelope.id.as_deref(), Some("in the header"));
    assert_eq!(envelope.data.as_str(), "[]");
}
