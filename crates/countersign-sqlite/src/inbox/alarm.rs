//! The time at which the next delivery is due, as far as this process knows.

use std::{
    pin::pin,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{sync::Notify, time::timeout};

use crate::time::{Clock, between};

/// A time that can be waited for while it changes.
pub(super) struct Alarm {
    ring_at: AtomicI64,
    /// The number of times that it was set to an earlier time.
    events: AtomicU64,
    changed: Notify,
    /// The endpoints of the workers of this process.
    served: Mutex<Vec<String>>,
}

impl Alarm {
    /// Makes an alarm that rings at once: the file may hold deliveries.
    pub(super) fn new() -> Self {
        Self {
            ring_at: AtomicI64::new(i64::MIN),
            events: AtomicU64::new(0),
            changed: Notify::new(),
            served: Mutex::default(),
        }
    }

    /// Adds the endpoints of a worker. Returns those of all workers.
    pub(super) fn serve(&self, endpoints: &[String]) -> Vec<String> {
        // The list is whole after each push.
        let mut served = self.served.lock().unwrap_or_else(PoisonError::into_inner);
        for endpoint in endpoints {
            if !served.contains(endpoint) {
                served.push(endpoint.clone());
            }
        }
        served.clone()
    }

    /// Sets the time, after a look at the file.
    pub(super) fn set(&self, ring_at: i64) {
        self.ring_at.store(ring_at, Ordering::SeqCst);
        self.changed.notify_waiters();
    }

    /// Makes the alarm ring at this time, if it would ring later. In that case all who wait return
    /// now, even if another worker sets the alarm again before they look at it.
    pub(super) fn ring_at(&self, ring_at: i64) {
        if ring_at < self.ring_at.fetch_min(ring_at, Ordering::SeqCst) {
            self.events.fetch_add(1, Ordering::SeqCst);
            self.changed.notify_waiters();
        }
    }

    /// Waits until the time has come, or until it was set to an earlier time.
    pub(super) async fn wait(&self, clock: &Clock) {
        let events = self.events.load(Ordering::SeqCst);
        let mut ring_at = i64::MAX;
        loop {
            // Before the look, so that no change after it is missed.
            let mut changed = pin!(self.changed.notified());
            changed.as_mut().enable();
            // Another worker may set it to a later time. The earlier one still counts here.
            ring_at = ring_at.min(self.ring_at.load(Ordering::SeqCst));
            let now = clock.now();
            if ring_at <= now || events != self.events.load(Ordering::SeqCst) {
                return;
            }
            // Either the time has changed, or the clock is read again.
            let _ = timeout(between(now, ring_at).min(LONGEST_NAP), changed).await;
        }
    }
}

/// Longest time for which the clock is not read: it may be set meanwhile.
const LONGEST_NAP: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::UNIX_EPOCH};

    use tokio::{
        task::{JoinHandle, yield_now},
        time::timeout,
    };

    use super::*;

    fn wait(alarm: &Arc<Alarm>) -> JoinHandle<()> {
        let clock = Clock::new(|| UNIX_EPOCH + Duration::from_millis(5));
        let alarm = Arc::clone(alarm);
        tokio::spawn(async move { alarm.wait(&clock).await })
    }

    #[tokio::test]
    async fn rings_at_once_when_it_is_new() {
        wait(&Arc::new(Alarm::new())).await.unwrap();
    }

    #[tokio::test]
    async fn rings_for_all_who_wait_although_one_sets_it_again() {
        let alarm = Arc::new(Alarm::new());
        alarm.set(i64::MAX);
        let (one, other) = (wait(&alarm), wait(&alarm));
        yield_now().await;
        assert!(!one.is_finished() && !other.is_finished());
        alarm.ring_at(5);
        alarm.set(i64::MAX);
        one.await.unwrap();
        other.await.unwrap();
        let next = wait(&alarm);
        yield_now().await;
        assert!(!next.is_finished());
        next.abort();
    }

    #[tokio::test]
    async fn keeps_the_earliest_time_until_it_is_set() {
        let alarm = Arc::new(Alarm::new());
        alarm.set(i64::MAX);
        alarm.ring_at(5);
        alarm.ring_at(6);
        wait(&alarm).await.unwrap();
        alarm.set(6);
        let early = wait(&alarm);
        yield_now().await;
        assert!(!early.is_finished());
        early.abort();
    }

    #[tokio::test]
    async fn rings_when_the_time_has_come() {
        let (alarm, clock) = (Alarm::new(), Clock::default());
        alarm.set(clock.now() + 20);
        timeout(Duration::from_secs(10), alarm.wait(&clock)).await.unwrap();
    }

    #[test]
    fn collects_the_endpoints_of_all_workers() {
        let alarm = Alarm::new();
        let names =
            |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(alarm.serve(&names(&["a", "b"])), names(&["a", "b"]));
        assert_eq!(alarm.serve(&names(&["b", "c"])), names(&["a", "b", "c"]));
    }
}
