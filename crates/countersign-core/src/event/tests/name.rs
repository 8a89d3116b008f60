//! Tests of an event's name.

use super::*;
use crate::{
    Provider,
    event::Delivery,
    providers::{Linear, PagerDuty, Respan, Stripe},
};

fn name<P: Provider>(headers: &[(&str, &str)], body: &str) -> Result<String, Kind> {
    let delivery = Delivery::new(body.as_bytes(), Cow::Owned(P::EVENT), None, headers);
    delivery.name().map(|name| name.to_string()).map_err(|error| error.kind())
}

fn github(body: &str) -> Result<String, Kind> {
    name::<GitHub>(&[("X-GitHub-Event", "pull_request")], body)
}

#[test]
fn is_the_type_and_the_action() {
    let opened = Ok("pull_request.opened".to_owned());
    for body in [
        r#"{"action":"opened","number":1}"#,
        r#"{"number":1,"nested":{"action":"closed"},"action":"opened"}"#,
        r#"{"\u0061ction":"op\u0065ned"}"#,
        r#"{"action":"closed","action":"opened"}"#,
        "payload=%7B%22action%22%3A%22opened%22%7D",
    ] {
        assert_eq!(github(body), opened, "{body}");
    }
    let linear = r#"{"action":"create","type":"Issue","data":{"type":"no"}}"#;
    assert_eq!(name::<Linear>(&[], linear), Ok("Issue.create".to_owned()));
}

/// Reads the name from the whole body, and checks that the shorter way has the same result.
#[test]
fn does_not_depend_on_the_members_that_follow() {
    let stripe = r#"{"type":"a.b"}"#;
    for rest in [
        r#""data":{"type":"c"}"#,
        r#""data":["type"]"#,
        r#""data":{"x":"\u0074ype"}"#,
        r#""data":{"x":"\\\"type\\\""}"#,
        r#""Type":"c""#,
        r#""x":"Zoë""#,
    ] {
        for body in [format!(r#"{{"type":"a.b",{rest}}}"#), format!(r#"{{{rest},"type":"a.b"}}"#)] {
            assert_eq!(name::<Stripe>(&[], &body), name::<Stripe>(&[], stripe), "{body}");
        }
    }
    for body in [
        r#"{"action":"create","type":"Issue","data":{"action":"no"}}"#,
        r#"{"type":"Issue","data":{"action":"no","type":"no"},"action":"create"}"#,
        r#"{"type":"Issue","action":"update","action":"create"}"#,
        r#"{"action":"update","type":"Issue","action":"create"}"#,
        r#"{"action":7,"type":"Issue","action":"create"}"#,
    ] {
        assert_eq!(name::<Linear>(&[], body), Ok("Issue.create".to_owned()), "{body}");
    }
    assert_eq!(name::<Linear>(&[], r#"{"type":"Issue","action":7}"#), Ok("Issue.7".to_owned()));
}

#[test]
fn has_no_action_if_the_body_has_none() {
    for body in ["{}", r#"{"action":null}"#, "[]", "", "payload=1", "\u{0}"] {
        assert_eq!(github(body), Ok("pull_request".to_owned()), "{body}");
    }
    let stripe = r#"{"action":"opened","type":"invoice.paid"}"#;
    assert_eq!(name::<Stripe>(&[], stripe), Ok("invoice.paid".to_owned()));
    let within = r#"{"event_type":"no","event":{"event_type":"incident.triggered"}}"#;
    assert_eq!(name::<PagerDuty>(&[], within), Ok("incident.triggered".to_owned()));
}

#[test]
fn needs_the_type_once_and_as_text() {
    for (body, expected) in [
        ("", Kind::NotJson),
        ("[]", Kind::NotAnObject),
        ("{}", Kind::MissingType),
        (r#"{"type":7}"#, Kind::MissingType),
        (r#"{"type":"a","type":"a"}"#, Kind::RepeatedType),
        (r#"{"type":"a","data":1,"\u0074ype":"b"}"#, Kind::RepeatedType),
        (r#"{"type":"a","data":{"x":"\u00eb"},"type":"a"}"#, Kind::RepeatedType),
        (r#"{"data":{"type":"a"},"type":"a","type":7}"#, Kind::RepeatedType),
        (r#"{"data":"#, Kind::NotJson),
        (r#"{"type":"a","data":"\u00"#, Kind::NotJson),
    ] {
        assert_eq!(name::<Stripe>(&[], body), Err(expected), "{body}");
    }
    assert_eq!(name::<GitHub>(&[], r#"{"action":"opened"}"#), Err(Kind::MissingType));
    assert_eq!(name::<Respan>(&[], r#"{"type":"a"}"#), Err(Kind::MissingType));
}

#[test]
fn does_not_read_the_rest_of_a_body() {
    assert_eq!(github(r#"{"action":"opened""#), Ok("pull_request.opened".to_owned()));
    assert_eq!(name::<Stripe>(&[], r#"{"type":"a","data":"#), Ok("a".to_owned()));
}
