//! Tests of members that state one fact under several names, or several times under one name.

use super::*;
use crate::{
    Provider, Scheme,
    event::{Delivery, EventAt, OpenEvent},
    events,
};

/// A provider with two names for the type and two for the id. The first of each is preferred.
struct Named;

impl Provider for Named {
    const NAME: &'static str = "named";
    const SCHEME: Scheme = Scheme::hmac_sha256_hex(&["x-named"]);
    const EVENT: EventAt = EventAt::ENVELOPE
        .id(Location::Body(&["id", "uid"]))
        .event_type(Location::Body(&["type", "event"]));
}

events! {
    enum Sample for Named {
        "known" => Known(Envelope<u8>),
    }
}

fn delivery(body: &str) -> Delivery<'_> {
    let headers: &[(&str, &str)] = &[];
    Delivery::new(body.as_bytes(), Cow::Owned(Named::EVENT), None, headers)
}

#[test]
fn rejects_a_type_that_is_repeated_under_any_of_its_names() {
    for body in [
        r#"{"type":"known","type":"known","data":1}"#,
        r#"{"event":"known","event":"known","data":1}"#,
        r#"{"event":"known","data":1,"event":"known"}"#,
        r#"{"event":"known","event":null,"data":1}"#,
        r#"{"event":null,"event":"known","data":1}"#,
        r#"{"type":"known","event":"a","event":"b","data":1}"#,
        r#"{"type":"known","data":1,"event":"a","event":"b"}"#,
        r#"{"event":"a","type":"known","event":"b","data":1}"#,
        r#"{"event":"a","event":"b","type":"known","data":1}"#,
    ] {
        assert_eq!(kind::<Sample>(body), Some(Kind::RepeatedType), "{body}");
        assert_eq!(kind::<OpenEvent<Named>>(body), Some(Kind::RepeatedType), "{body}");
        let with_id = body.replacen('{', r#"{"id":"1","#, 1);
        assert!(delivery(&with_id).identity().is_none(), "{body}");
    }
}

#[test]
fn takes_a_type_once_under_each_of_its_names() {
    for (body, expected) in [
        (r#"{"type":"known","event":"other","data":1}"#, "known"),
        (r#"{"event":"other","type":"known","data":1}"#, "known"),
        (r#"{"event":"other","data":1,"type":"known"}"#, "known"),
        (r#"{"event":"known","data":1}"#, "known"),
        (r#"{"type":7,"event":"known","data":1}"#, "known"),
        (r#"{"event":"known","type":null,"data":1}"#, "known"),
        (r#"{"type":"other","event":"known","data":1}"#, "other"),
    ] {
        assert_eq!(parse::<Sample>(&[], body).unwrap().event_type(), expected, "{body}");
        let event = parse::<OpenEvent<Named>>(&[], body).unwrap();
        assert_eq!(event.event_type.as_deref(), Some(expected), "{body}");
    }
    let names = r#"{"eventType":"d","event_type":"c","event":"b","type":"a"}"#;
    assert_eq!(parse::<speaknode::Event>(&[], names).unwrap().event_type(), "a");
    let names = names.replace(r#","type":"a""#, r#","event_type":"c""#);
    assert_eq!(kind::<speaknode::Event>(names), Some(Kind::RepeatedType));
}

#[test]
fn takes_the_last_value_of_the_preferred_id() {
    for (id, expected) in [
        (r#""id":"a""#, Some("a")),
        (r#""uid":"b""#, Some("b")),
        (r#""id":"a","uid":"b""#, Some("a")),
        (r#""uid":"b","id":"a""#, Some("a")),
        (r#""id":null,"uid":"b""#, Some("b")),
        (r#""uid":"b","id":null"#, Some("b")),
        (r#""id":"a","id":"c""#, Some("c")),
        (r#""id":null,"id":"a""#, Some("a")),
        (r#""id":"a","id":null"#, None),
        (r#""id":"a","id":{}"#, None),
        (r#""id":7,"id":1.5"#, None),
        (r#""uid":"b","uid":null"#, None),
        (r#""id":"a","uid":"b","uid":null"#, Some("a")),
    ] {
        // The members can be before or after the data.
        for event_type in ["known", "other"] {
            for body in [
                format!(r#"{{"type":"{event_type}",{id},"data":1}}"#),
                format!(r#"{{"type":"{event_type}","data":1,{id}}}"#),
                format!(r#"{{{id},"data":1,"type":"{event_type}"}}"#),
            ] {
                assert_eq!(parse::<Sample>(&[], &body).unwrap().id(), expected, "{body}");
                let event = parse::<OpenEvent<Named>>(&[], &body).unwrap();
                assert_eq!(event.id.as_deref(), expected, "{body}");
                assert_eq!(delivery(&body).id().as_deref(), expected, "{body}");
            }
        }
    }
}

#[test]
fn names_no_event_by_an_id_that_is_followed_by_another_value() {
    for id in [r#""id":"a","id":null"#, r#""id":null,"id":"a""#, r#""uid":"b","uid":null"#] {
        let body = format!(r#"{{"type":"known",{id},"data":1}}"#);
        assert!(delivery(&body).identity().is_none(), "{body}");
    }
    for id in [r#""id":null,"uid":"b""#, r#""uid":"b","id":null"#] {
        let body = format!(r#"{{"type":"known",{id},"data":1}}"#);
        assert!(delivery(&body).identity().is_some(), "{body}");
    }
}

#[test]
fn reads_no_id_from_a_body_that_is_not_an_object() {
    for body in [r#"["id"]"#, r#""id""#, r#"{"id":"a""#, r#"{"id":"a"} x"#, "\u{feff}{}", ""] {
        assert_eq!(delivery(body).id(), None, "{body}");
    }
    let headers: &[(&str, &str)] = &[];
    assert_eq!(
        Delivery::new(b"{\"id\":\"\xff\"}", Cow::Owned(Named::EVENT), None, headers).id(),
        None
    );
}
