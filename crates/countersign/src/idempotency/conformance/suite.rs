//! One rule after another, each on a store of its own.

use std::{future::Future, sync::Arc, time::Duration};

use tokio::{
    runtime::{Handle, RuntimeFlavor},
    time::timeout,
};

use super::{
    super::Store,
    durations, expiry, forgotten, keys, notes, races, states,
    trial::{Outcome, Pass, Trial},
};

/// A function that makes stores, and the rules that they have broken.
pub(super) struct Suite<M> {
    make: M,
    pass: Pass,
    pub(super) broken: Vec<String>,
}

impl<M: Fn() -> F, F: Future<Output: Store>> Suite<M> {
    pub(super) fn new(make: M, pass: impl Fn(Duration) + Send + Sync + 'static) -> Self {
        Self { make, pass: Arc::new(pass), broken: Vec::new() }
    }

    /// Runs all rules. Returns those that are broken, each with the result that was seen.
    pub(super) async fn run(mut self) -> Vec<String> {
        assert!(
            Handle::current().runtime_flavor() != RuntimeFlavor::CurrentThread,
            "races need threads: #[tokio::test(flavor = \"multi_thread\")]"
        );
        self.rule("an event is free, then claimed, then done", states::in_turn).await;
        self.rule("`retry_after` is the time until the other lease runs out", states::retry_after)
            .await;
        self.rule("a claim can be repeated with its lease", states::repeated).await;
        self.rule("only the holder completes and releases", states::holder).await;
        self.rule(
            "an expired lease is lost once another worker claims the event",
            expiry::slow_worker,
        )
        .await;
        self.rule("an event is done after its work, even if its lease ran out", expiry::unclaimed)
            .await;
        self.rule("a completed event lasts for its ttl, and then is free", expiry::ttl).await;
        self.rule("a note is kept byte for byte", notes::bytes).await;
        self.rule("keys that differ in one character are different", keys::apart).await;
        self.rule("one of 64 claims at the same time gets Fresh", races::one_event).await;
        self.rule("each of 1,000 events that are raced for is claimed once", races::many).await;
        self.rule("a claim that is dropped leaves its event free or claimed", races::dropped).await;
        self.rule("no duration is too short or too long", durations::extremes).await;
        self.rule("only an event that is done can be forgotten", forgotten::done).await;
        self.broken
    }

    /// Runs a rule in a task of its own, so that a panic of the store counts as a broken rule.
    pub(super) async fn rule<R, T>(&mut self, name: &str, rule: R)
    where
        R: FnOnce(Trial<F::Output>) -> T,
        T: Future<Output = Outcome> + Send + 'static,
    {
        let store = (self.make)().await;
        let task = tokio::spawn(rule(Trial::new(store, Arc::clone(&self.pass))));
        let abort = task.abort_handle();
        let seen = match timeout(DEADLINE, task).await {
            Ok(Ok(Ok(()))) => return,
            Ok(Ok(Err(seen))) => seen,
            Ok(Err(panic)) => panic.to_string(),
            Err(_) => {
                abort.abort();
                format!("no answer within {DEADLINE:?}")
            }
        };
        self.broken.push(format!("- {name}: {seen}"));
    }
}

/// Longest time for one rule. The longest rule makes 9,000 claims.
const DEADLINE: Duration = Duration::from_secs(60);
