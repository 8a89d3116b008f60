//! Runs the example as a user does, and sends it hostile requests.

use std::io;

use countersign_tests::{Example, Wire};

const EXAMPLE: Example = Example("hardened-actix");

#[test]
fn finishes_what_is_in_flight() -> io::Result<()> {
    EXAMPLE.finishes_what_is_in_flight(
        &["TERM"],
        "/webhooks",
        r#"{"id":"evt_1","type":"user.created","data":{}}"#,
    )
}

#[test]
fn keeps_the_promises_of_its_page() -> io::Result<()> {
    EXAMPLE.keeps_the_promises_of_its_page()
}

#[test]
fn names_what_is_wrong_at_the_start() -> io::Result<()> {
    EXAMPLE.names_what_is_wrong_at_the_start()
}

#[test]
fn names_a_bad_setting() -> io::Result<()> {
    EXAMPLE.names_a_bad_setting()
}

#[test]
fn closes_at_the_header_deadline() -> io::Result<()> {
    EXAMPLE.closes_at_the_header_deadline()
}

#[test]
fn answers_health_checks() -> io::Result<()> {
    EXAMPLE.answers_health_checks()
}

#[test]
fn bounds_bodies() -> io::Result<()> {
    EXAMPLE.bounds_bodies()
}

#[test]
fn sheds_load() -> io::Result<()> {
    EXAMPLE.sheds_load()
}

#[test]
fn answers_429_after_too_many_rejections() -> io::Result<()> {
    EXAMPLE.answers_429_after_too_many_rejections()
}

#[test]
fn limits_no_genuine_sender() -> io::Result<()> {
    EXAMPLE.limits_no_genuine_sender()
}

#[test]
fn charges_who_ends_the_connection() -> io::Result<()> {
    EXAMPLE.counts_a_delivery_that_breaks_off(|wire| {
        drop(wire);
        Ok(())
    })
}

#[test]
fn charges_who_breaks_the_connection() -> io::Result<()> {
    EXAMPLE.counts_a_delivery_that_breaks_off(Wire::reset)
}

#[test]
fn has_the_same_limiter_as_the_other() {
    let other = include_str!("../../../examples/hardened-axum/src/refusals.rs");
    assert!(
        include_str!("../../../examples/hardened-actix/src/refusals.rs") == other,
        "a change to one belongs in both"
    );
}
