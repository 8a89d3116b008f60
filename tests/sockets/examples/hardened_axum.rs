//! Runs the example as a user does, and sends it hostile requests.

use std::{
    io,
    time::{Duration, Instant},
};

use countersign_tests::{Example, Program, Wire, delivery};

const EXAMPLE: Example = Example("hardened-axum");

#[test]
fn finishes_what_is_in_flight() -> io::Result<()> {
    EXAMPLE.finishes_what_is_in_flight(
        &["TERM", "INT"],
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
fn lets_wait_who_finds_no_place() -> io::Result<()> {
    let program =
        Program::start(EXAMPLE.command().envs([("CONNECTIONS", "1"), ("HEADER_DEADLINE", "1")]))?;
    let start = Instant::now();
    let idle = Wire::connect(program.addr())?;
    let reply = Wire::connect(program.addr())?.exchange(delivery("/webhooks", "[]"))?;
    assert_eq!(reply.status, 422);
    assert!(start.elapsed() > Duration::from_millis(500), "the first had its place for a second");
    drop(idle);
    Ok(())
}
