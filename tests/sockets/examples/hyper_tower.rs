//! Runs the example as a user does.

use std::io;

use countersign_tests::{Example, Wire, delivery};

const EXAMPLE: Example = Example("hyper-tower");

const EVENT: &str = r#"{"id":"evt_1","type":"user.created","data":{"name":"Zoë"}}"#;

#[test]
fn keeps_the_promises_of_its_page() -> io::Result<()> {
    EXAMPLE.keeps_the_promises_of_its_page()
}

#[test]
fn names_what_is_wrong_at_the_start() -> io::Result<()> {
    EXAMPLE.names_what_is_wrong_at_the_start()
}

#[test]
fn finishes_what_is_in_flight() -> io::Result<()> {
    EXAMPLE.finishes_what_is_in_flight(&["INT"], "/", EVENT)
}

#[test]
fn answers_signed_events_alone() -> io::Result<()> {
    let program = EXAMPLE.start()?;
    let mut wire = Wire::connect(program.addr())?;
    let genuine = delivery("/", EVENT);
    let reply = wire.exchange(&genuine)?;
    assert_eq!((reply.status, reply.text()), (200, "welcome, Zoë"));
    let forged = wire.exchange(genuine.replace("evt_1", "evt_2"))?;
    assert_eq!((forged.status, forged.text()), (401, r#"{"error":"Invalid signature"}"#));
    let no_event = wire.exchange(delivery("/", "[]"))?;
    assert_eq!((no_event.status, no_event.text()), (422, r#"{"error":"Invalid payload"}"#));
    Ok(())
}
