//! The engine, as workers and receivers call it.

use std::{sync::atomic::Ordering, time::Duration};

use bytes::Bytes;
use countersign::inbox::{
    Accept, Accepted, Entry, Held, InboxStore, Settled, Stats, StoreError, Taken, Wanted,
};
use tokio::{sync::oneshot, time::sleep};

use super::store::NatsInbox;

impl Accept for NatsInbox {
    async fn accept(&self, entry: &Entry) -> Result<Accepted, StoreError> {
        let accepted = self.0.publish(entry).await?;
        if accepted == Accepted::New {
            self.announce();
        }
        Ok(accepted)
    }
}

impl InboxStore for NatsInbox {
    async fn take(&self, wanted: &Wanted) -> Result<Vec<Taken>, StoreError> {
        if wanted.most == 0 || wanted.endpoints.is_empty() {
            return Ok(Vec::new());
        }
        let (inbox, wanted) = (self.clone(), wanted.clone());
        let (reply, taken) = oneshot::channel();
        // A task of its own: if the worker stops meanwhile, the deliveries are given back.
        tokio::spawn(async move {
            let taken = inbox.take_now(&wanted, &|| reply.is_closed()).await;
            if let Err(Ok(taken)) = reply.send(taken) {
                for taken in taken {
                    // If this fails, the delivery is due when its lease has run out.
                    let _ = inbox.release(&taken.held).await;
                }
            }
        });
        taken.await.unwrap_or_else(|_| Ok(Vec::new()))
    }

    async fn extend(&self, held: &Held, lease: Duration) -> Result<Settled, StoreError> {
        self.extend_now(held, lease).await
    }

    async fn finish(&self, held: &Held) -> Result<Settled, StoreError> {
        self.finish_now(held).await
    }

    async fn fail_until(
        &self,
        held: &Held,
        delay: Duration,
        reason: &str,
    ) -> Result<Settled, StoreError> {
        self.fail_now(held, delay, reason).await
    }

    async fn bury(&self, held: &Held, reason: &str) -> Result<Settled, StoreError> {
        self.bury_now(held, reason).await
    }

    async fn release(&self, held: &Held) -> Result<Settled, StoreError> {
        self.release_now(held).await
    }

    async fn stats(&self) -> Result<Vec<Stats>, StoreError> {
        self.count().await
    }

    async fn wait_until_due(&self) {
        self.0.bell.wait().await;
    }
}

impl NatsInbox {
    /// Wakes the workers of this process, and those of others.
    pub(super) fn announce(&self) {
        let bell = &self.0.bell;
        bell.ring();
        bell.news.fetch_add(1, Ordering::SeqCst);
        if bell.is_announcing.swap(true, Ordering::SeqCst) {
            return;
        }
        let inbox = self.clone();
        tokio::spawn(async move {
            let bell = &inbox.0.bell;
            loop {
                let news = bell.news.load(Ordering::SeqCst);
                // Workers also ask, so a message that is lost only makes a delivery late.
                let _ = inbox.0.context.client().publish(inbox.0.names.bell(), Bytes::new()).await;
                // The next message serves all deliveries of a moment.
                sleep(MOMENT).await;
                let has_news = || bell.news.load(Ordering::SeqCst) != news;
                if has_news() {
                    continue;
                }
                bell.is_announcing.store(false, Ordering::SeqCst);
                // A delivery of just now may have found the task running.
                if !has_news() || bell.is_announcing.swap(true, Ordering::SeqCst) {
                    return;
                }
            }
        });
    }
}

/// Shortest time between two messages that wake the workers of other processes.
const MOMENT: Duration = Duration::from_millis(5);
