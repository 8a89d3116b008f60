//! Tests of the suite: it passes a correct store, and names the rule that a faulty one breaks.

mod naive;

use std::{sync::Arc, time::Duration};

use self::naive::{Clock, Fault, NaiveStore};
use super::{super::SharedStore, check, check_with_clock, expiry, suite::Suite};

#[tokio::test(flavor = "multi_thread")]
async fn passes_a_naive_store_while_time_passes() {
    check(|| async { NaiveStore::default() }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn passes_a_naive_store_whose_clock_is_set() {
    let clock = Clock::stopped();
    let make = || async { NaiveStore::at(&clock) };
    check_with_clock(make, clock.setter()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn passes_shared_stores() {
    let clock = Clock::stopped();
    let make = || async { SharedStore::new(Arc::new(NaiveStore::at(&clock))) };
    check_with_clock(make, clock.setter()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn names_the_rule_that_a_store_breaks() {
    for (fault, rule) in [
        (Fault::DoneWhenClaimed, "an event is free, then claimed, then done"),
        (Fault::SecondsForMilliseconds, "`retry_after` is the time until the other lease runs out"),
        (Fault::RetryAfterZero, "`retry_after` is the time until the other lease runs out"),
        (Fault::RefusesRepeats, "a claim can be repeated with its lease"),
        (Fault::FirstLengthCounts, "a claim can be repeated with its lease"),
        (Fault::AnyoneCompletes, "only the holder completes and releases"),
        (Fault::AnyoneReleases, "only the holder completes and releases"),
        (Fault::ReleasesDone, "only the holder completes and releases"),
        (Fault::NeverFences, "an expired lease is lost once another worker claims the event"),
        (Fault::ForgetsLateWork, "an event is done after its work, even if its lease ran out"),
        (Fault::DoneForTheLease, "a completed event lasts for its ttl, and then is free"),
        (Fault::DoneForEver, "a completed event lasts for its ttl, and then is free"),
        (Fault::NoteEndsAtNul, "a note is kept byte for byte"),
        (Fault::NoteIsText, "a note is kept byte for byte"),
        (Fault::KeysIgnoreCase, "keys that differ in one character are different"),
        (Fault::KeysAreCut, "keys that differ in one character are different"),
        (Fault::LooksThenSets, "one of 64 claims at the same time gets Fresh"),
        (Fault::HoldsFewEvents, "each of 1,000 events that are raced for is claimed once"),
        (Fault::LosesItsConnection, "a claim that is dropped leaves its event free or claimed"),
        (Fault::Overflows, "no duration is too short or too long"),
        (Fault::ForgetsNothing, "only an event that is done can be forgotten"),
        (Fault::ForgetsClaims, "only an event that is done can be forgotten"),
        (Fault::ForgetsAll, "only an event that is done can be forgotten"),
        (Fault::ForgetsWhatIsOver, "only an event that is done can be forgotten"),
    ] {
        let clock = Clock::stopped();
        let make = || async { NaiveStore::with(fault, &clock) };
        let broken = Suite::new(make, clock.setter()).run().await;
        let is_named = broken.iter().any(|seen| seen.starts_with(&format!("- {rule}: ")));
        assert!(is_named, "{fault:?}: {broken:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn does_not_wait_for_ever_for_a_lease_to_run_out() {
    // No time passes for this store.
    let clock = Clock::stopped();
    let mut suite = Suite::new(|| async { NaiveStore::at(&clock) }, |_: Duration| {});
    suite.rule("leases run out", expiry::slow_worker).await;
    assert_eq!(suite.broken.len(), 1);
    assert!(suite.broken[0].contains("has not run out after"), "{}", suite.broken[0]);
}

#[tokio::test(flavor = "multi_thread")]
#[should_panic(expected = "- no duration is too short or too long: ")]
async fn panics_with_the_rule() {
    let clock = Clock::stopped();
    let make = || async { NaiveStore::with(Fault::Overflows, &clock) };
    check_with_clock(make, clock.setter()).await;
}

#[tokio::test]
#[should_panic(expected = "races need threads")]
async fn panics_on_a_runtime_with_one_thread() {
    check(|| async { NaiveStore::default() }).await;
}
