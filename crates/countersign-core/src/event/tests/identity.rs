//! Tests of the identity of an event, in each place that a provider can have it.

use super::*;
use crate::{
    Provider, Scheme,
    event::{EventAt, EventId},
};

/// The identity as text: the type, then the id or the fields.
type Expected = Option<(Option<String>, Vec<String>)>;

fn identity(at: EventAt, headers: &[(&str, &str)], body: &str) -> Expected {
    struct Any;
    impl Provider for Any {
        const NAME: &'static str = "any";
        const SCHEME: Scheme = Scheme::hmac_sha256_hex(&["x-any"]);
        const EVENT: EventAt = EventAt::OPEN;
    }
    let secret = Secret::new("key").unwrap();
    let signed = Signer::<Any>::new(secret.clone()).unwrap().sign(body.as_bytes()).unwrap();
    let verified = Verifier::<Any>::new(secret).unwrap().verify(&signed, body).unwrap();
    let delivery = verified.delivery_at(headers, at);
    let identity = delivery.identity()?;
    let id = match identity.id {
        EventId::Id(id) => vec![id.into_owned()],
        EventId::Fields(fields) => fields.into_iter().map(Into::into).collect(),
    };
    Some((identity.event_type.map(Into::into), id))
}

fn expected(event_type: Option<&str>, id: &[&str]) -> Expected {
    Some((event_type.map(str::to_owned), id.iter().copied().map(str::to_owned).collect()))
}

const PAID: EventAt = EventAt::ENVELOPE.id(Location::BodyAll(&["code", "reference"]));

#[test]
fn reads_the_type_and_the_id() {
    for (body, expected) in [
        (r#"{"id":"1","type":"a"}"#, expected(Some("a"), &["1"])),
        (r#"{"type":"\u0061","id":7}"#, expected(Some("a"), &["7"])),
        (r#"{"id":"1"}"#, expected(None, &["1"])),
        (r#"{"id":"1","type":null}"#, expected(None, &["1"])),
        (r#"{"id":"1","type":""}"#, expected(Some(""), &["1"])),
        (r#"{"id":"","type":"a"}"#, None),
        (r#"{"id":null,"type":"a"}"#, None),
        (r#"{"type":"a"}"#, None),
        ("[]", None),
        ("no JSON", None),
        (r#"{"id":"1","type":"a"} x"#, None),
    ] {
        assert_eq!(identity(EventAt::ENVELOPE, &[], body), expected, "{body}");
    }
}

#[test]
fn gives_none_where_a_member_that_names_the_event_is_repeated() {
    for body in [
        r#"{"id":"1","type":"a","type":"b"}"#,
        r#"{"id":"1","type":"a","\u0074ype":"a"}"#,
        r#"{"id":"1","id":"2","type":"a"}"#,
        r#"{"id":"1","id":"1","type":"a"}"#,
    ] {
        assert_eq!(identity(EventAt::ENVELOPE, &[], body), None, "{body}");
    }
    let repeated = r#"{"code":"1","reference":"2","reference":"3","type":"a"}"#;
    assert_eq!(identity(PAID, &[], repeated), None);
    let within = EventAt::ENVELOPE.within("event");
    let once = r#"{"id":"0","event":{"id":"1","type":"a"},"id":"2"}"#;
    assert_eq!(identity(within, &[], once), expected(Some("a"), &["1"]));
    let twice = r#"{"event":{"id":"1","type":"a"},"event":{"id":"2","type":"a"}}"#;
    assert_eq!(identity(within, &[], twice), None);
}

#[test]
fn reads_a_repeated_type_where_the_id_is_in_a_header() {
    let at = EventAt::ENVELOPE.id(Location::UnsignedHeader("x-id"));
    let headers = [("x-id", "1")];
    assert_eq!(identity(at, &headers, r#"{"type":"a"}"#), expected(Some("a"), &["1"]));
    assert_eq!(identity(at, &headers, r#"{"type":"a","type":"b"}"#), None);
    assert_eq!(identity(at, &headers, "no JSON"), expected(None, &["1"]));
    assert_eq!(identity(at, &[], r#"{"type":"a"}"#), None);
}

#[test]
fn requires_all_fields_and_distinguishes_empty_from_absent() {
    for (body, expected) in [
        (r#"{"reference":12,"code":"00","type":"a"}"#, expected(Some("a"), &["00", "12"])),
        (r#"{"code":"00","reference":"","type":"a"}"#, expected(Some("a"), &["00", ""])),
        (r#"{"code":"","reference":"","type":"a"}"#, None),
        (r#"{"code":"00","type":"a"}"#, None),
        (r#"{"code":"00","reference":null,"type":"a"}"#, None),
        (r#"{"code":"00","reference":{},"type":"a"}"#, None),
    ] {
        assert_eq!(identity(PAID, &[], body), expected, "{body}");
    }
    // One member can be both the type and a part of the id.
    let at = PAID.event_type(Location::Body(&["code"]));
    let body = r#"{"code":"00","reference":"1"}"#;
    assert_eq!(identity(at, &[], body), expected(Some("00"), &["00", "1"]));
}

#[test]
fn prints_nothing_of_the_payload() {
    let id = EventId::Id("4242".into());
    let fields = EventId::Fields(vec!["4242".into()]);
    assert_eq!(format!("{id:?} {fields:?}"), "Id(..) Fields(..)");
}
