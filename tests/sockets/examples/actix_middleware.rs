//! Runs the example as a user does.

use std::io;

use countersign_tests::{Example, Wire, delivery};

const EXAMPLE: Example = Example("actix-middleware");

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
    EXAMPLE.finishes_what_is_in_flight(&["TERM"], "/webhooks/json", EVENT)
}

#[test]
fn lets_signed_deliveries_alone_through_to_each_handler() -> io::Result<()> {
    let program = EXAMPLE.start()?;
    let mut wire = Wire::connect(program.addr())?;
    for path in ["/json", "/bytes", "/text", "/proof"] {
        let genuine = delivery(&format!("/webhooks{path}"), EVENT);
        assert_eq!(wire.exchange(&genuine)?.status, 200, "{path}");
        let forged = wire.exchange(genuine.replace("evt_1", "evt_2"))?;
        assert_eq!((forged.status, forged.text()), (401, r#"{"error":"Invalid signature"}"#));
    }
    assert_eq!(wire.exchange(delivery("/other", EVENT))?.status, 404);
    Ok(())
}
