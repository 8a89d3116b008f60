//! A lease that another worker takes before the handler is called.

use super::*;
use crate::inbox::{
    Accept, Accepted, Entry, Held, InboxStore, SerialInbox, Settled, Stats, StoreError, Taken,
    Wanted,
};

const LEASE: Duration = Duration::from_secs(3);

/// An engine that answers one question only after another worker has taken the delivery, and whose
/// next call fails.
#[derive(Default)]
struct Slow {
    inbox: MemoryInbox,
    extensions: AtomicU32,
}

impl Accept for Slow {
    async fn accept(&self, entry: &Entry) -> Result<Accepted, StoreError> {
        self.inbox.accept(entry).await
    }
}

impl InboxStore for Slow {
    async fn take(&self, wanted: &Wanted) -> Result<Vec<Taken>, StoreError> {
        self.inbox.take(wanted).await
    }

    async fn extend(&self, held: &Held, lease: Duration) -> Result<Settled, StoreError> {
        match self.extensions.fetch_add(1, Relaxed) {
            0 => Err(StoreError::new("out of reach")),
            _ => self.inbox.extend(held, lease).await,
        }
    }

    async fn finish(&self, held: &Held) -> Result<Settled, StoreError> {
        self.inbox.finish(held).await
    }

    async fn fail_until(
        &self,
        held: &Held,
        delay: Duration,
        reason: &str,
    ) -> Result<Settled, StoreError> {
        self.inbox.fail_until(held, delay, reason).await
    }

    async fn bury(&self, held: &Held, reason: &str) -> Result<Settled, StoreError> {
        self.inbox.bury(held, reason).await
    }

    async fn release(&self, held: &Held) -> Result<Settled, StoreError> {
        self.inbox.release(held).await
    }

    async fn stats(&self) -> Result<Vec<Stats>, StoreError> {
        self.inbox.stats().await
    }
}

impl SerialInbox for Slow {
    async fn newest_done(&self, endpoint: &str, _: &str) -> Result<Option<i64>, StoreError> {
        tokio::time::sleep(LEASE * 2).await;
        let endpoints = vec![endpoint.to_owned()];
        let wanted = Wanted { endpoints, most: 1, lease: LEASE * 100, attempts: 3 };
        assert_eq!(self.inbox.take(&wanted).await?.len(), 1);
        Ok(None)
    }
}

#[tokio::test(start_paused = true)]
async fn does_not_call_the_handler_without_a_lease() {
    let inbox = Inbox::new(Slow::default())
        .serial_by(Object::Endpoint)
        .skip_older_by("/data/version")
        .lease(LEASE)
        // The worker itself does not take the delivery again meanwhile.
        .concurrency(1);
    let body = r#"{"id":"evt_1","type":"user.created","data":{"version":1}}"#;
    let headers = Signer::<P>::new(Secret::new("secret").unwrap()).unwrap();
    let headers = headers.sign(body.as_bytes()).unwrap();
    let verified = verifier().verify(&headers, body.as_bytes()).unwrap();
    inbox.accept(&verified, &headers, "/webhooks").await.unwrap();

    let calls = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&calls);
    let worker = inbox.worker(&verifier(), move |_| {
        count.fetch_add(1, Relaxed);
        async { Ok(()) }
    });
    worker.run_until(tokio::time::sleep(LEASE * 10)).await;
    assert_eq!(calls.load(Relaxed), 0);
    let rows = inbox.engine().inbox.list(&Filter::new()).await.unwrap();
    assert_eq!((rows[0].state, rows[0].attempts), (State::Running, 2), "{rows:?}");
    assert_eq!(inbox.engine().extensions.load(Relaxed), 2);
}
