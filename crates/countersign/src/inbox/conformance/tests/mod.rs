//! Tests of the suite: it passes a correct engine, and names the rule that a faulty one breaks.

mod clock;
mod fault;
mod faults;
mod history;
mod memory;
mod rows;

pub(crate) use memory::MemoryInbox;

use std::{sync::Arc, time::Duration};

use self::{clock::Clock, fault::Fault};
use super::{
    check, check_history, check_history_with_clock, check_serial, check_serial_with_clock,
    check_with_clock, leases, suite::Suite,
};

#[tokio::test(flavor = "multi_thread")]
async fn passes_an_inbox_in_memory_while_time_passes() {
    let make = || async { MemoryInbox::default() };
    tokio::join!(check(make), check_serial(make), check_history(make));
}

#[tokio::test(flavor = "multi_thread")]
async fn passes_an_inbox_in_memory_whose_clock_is_set() {
    let clock = Clock::stopped();
    let make = || async { MemoryInbox::at(&clock) };
    check_with_clock(make, clock.setter()).await;
    check_serial_with_clock(make, clock.setter()).await;
    check_history_with_clock(make, clock.setter()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn passes_shared_inboxes() {
    let clock = Clock::stopped();
    check_with_clock(|| async { Arc::new(MemoryInbox::at(&clock)) }, clock.setter()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn does_not_wait_for_ever_for_a_lease_to_run_out() {
    // No time passes for this inbox.
    let clock = Clock::stopped();
    let mut suite = Suite::new(|| async { MemoryInbox::at(&clock) }).with_clock(|_: Duration| {});
    suite.rule("leases run out", leases::lasts).await;
    assert_eq!(suite.broken.len(), 1);
    assert!(suite.broken[0].contains("is not due after"), "{}", suite.broken[0]);
}

#[tokio::test(flavor = "multi_thread")]
#[should_panic(expected = "- no duration is too short or too long: ")]
async fn panics_with_the_rule() {
    let clock = Clock::stopped();
    check_with_clock(|| async { MemoryInbox::with(Fault::Overflows, &clock) }, clock.setter())
        .await;
}

#[tokio::test]
#[should_panic(expected = "races need threads")]
async fn panics_on_a_runtime_with_one_thread() {
    check(|| async { MemoryInbox::default() }).await;
}
