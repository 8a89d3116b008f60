//! Deliveries that are dead, for operators.

use std::{fmt, time::SystemTime};

use async_nats::jetstream::message::PublishMessage;
use bytes::Bytes;
use countersign::inbox::{RowId, StoreError};

use super::{
    record::{Record, State, Stored},
    store::{NatsInbox, Replaced},
};

/// A delivery that is dead.
///
/// `Debug` shows the length of the request, and nothing of the payload.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeadDelivery {
    /// The number of the delivery.
    pub id: RowId,
    /// The name of the endpoint.
    pub endpoint: String,
    /// The number of attempts.
    pub attempts: u32,
    /// The reason why it is dead.
    pub reason: Option<String>,
    /// The time at which it died, by the server's clock.
    pub died_at: SystemTime,
    /// The [request](countersign::inbox::StoredRequest) as JSON. Empty if the server had removed
    /// the delivery before it died: then it cannot be replayed.
    pub request: Bytes,
}

impl NatsInbox {
    /// Returns up to `most` deliveries of an endpoint that are dead, the oldest first. They are
    /// kept until they are replayed or discarded.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreError`] if the servers are out of reach or have no leader.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use countersign::inbox::{StoreError, StoredRequest};
    /// use countersign_nats::NatsInbox;
    ///
    /// async fn decide(inbox: &NatsInbox) -> Result<(), StoreError> {
    ///     for delivery in inbox.dead("github", 100).await? {
    ///         match StoredRequest::from_json(&delivery.request) {
    ///             // The handler failed for long bodies. Shorter ones work since it was fixed.
    ///             Ok(request) if request.body().len() < 1000 => inbox.replay(&delivery).await?,
    ///             _ => inbox.discard(&delivery).await?,
    ///         };
    ///     }
    ///     Ok(())
    /// }
    /// ```
    pub async fn dead(&self, endpoint: &str, most: usize) -> Result<Vec<DeadDelivery>, StoreError> {
        let mut dead = Vec::new();
        for sequence in self.dead_of(endpoint, most).await? {
            // Somebody may have removed it with another program.
            let Some(message) = self.0.message_of_state(endpoint, sequence).await? else {
                continue;
            };
            let Stored { record, written_at, .. } = Stored::read(&message)?;
            // It may have been replayed meanwhile.
            if record.state == State::Dead {
                dead.push(DeadDelivery {
                    id: RowId(i64::try_from(sequence).map_err(StoreError::new)?),
                    endpoint: endpoint.to_owned(),
                    attempts: record.attempts,
                    reason: record.reason,
                    died_at: written_at,
                    request: message.payload,
                });
            }
        }
        Ok(dead)
    }

    /// Makes a delivery due now, as a new one with a new number. Its attempts are counted from 1
    /// again, and it has no object and no version. Returns false, and changes nothing, if it is not
    /// dead any more, or if its request is empty.
    ///
    /// If this process dies meanwhile, the delivery can be due and still be dead. Replay it again:
    /// for [`keep_for`](crate::Opening::keep_for) after the first replay, it is not due twice.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreError`] if the servers are out of reach or have no leader.
    pub async fn replay(&self, delivery: &DeadDelivery) -> Result<bool, StoreError> {
        let Some((sequence, stored)) = self.dead_state(delivery).await? else { return Ok(false) };
        if delivery.request.is_empty() {
            return Ok(false);
        }
        let subject = self.0.names.subject_of(&delivery.endpoint);
        // The server keeps one of two replays with this id. The id has spaces, so it is never the
        // key of an event.
        let id = format!("replay {sequence} {}", stored.revision);
        let message = PublishMessage::build().payload(delivery.request.clone()).message_id(id);
        let ack = self.0.send(&subject, message).await.map_err(StoreError::new)?;
        self.announce();
        Ok(self.discard(delivery).await? || !ack.duplicate)
    }

    /// Removes a delivery from those that are dead. Returns false, and changes nothing, if it is
    /// not dead any more.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreError`] if the servers are out of reach or have no leader.
    pub async fn discard(&self, delivery: &DeadDelivery) -> Result<bool, StoreError> {
        let Some((sequence, stored)) = self.dead_state(delivery).await? else { return Ok(false) };
        let record = Record { state: State::Done, ..stored.record };
        let (endpoint, revision) = (&delivery.endpoint, stored.revision);
        let replaced = self.0.replace(endpoint, sequence, revision, &record, Bytes::new()).await?;
        Ok(matches!(replaced, Replaced::By(_)))
    }

    async fn dead_state(
        &self,
        delivery: &DeadDelivery,
    ) -> Result<Option<(u64, Stored)>, StoreError> {
        let sequence = u64::try_from(delivery.id.0).map_err(StoreError::new)?;
        let stored = self.0.state(&delivery.endpoint, sequence).await?;
        let is_dead = |stored: &Stored| stored.record.state == State::Dead;
        Ok(stored.filter(is_dead).map(|stored| (sequence, stored)))
    }
}

impl fmt::Debug for DeadDelivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeadDelivery")
            .field("id", &self.id.0)
            .field("endpoint", &self.endpoint)
            .field("attempts", &self.attempts)
            .field("reason", &self.reason)
            .field("length", &self.request.len())
            .finish_non_exhaustive()
    }
}
