//! Faulty inboxes, each with the rule that it breaks.

use super::{super::suite::Suite, MemoryInbox, clock::Clock, fault::Fault};

#[tokio::test(flavor = "multi_thread")]
async fn names_the_rule_that_an_inbox_breaks() {
    for (rule, faults) in RULES {
        for fault in *faults {
            let clock = Clock::stopped();
            let make = || async { MemoryInbox::with(*fault, &clock) };
            let suite = Suite::new(make).with_clock(clock.setter()).only(rule);
            let broken = suite.run().await.run_serial().await.run_history().await.broken;
            let is_named = broken.iter().any(|seen| seen.starts_with(&format!("- {rule}: ")));
            assert!(is_named, "{fault:?} does not break the rule: {rule}");
        }
    }
}

const RULES: &[(&str, &[Fault])] = &[
    ("a delivery is new once, and is taken once", &[Fault::FinishesNothing]),
    (
        "an event that is kept is a duplicate in every state",
        &[Fault::ForgetsDone, Fault::ForgetsDead, Fault::ReplacesDuplicates],
    ),
    ("a delivery without a key is always new", &[Fault::NoKeyIsAKey]),
    ("keys that differ in one character are different", &[Fault::KeysIgnoreCase]),
    (
        "a request is kept byte for byte",
        &[Fault::BodyIsText, Fault::ForgetsContentType, Fault::ForgetsVersion],
    ),
    (
        "the delivery that is due for the longest time is taken first",
        &[Fault::TakesNewestFirst, Fault::TakesInOrderOfNumbers],
    ),
    (
        "only what is wanted is taken",
        &[Fault::IgnoresMost, Fault::IgnoresEndpoints, Fault::TakesOneEndpointOnly],
    ),
    ("a delivery is held until its lease runs out", &[Fault::LeasesEndAtOnce]),
    ("a lease that is extended lasts longer", &[Fault::ExtendsNothing]),
    ("an attempt that lost its lease changes nothing", &[Fault::AnyoneSettles]),
    ("an attempt is settled after its work, even if its lease ran out", &[Fault::RejectsLateWork]),
    ("an attempt is counted when it is taken", &[Fault::CountsFailures]),
    (
        "a delivery that has had all its attempts is exhausted",
        &[Fault::CountsExhausted, Fault::OneAttemptMore],
    ),
    (
        "a delivery that is released is due at once, and its attempt does not count",
        &[Fault::ReleasedCounts, Fault::ReleasedHasOneMore],
    ),
    ("a retry is due after its delay", &[Fault::IgnoresDelays, Fault::ShortensDelays]),
    ("a delivery that is done or dead is not taken again", &[Fault::RevivesDead]),
    ("one of 64 deliveries of an event at the same time is new", &[Fault::LooksThenInserts]),
    ("each of 1,000 deliveries that are raced for is taken once", &[Fault::LooksThenTakes]),
    ("a call that is dropped loses no delivery", &[Fault::KeepsInTwoSteps]),
    ("a wait for deliveries holds none back", &[Fault::WaitsAlone]),
    ("no duration is too short or too long", &[Fault::Overflows]),
    (
        "deliveries are counted by endpoint and state",
        &[Fault::CountsEndpointsTogether, Fault::CountsDone, Fault::OldestIsNewest],
    ),
    ("`late` is the time since a delivery became due", &[Fault::NeverLate]),
    (
        "deliveries about one object are taken in their order, one at a time",
        &[Fault::KeepsNoOrder, Fault::OnlyRunningHoldsBack],
    ),
    (
        "a delivery holds back only its own object",
        &[Fault::HoldsBackOtherEndpoints, Fault::LimitsThenFilters],
    ),
    ("a delivery that is dead holds back no other", &[Fault::DeadHoldsBack]),
    ("deliveries without an object are not held back", &[Fault::NoObjectIsAnObject]),
    ("64 workers at the same time keep the order", &[Fault::LooksThenTakes, Fault::KeepsNoOrder]),
    (
        "the newest version is the greatest that is done",
        &[Fault::NewestIsLast, Fault::NewestIsDead],
    ),
    (
        "rows are listed page by page, the newest first",
        &[Fault::ListsOldestFirst, Fault::PagesOverlap, Fault::IgnoresAfter],
    ),
    (
        "a filter fits only the rows that it describes",
        &[Fault::FiltersByPrefix, Fault::FiltersIgnoreCase, Fault::FiltersIgnoreTimes],
    ),
    ("a row describes its delivery", &[Fault::ForgetsReasons]),
    ("the attempts that ended are kept with their reasons", &[Fault::ForgetsVanished]),
    (
        "a replayed delivery has all its attempts again",
        &[Fault::ReplayKeepsAttempts, Fault::ReplayKeepsDelay],
    ),
    ("a delivery that is running is not replayed", &[Fault::ReplaysRunning]),
    (
        "only a delivery that is waiting is retried, and its attempts go on",
        &[Fault::RetryKeepsDelay, Fault::RetryCountsAgain, Fault::RetriesDead],
    ),
    (
        "only a delivery that is waiting or dead is discarded",
        &[Fault::DiscardsDone, Fault::DiscardRemoves],
    ),
    (
        "only old rows that are done or discarded are pruned",
        &[Fault::PrunesDead, Fault::PrunesYoung, Fault::PrunesAll, Fault::PreviewHasDead],
    ),
    (
        "only a delivery that is waiting or dead is marked as done, with a reason",
        &[Fault::MarksDiscarded, Fault::MarksWithoutReason],
    ),
    ("deliveries are counted by endpoint and time of receipt", &[Fault::ActivityMixesEndpoints]),
    (
        "deliveries that were removed are still counted",
        &[Fault::ActivityForgetsRemoved, Fault::ActivityCountsTwice],
    ),
];
