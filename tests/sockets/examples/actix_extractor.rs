//! Runs the example as a user does.

use std::io;

use countersign_tests::{Example, Wire, delivery};

const EXAMPLE: Example = Example("actix-extractor");

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
    EXAMPLE.finishes_what_is_in_flight(&["TERM"], "/events", EVENT)
}

#[test]
fn calls_each_handler_with_deliveries_of_its_provider_alone() -> io::Result<()> {
    let program = EXAMPLE.start()?;
    let mut wire = Wire::connect(program.addr())?;
    let in_house = delivery("/events", EVENT);
    let github =
        delivery("/github", EVENT).replace("X-Webhook-Signature: ", "X-Hub-Signature-256: sha256=");
    for (genuine, other) in [(&in_house, "/github"), (&github, "/events")] {
        assert_eq!(wire.exchange(genuine)?.status, 200, "{genuine}");
        let forged = wire.exchange(genuine.replace("evt_1", "evt_2"))?;
        assert_eq!((forged.status, forged.text()), (401, r#"{"error":"Invalid signature"}"#));
        let astray = genuine.replace("/events", other).replace("/github", other);
        assert_eq!(wire.exchange(astray)?.status, 401, "{genuine}");
    }
    Ok(())
}
