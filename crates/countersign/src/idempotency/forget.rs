//! Forgetting an event, so that it is handled again.

use tokio::time::timeout;

use super::{Idempotency, IdempotencyKey, Store, StoreError};
use crate::logs;

impl Idempotency {
    /// Makes a completed event free again, so that its next delivery is handled. Returns true if
    /// the event was done.
    ///
    /// Use it if an event was answered with 2xx and its work failed afterwards: forget the event,
    /// then let the provider send it again. [`Idempotency::key`](Self::key) makes the key from a
    /// delivery, with your settings. Without the delivery, build the key from its parts with
    /// [`IdempotencyKey::builder`]: log lines show the parts in escaped form.
    ///
    /// Returns false, and changes nothing, if the event is not known, or if a handler works on it
    /// at the moment.
    ///
    /// If the store did not answer when the event was completed, the completion is repeated for up
    /// to the length of a lease after the handler ended, and can make the event done again. Forget
    /// such an event after that time.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreError`] if the store is out of reach, or has not answered within its
    /// [deadline](Self::store_deadline). The event may be forgotten anyway: a second call then
    /// returns false.
    ///
    /// # Security
    ///
    /// A call can cause an event to be handled twice. Do not call this with a key that a sender
    /// chose.
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign::{
    ///     Secret, Signer, Verifier,
    ///     idempotency::{Idempotency, IdempotencyKey, MemoryStore},
    ///     providers::XWebhookSignature,
    /// };
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let secret = Secret::new("your_webhook_secret")?;
    /// # let verifier = Verifier::<XWebhookSignature>::new(secret.clone())?;
    /// # let body = br#"{"id":"evt_1","type":"user.created","data":{}}"#;
    /// # let headers = Signer::<XWebhookSignature>::new(secret)?.sign(body)?;
    /// # let verified = verifier.verify(&headers, body)?;
    /// let idempotency = Idempotency::new(MemoryStore::new());
    /// idempotency.claim(&verified, &headers).await?.complete().await?;
    /// assert!(idempotency.claim(&verified, &headers).await.is_err());
    ///
    /// let key = IdempotencyKey::builder("x-webhook-signature")
    ///     .event_type(Some("user.created"))
    ///     .id("evt_1");
    /// assert!(idempotency.forget(&key).await?);
    /// assert!(idempotency.claim(&verified, &headers).await.is_ok());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn forget(&self, key: &IdempotencyKey) -> Result<bool, StoreError> {
        let forgetting = timeout(self.deadline, self.store.forget(key));
        let was_done = forgetting.await.map_err(StoreError::new)??;
        let (endpoint, key) = (key.endpoint(), key.as_str());
        if was_done {
            tracing::info!(target: logs::IDEMPOTENCY, endpoint, key, "an event was forgotten");
        } else {
            tracing::info!(
                target: logs::IDEMPOTENCY,
                endpoint,
                key,
                "no event was forgotten: the event is unknown, expired, or still in progress",
            );
        }
        Ok(was_done)
    }
}
