//! One rule after another, each on an inbox of its own.

use std::{future::Future, sync::Arc, time::Duration};

use tokio::{
    runtime::{Handle, RuntimeFlavor},
    time::timeout,
};

use super::{
    super::{InboxHistory, InboxStore, SerialInbox},
    accepts, attempts, counts, dropped, durations, history, keys, leases, order, races, requests,
    serial, settled,
    trial::{Outcome, Pass, Trial},
};

/// A function that makes inboxes, and the rules that they have broken.
pub(super) struct Suite<M> {
    make: M,
    pass: Pass,
    /// The only rule that is run, for tests of the suite.
    only: Option<&'static str>,
    pub(super) broken: Vec<String>,
}

impl<M> Suite<M> {
    /// Makes a suite for a clock that runs.
    pub(super) fn new(make: M) -> Self {
        assert!(
            Handle::current().runtime_flavor() != RuntimeFlavor::CurrentThread,
            "races need threads: #[tokio::test(flavor = \"multi_thread\")]"
        );
        Self { make, pass: None, only: None, broken: Vec::new() }
    }

    /// Sets the function that lets time pass.
    pub(super) fn with_clock(self, pass: impl Fn(Duration) + Send + Sync + 'static) -> Self {
        Self { pass: Some(Arc::new(pass)), ..self }
    }

    /// Runs only one rule.
    #[cfg(test)]
    pub(super) fn only(self, rule: &'static str) -> Self {
        Self { only: Some(rule), ..self }
    }

    /// Panics if a rule is broken.
    pub(super) fn report(self) {
        assert!(self.broken.is_empty(), "the inbox breaks rules:\n{}", self.broken.join("\n"));
    }
}

impl<S: InboxStore, M: Fn() -> F, F: Future<Output = S>> Suite<M> {
    /// Runs the rules for every inbox.
    pub(super) async fn run(mut self) -> Self {
        self.rule("a delivery is new once, and is taken once", accepts::once).await;
        self.rule("an event that is kept is a duplicate in every state", accepts::duplicates).await;
        self.rule("a delivery without a key is always new", accepts::without_key).await;
        self.rule("keys that differ in one character are different", keys::apart).await;
        self.rule("a request is kept byte for byte", requests::bytes).await;
        self.rule(
            "the delivery that is due for the longest time is taken first",
            order::longest_due,
        )
        .await;
        self.rule("only what is wanted is taken", order::wanted_only).await;
        self.rule("a delivery is held until its lease runs out", leases::lasts).await;
        self.rule("a lease that is extended lasts longer", leases::extended).await;
        self.rule("an attempt that lost its lease changes nothing", leases::lost).await;
        self.rule("an attempt is settled after its work, even if its lease ran out", leases::late)
            .await;
        self.rule("an attempt is counted when it is taken", attempts::counted).await;
        self.rule("a delivery that has had all its attempts is exhausted", attempts::exhausted)
            .await;
        self.rule(
            "a delivery that is released is due at once, and its attempt does not count",
            attempts::released,
        )
        .await;
        self.rule("a retry is due after its delay", settled::retries).await;
        self.rule("a delivery that is done or dead is not taken again", settled::ended).await;
        self.rule("one of 64 deliveries of an event at the same time is new", races::one_event)
            .await;
        self.rule("each of 1,000 deliveries that are raced for is taken once", races::many).await;
        self.rule("a call that is dropped loses no delivery", dropped::calls).await;
        self.rule("a wait for deliveries holds none back", dropped::waits).await;
        self.rule("no duration is too short or too long", durations::extremes).await;
        self.rule("deliveries are counted by endpoint and state", counts::states).await;
        self.rule("`late` is the time since a delivery became due", order::lateness).await;
        self
    }
}

impl<S: SerialInbox, M: Fn() -> F, F: Future<Output = S>> Suite<M> {
    /// Runs the rules for an inbox that keeps the order of deliveries about one object.
    pub(super) async fn run_serial(mut self) -> Self {
        self.rule(
            "deliveries about one object are taken in their order, one at a time",
            serial::order::in_turn,
        )
        .await;
        self.rule("a delivery holds back only its own object", serial::order::held_back).await;
        self.rule("a delivery that is dead holds back no other", serial::order::dead).await;
        self.rule("deliveries without an object are not held back", serial::order::without_object)
            .await;
        self.rule("64 workers at the same time keep the order", serial::races::workers).await;
        self.rule("the newest version is the greatest that is done", serial::versions::newest)
            .await;
        self
    }
}

impl<S: InboxHistory, M: Fn() -> F, F: Future<Output = S>> Suite<M> {
    /// Runs the rules for an inbox with a history.
    pub(super) async fn run_history(mut self) -> Self {
        self.rule("rows are listed page by page, the newest first", history::lists::pages).await;
        self.rule("a filter fits only the rows that it describes", history::lists::filters).await;
        self.rule("a row describes its delivery", history::rows::described).await;
        self.rule("the attempts that ended are kept with their reasons", history::attempts::ended)
            .await;
        self.rule("a replayed delivery has all its attempts again", history::replays::ended).await;
        self.rule("a delivery that is running is not replayed", history::replays::running).await;
        self.rule(
            "only a delivery that is waiting is retried, and its attempts go on",
            history::retries::waiting,
        )
        .await;
        self.rule("only a delivery that is waiting or dead is discarded", history::discards::rows)
            .await;
        self.rule("only old rows that are done or discarded are pruned", history::prunes::old)
            .await;
        self.rule(
            "only a delivery that is waiting or dead is marked as done, with a reason",
            history::marks::rows,
        )
        .await;
        self.rule(
            "deliveries are counted by endpoint and time of receipt",
            history::activity::counted,
        )
        .await;
        self.rule("deliveries that were removed are still counted", history::activity::removed)
            .await;
        self
    }
}

impl<S: InboxStore, M: Fn() -> F, F: Future<Output = S>> Suite<M> {
    /// Runs a rule in a task of its own, so that a panic of the engine counts as a broken rule.
    pub(super) async fn rule<R, T>(&mut self, name: &str, rule: R)
    where
        R: FnOnce(Trial<S>) -> T,
        T: Future<Output = Outcome> + Send + 'static,
    {
        if self.only.is_some_and(|only| only != name) {
            return;
        }
        let store = (self.make)().await;
        let task = tokio::spawn(rule(Trial::new(store, self.pass.clone())));
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

/// Longest time for one rule. The longest rule accepts, takes and finishes 1,000 deliveries.
const DEADLINE: Duration = Duration::from_secs(60);
