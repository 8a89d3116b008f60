//! An inbox under test: its methods, with the result that is expected of each.

use std::{sync::Arc, time::Duration};

use tokio::time::{Instant, sleep};

use super::{
    super::{Accepted, Entry, Held, InboxStore, Settled, StoreError, StoredRequest, Taken, Wanted},
    samples::{ENDPOINT, entry},
};
use crate::logs::causes::Causes;

/// Outcome of a rule; if the rule is broken, the error says what was seen instead.
pub(super) type Outcome<T = ()> = Result<T, String>;

/// A function that lets time pass, for a clock that is set. `None` for a clock that runs.
pub(super) type Pass = Option<Arc<dyn Fn(Duration) + Send + Sync>>;

/// Length that runs out during a rule.
pub(super) const SHORT: Duration = Duration::from_millis(30);

/// Length that runs out during a rule only if the rule sets the clock.
pub(super) const LONG: Duration = Duration::from_secs(3600);

pub(super) struct Trial<S> {
    pub(super) store: Arc<S>,
    pass: Pass,
}

impl<S> Clone for Trial<S> {
    fn clone(&self) -> Self {
        Self { store: Arc::clone(&self.store), pass: self.pass.clone() }
    }
}

/// Wants all deliveries of the usual endpoint.
pub(super) fn wanted(lease: Duration) -> Wanted {
    Wanted { endpoints: vec![ENDPOINT.to_owned()], most: 1000, lease, attempts: 10 }
}

/// Returns the name of the event that was taken.
pub(super) fn name(taken: &Taken) -> Outcome<String> {
    let id = request(taken)?.delivery().id().map(str::to_owned);
    id.ok_or_else(|| "a request that was taken has lost the id of its event".to_owned())
}

/// Reads the request that was taken.
pub(super) fn request(taken: &Taken) -> Outcome<StoredRequest> {
    StoredRequest::from_json(&taken.request)
        .map_err(|error| format!("a request that was taken cannot be read: {error}"))
}

/// Checks the number of an attempt.
pub(super) fn is_attempt(taken: &Taken, number: u32, is_exhausted: bool, when: &str) -> Outcome {
    let expected = (number, is_exhausted);
    let seen = (taken.number, taken.is_exhausted);
    if seen == expected {
        return Ok(());
    }
    let words = |(number, is_exhausted)| {
        format!("number {number}, {}exhausted", if is_exhausted { "" } else { "not " })
    };
    Err(format!("{when}: the attempt has {}; expected: {}", words(seen), words(expected)))
}

impl<S: InboxStore> Trial<S> {
    pub(super) fn new(store: S, pass: Pass) -> Self {
        Self { store: Arc::new(store), pass }
    }

    pub(super) async fn accept(&self, entry: &Entry) -> Outcome<Accepted> {
        self.store.accept(entry).await.map_err(|error| failed("accept", &error))
    }

    pub(super) async fn is_new(&self, entry: &Entry, when: &str) -> Outcome {
        match self.accept(entry).await? {
            Accepted::New => Ok(()),
            Accepted::Duplicate => Err(format!("{when}: accept returned Duplicate, not New")),
        }
    }

    pub(super) async fn is_duplicate(&self, entry: &Entry, when: &str) -> Outcome {
        match self.accept(entry).await? {
            Accepted::Duplicate => Ok(()),
            Accepted::New => Err(format!("{when}: accept returned New, not Duplicate")),
        }
    }

    pub(super) async fn take(&self, wanted: &Wanted) -> Outcome<Vec<Taken>> {
        let taken = self.store.take(wanted).await.map_err(|error| failed("take", &error))?;
        if taken.len() > wanted.most {
            return Err(format!("{} deliveries wanted, {} taken", wanted.most, taken.len()));
        }
        Ok(taken)
    }

    /// Takes what is wanted: the deliveries with these names, in this order.
    pub(super) async fn takes<const N: usize>(
        &self,
        wanted: &Wanted,
        names: [&str; N],
        when: &str,
    ) -> Outcome<[Taken; N]> {
        let taken = self.take(wanted).await?;
        let seen = taken.iter().map(name).collect::<Outcome<Vec<_>>>()?;
        if seen != names {
            return Err(format!("{when}: take returned {seen:?}, not {names:?}"));
        }
        taken.try_into().map_err(|taken: Vec<_>| format!("{when}: {} were taken", taken.len()))
    }

    pub(super) async fn takes_nothing(&self, when: &str) -> Outcome {
        self.takes(&wanted(LONG), [], when).await.map(|[]| ())
    }

