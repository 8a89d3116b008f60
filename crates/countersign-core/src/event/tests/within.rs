//! Tests of an envelope that is a member of the body, as with PagerDuty.

use super::*;
use crate::{
    Provider,
    event::{Delivery, OpenEvent, UnknownEvent},
    events,
    providers::PagerDuty,
};

#[derive(Debug, PartialEq, serde::Deserialize)]
struct Incident {
    number: u8,
}

events! {
    #[derive(Debug)]
    enum Sample for PagerDuty {
        "incident.triggered" => Triggered(Envelope<Incident>),
    }
}

fn delivery(body: &str) -> Delivery<'_> {
    let headers: &[(&str, &str)] = &[];
    Delivery::new(body.as_bytes(), Cow::Owned(PagerDuty::EVENT), None, headers)
}

const TRIGGERED: &str =
    r#"{"id":"01A","event_type":"incident.triggered","data":{"number":1},"previous_data":2}"#;

#[test]
fn reads_the_envelope_within_its_member_only() {
    let outside = r#""id":"no","type":"no","event_type":"no","data":{"number":9}"#;
    for body in [
        format!(r#"{{"event":{TRIGGERED}}}"#),
        format!(r#"{{{outside},"event":{TRIGGERED}}}"#),
        format!(r#"{{"event":{TRIGGERED},{outside}}}"#),
        // The last of two members with one name counts, as everywhere.
        format!(r#"{{"event":{{"id":"no"}},"event":{TRIGGERED}}}"#),
        format!(r#"{{"event":null,"\u0065vent":{TRIGGERED}}}"#),
    ] {
        let Sample::Triggered(envelope) = parse(&[], &body).unwrap() else { panic!("{body}") };
        assert_eq!(envelope.id.as_deref(), Some("01A"), "{body}");
        assert_eq!(envelope.data, Incident { number: 1 }, "{body}");
        assert_eq!(envelope.previous_data.unwrap().as_str(), "2", "{body}");
        let open = parse::<OpenEvent<PagerDuty>>(&[], &body).unwrap();
        assert_eq!(open.event_type.as_deref(), Some("incident.triggered"), "{body}");
        assert_eq!(delivery(&body).id().as_deref(), Some("01A"), "{body}");
    }
}

#[test]
fn keeps_the_whole_body_of_an_unknown_type() {
    let body = r#" {"event":{"id":7,"event_type":"incident.resolved","data":[]},"more":1} "#;
    let Sample::Unknown(UnknownEvent { id, event_type, json, .. }) = parse(&[], body).unwrap()
    else {
        panic!()
    };
    assert_eq!((id.as_deref(), &*event_type), (Some("7"), "incident.resolved"));
    assert_eq!(json.as_str(), body.trim());
}

#[test]
fn reports_errors_within_the_member() {
    for (body, expected) in [
        ("{}", Kind::MissingType),
        (r#"{"event_type":"incident.triggered","data":{"number":1}}"#, Kind::MissingType),
        (r#"{"event":{}}"#, Kind::MissingType),
        (r#"{"event":{"type":"incident.triggered"}}"#, Kind::MissingType),
        (r#"{"event":{"event":{"event_type":"incident.triggered"}}}"#, Kind::MissingType),
        (r#"{"event":null}"#, Kind::NotAnObject),
        (r#"{"event":"incident.triggered"}"#, Kind::NotAnObject),
        (r#"{"event":[]}"#, Kind::NotAnObject),
        (r#"{"event":{"event_type":"a","event_type":"a"}}"#, Kind::RepeatedType),
        (r#"{"event":{"event_type":"incident.triggered"}}"#, Kind::WrongShape),
        (r#"{"event":{"event_type":"incident.triggered","data":7}}"#, Kind::WrongShape),
        (r#"{"event":{"event_type":"incident.triggered"}"#, Kind::NotJson),
    ] {
        assert_eq!(kind::<Sample>(body), Some(expected), "{body}");
        assert_eq!(delivery(body).id(), None, "{body}");
    }
}

#[test]
fn names_no_event_where_the_member_is_repeated_or_absent() {
    let once = format!(r#"{{"event":{TRIGGERED}}}"#);
    assert!(delivery(&once).identity().is_some());
    for body in [
        format!(r#"{{"event":{TRIGGERED},"event":{TRIGGERED}}}"#),
        TRIGGERED.to_owned(),
        r#"{"event":{"id":"01A","id":null,"event_type":"a"}}"#.to_owned(),
        r#"{"event":{"id":"01A","event_type":"a","event_type":"a"}}"#.to_owned(),
    ] {
        assert!(delivery(&body).identity().is_none(), "{body}");
    }
}
