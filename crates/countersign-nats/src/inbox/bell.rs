//! The bell that wakes workers.

use std::{
    cmp::Reverse,
    collections::BinaryHeap,
    pin::pin,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::{sync::Notify, time::timeout};

/// Rings when a delivery may have become due, as far as this process knows.
#[derive(Debug, Default)]
pub(super) struct Bell {
    rings: AtomicU64,
    /// The number of rings before the last look for deliveries began.
    seen: AtomicU64,
    changed: Notify,
    /// The times at which it rings by itself.
    times: Mutex<BinaryHeap<Reverse<Instant>>>,
    /// The number of times that this process had a reason to wake the workers of other processes.
    pub(super) news: AtomicU64,
    /// True while a task wakes the workers of other processes.
    pub(super) is_announcing: AtomicBool,
}

impl Bell {
    /// Wakes all who wait.
    pub(super) fn ring(&self) {
        self.rings.fetch_add(1, Ordering::SeqCst);
        self.changed.notify_waiters();
    }

    /// Begins a look for deliveries. The next wait returns at once if the bell rings after this.
    pub(super) fn look(&self) {
        let now = Instant::now();
        let mut times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        while times.peek().is_some_and(|Reverse(time)| *time <= now) {
            times.pop();
        }
        self.seen.store(self.rings.load(Ordering::SeqCst), Ordering::SeqCst);
    }

    /// Makes the bell ring after this time.
    pub(super) fn ring_after(&self, time: Duration) {
        let Some(at) = Instant::now().checked_add(time) else { return };
        let mut times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        // Workers also ask, so a time that is not kept only makes a delivery late.
        if times.len() < MOST {
            times.push(Reverse(at));
        }
        drop(times);
        self.changed.notify_waiters();
    }

    fn next(&self) -> Option<Instant> {
        let times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        times.peek().map(|Reverse(time)| *time)
    }

    /// Waits for a ring after the last look, or until one of the times has come.
    pub(super) async fn wait(&self) {
        let seen = self.seen.load(Ordering::SeqCst);
        loop {
            // Before the look, so that no change after it is missed.
            let mut changed = pin!(self.changed.notified());
            changed.as_mut().enable();
            let left = self.next().map(|next| next.saturating_duration_since(Instant::now()));
            if seen != self.rings.load(Ordering::SeqCst) || left == Some(Duration::ZERO) {
                return;
            }
            match left {
                Some(left) => drop(timeout(left, changed).await),
                None => changed.await,
            }
        }
    }
}

/// The most points in time that are kept.
const MOST: usize = 10_000;

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
    async fn rings_by_itself_at_the_earliest_time_and_only_once() {
        let bell = Bell::default();
        bell.ring_after(Duration::from_secs(3600));
        bell.ring_after(Duration::from_millis(1));
        timeout(Duration::from_secs(10), bell.wait()).await.unwrap();
        bell.look();
        assert!(timeout(Duration::from_millis(20), bell.wait()).await.is_err());
    }

    #[tokio::test]
    async fn remembers_a_ring_that_came_during_a_look() {
        let bell = Bell::default();
        bell.look();
        bell.ring();
        timeout(Duration::from_secs(10), bell.wait()).await.unwrap();
        bell.look();
        assert!(timeout(Duration::from_millis(20), bell.wait()).await.is_err());
    }
}