    /// Accepts a new delivery, and takes it for `lease`. No other delivery may be due.
    pub(super) async fn holds(&self, name: &str, lease: Duration) -> Outcome<Held> {
        self.is_new(&entry(name)?, name).await?;
        let [taken] = self.takes(&wanted(lease), [name], "accepted").await?;
        Ok(taken.held)
    }

    /// Takes until the delivery is due, and returns it.
    pub(super) async fn comes(&self, wanted: &Wanted, name: &str, when: &str) -> Outcome<Taken> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let taken = self.take(wanted).await?;
            let seen = taken.iter().map(self::name).collect::<Outcome<Vec<_>>>()?;
            match <[Taken; 1]>::try_from(taken) {
                Ok([taken]) if seen == [name] => return Ok(taken),
                _ if !seen.is_empty() => {
                    return Err(format!("{when}: take returned {seen:?}, not {name:?}"));
                }
                _ if Instant::now() > deadline => {
                    return Err(format!("{when}: {name:?} is not due after {PATIENCE:?}"));
                }
                _ => {}
            }
            self.pass(PAUSE);
            sleep(PAUSE).await;
        }
    }

    pub(super) async fn finishes(&self, held: &Held, when: &str) -> Outcome {
        applied("finish", self.store.finish(held).await, when)
    }

    pub(super) async fn extends(&self, held: &Held, lease: Duration, when: &str) -> Outcome {
        applied("extend", self.store.extend(held, lease).await, when)
    }

    pub(super) async fn fails(&self, held: &Held, delay: Duration, when: &str) -> Outcome {
        applied("fail_until", self.store.fail_until(held, delay, REASON).await, when)
    }

    pub(super) async fn buries(&self, held: &Held, when: &str) -> Outcome {
        applied("bury", self.store.bury(held, REASON).await, when)
    }

    pub(super) async fn releases(&self, held: &Held, when: &str) -> Outcome {
        applied("release", self.store.release(held).await, when)
    }

    pub(super) async fn cannot_extend(&self, held: &Held, when: &str) -> Outcome {
        lost("extend", self.store.extend(held, Duration::ZERO).await, when)
    }

    /// Checks that an attempt that lost its lease can neither settle nor extend, and that no
    /// delivery is due after it tried.
    pub(super) async fn has_lost(&self, held: &Held, when: &str) -> Outcome {
        self.cannot_extend(held, when).await?;
        self.takes_nothing(when).await?;
        let delay = Duration::ZERO;
        lost("fail_until", self.store.fail_until(held, delay, REASON).await, when)?;
        self.takes_nothing(when).await?;
        lost("release", self.store.release(held).await, when)?;
        self.takes_nothing(when).await?;
        lost("finish", self.store.finish(held).await, when)?;
        lost("bury", self.store.bury(held, REASON).await, when)
    }

    /// Lets time pass on a clock that is set. Returns false, and does nothing, if the clock runs.
    pub(super) fn pass(&self, length: Duration) -> bool {
        self.pass.as_ref().map(|pass| pass(length)).is_some()
    }

    /// Returns once every lease and delay of at most `length` that began before this call has run
    /// out.
    pub(super) async fn outlive(&self, length: Duration) {
        if !self.pass(length) {
            sleep(length + ROUNDING).await;
        }
    }
}

fn applied(verb: &str, settled: Result<Settled, StoreError>, when: &str) -> Outcome {
    match settled {
        Ok(Settled::Applied) => Ok(()),
        Ok(Settled::LeaseLost) => Err(format!("{when}: {verb} returned LeaseLost, not Applied")),
        Err(error) => Err(failed(verb, &error)),
    }
}

fn lost(verb: &str, settled: Result<Settled, StoreError>, when: &str) -> Outcome {
    match settled {
        Ok(Settled::LeaseLost) => Ok(()),
        Ok(Settled::Applied) => Err(format!("{when}: {verb} returned Applied, not LeaseLost")),
        Err(error) => Err(failed(verb, &error)),
    }
}

pub(super) fn failed(verb: &str, error: &StoreError) -> String {
    let causes = Causes::of(error).map(|causes| format!(": {causes}")).unwrap_or_default();
    format!("{verb}: {error}{causes}")
}

/// Reason of the attempts that fail.
pub(super) const REASON: &str = "503: \"later\" \u{1f980}\nit's 100% \\ full";

/// Pause between two attempts to take a delivery that must become due.
pub(super) const PAUSE: Duration = Duration::from_millis(5);

/// Longest wait for a length of [`SHORT`] to run out. It is much longer than the length, because
/// the machine may be busy.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// The rounding of an engine that counts coarse ticks of its machine's clock.
const ROUNDING: Duration = Duration::from_millis(20);
