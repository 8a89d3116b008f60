//! The bell that wakes workers.

use std::{
    pin::pin,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::{sync::Notify, time::timeout};

/// Rings when a delivery may have become due, as far as this process knows.
#[derive(Debug, Default)]
pub(super) struct Bell {
    rings: AtomicU64,
    /// The number of rings before the last look at the table began.
    seen: AtomicU64,
    changed: Notify,
    /// The time at which it rings by itself.
    next: Mutex<Option<Instant>>,
    /// The endpoints of the workers of this process.
    served: Mutex<Vec<String>>,
}

impl Bell {
    /// Adds the endpoints of a worker. Returns those of all workers.
    pub(super) fn serve(&self, endpoints: &[String]) -> Vec<String> {
        let mut served = self.served.lock().unwrap_or_else(PoisonError::into_inner);
        for endpoint in endpoints {
            if !served.contains(endpoint) {
                served.push(endpoint.clone());
            }
        }
        served.clone()
    }

    /// Wakes all who wait.
    pub(super) fn ring(&self) {
        self.rings.fetch_add(1, Ordering::SeqCst);
        self.changed.notify_waiters();
    }

    /// Begins a look at the table. Returns the number of rings until now.
    pub(super) fn look(&self) -> u64 {
        self.rings.load(Ordering::SeqCst)
    }

    /// Ends a look at the table, which found that the next delivery is due after this time. If the
    /// bell has rung since the look began, the next wait returns at once.
    pub(super) fn looked(&self, rings: u64, time: Option<Duration>) {
        self.seen.store(rings, Ordering::SeqCst);
        let next = time.and_then(|time| Instant::now().checked_add(time));
        *self.next.lock().unwrap_or_else(PoisonError::into_inner) = next;
        self.changed.notify_waiters();
    }

    /// Makes the bell ring after this time, if it would ring later.
    pub(super) fn ring_within(&self, time: Duration) {
        let Some(at) = Instant::now().checked_add(time) else { return };
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        *next = Some(next.map_or(at, |next| next.min(at)));
        drop(next);
        self.changed.notify_waiters();
    }

    /// Waits for a ring after the last look at the table, or until the time has come.
    pub(super) async fn wait(&self) {
        let rings = self.seen.load(Ordering::SeqCst);
        loop {
            // Before the look, so that no change after it is missed.
            let mut changed = pin!(self.changed.notified());
            changed.as_mut().enable();
            let next = *self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let left = next.map(|next| next.saturating_duration_since(Instant::now()));
            if rings != self.rings.load(Ordering::SeqCst) || left == Some(Duration::ZERO) {
                return;
            }
            match left {
                Some(left) => drop(timeout(left, changed).await),
                None => changed.await,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::task::yield_now;

    use super::*;

    #[tokio::test]
    async fn wakes_all_who_wait() {
        let bell = Arc::new(Bell::default());
        let waits = [(); 2].map(|()| {
            let bell = Arc::clone(&bell);
            tokio::spawn(async move { bell.wait().await })
        });
        yield_now().await;
        assert!(waits.iter().all(|wait| !wait.is_finished()));
        bell.ring();
        for wait in waits {
            wait.await.unwrap();
        }
    }

    #[tokio::test]
    async fn rings_by_itself_at_the_earlier_time() {
        let bell = Bell::default();
        bell.looked(0, Some(Duration::from_secs(3600)));
        bell.ring_within(Duration::from_millis(1));
        bell.ring_within(Duration::from_secs(60));
        timeout(Duration::from_secs(10), bell.wait()).await.unwrap();
        bell.looked(0, None);
        assert!(timeout(Duration::from_millis(20), bell.wait()).await.is_err());
    }

    #[tokio::test]
    async fn remembers_a_ring_that_came_during_a_look() {
        let bell = Bell::default();
        let rings = bell.look();
        bell.ring();
        bell.looked(rings, None);
        timeout(Duration::from_secs(10), bell.wait()).await.unwrap();
        bell.looked(bell.look(), None);
        assert!(timeout(Duration::from_millis(20), bell.wait()).await.is_err());
    }

    #[test]
    fn collects_the_endpoints_of_all_workers() {
        let bell = Bell::default();
        let names =
            |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(bell.serve(&names(&["a", "b"])), names(&["a", "b"]));
        assert_eq!(bell.serve(&names(&["b", "c"])), names(&["a", "b", "c"]));
    }
}
