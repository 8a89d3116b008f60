//! The ends of attempts.

use std::time::Duration;

use async_nats::jetstream::AckKind;
use bytes::Bytes;
use countersign::inbox::{Held, Settled, StoreError};
use tokio::time::{Instant, sleep};

use super::{
    holds::Hold,
    record::{LONGEST, Record, State, milliseconds, text_of},
    store::{NatsInbox, Replaced, ask, is_missing},
    take::{SHORTEST, acknowledge},
};

impl NatsInbox {
    pub(super) async fn extend_now(
        &self,
        held: &Held,
        lease: Duration,
    ) -> Result<Settled, StoreError> {
        let next = |record: &Record| Record { due_in_ms: milliseconds(lease), ..record.clone() };
        let Some(hold) = self.change(held, next, Bytes::new()).await? else {
            return Ok(Settled::LeaseLost);
        };
        let lease = lease.clamp(SHORTEST, LONGEST);
        acknowledge(&hold.acker, AckKind::Nak(Some(lease))).await;
        Ok(Settled::Applied)
    }

    pub(super) async fn finish_now(&self, held: &Held) -> Result<Settled, StoreError> {
        let next = |record: &Record| record.ended(State::Done, Duration::ZERO, None);
        let Some(hold) = self.end(held, next, Bytes::new()).await? else {
            return Ok(Settled::LeaseLost);
        };
        acknowledge(&hold.acker, AckKind::Ack).await;
        Ok(Settled::Applied)
    }

    /// The state of a dead delivery has its request, because the server removes the delivery
    /// after `keep_for`.
    pub(super) async fn bury_now(&self, held: &Held, reason: &str) -> Result<Settled, StoreError> {
        let Ok(sequence) = u64::try_from(held.id().0) else { return Ok(Settled::LeaseLost) };
        if self.0.holds.get(held).is_none() {
            return Ok(Settled::LeaseLost);
        }
        let request = match ask(|| self.0.deliveries.get_raw_message(sequence)).await? {
            Ok(delivery) => delivery.payload,
            // It was removed while its handler worked.
            Err(error) if is_missing(&error) => Bytes::new(),
            Err(error) => return Err(StoreError::new(error)),
        };
        let next = |record: &Record| record.ended(State::Dead, Duration::ZERO, Some(reason));
        let Some(hold) = self.end(held, next, request).await? else {
            return Ok(Settled::LeaseLost);
        };
        acknowledge(&hold.acker, AckKind::Term).await;
        Ok(Settled::Applied)
    }

    pub(super) async fn fail_now(
        &self,
        held: &Held,
        delay: Duration,
        reason: &str,
    ) -> Result<Settled, StoreError> {
        if let Some(hold) = self.0.holds.get(held)
            && hold.received_at + self.0.keep_for <= self.now().await? + delay.min(LONGEST)
        {
            tracing::error!(
                target: "countersign::inbox",
                endpoint = &*hold.endpoint,
                id = held.id().0,
                "a delivery is dead: it would be removed before its next attempt",
            );
            let reason = format!("it would be removed before its next attempt: {reason}");
            return self.bury_now(held, &reason).await;
        }
        let next = |record: &Record| record.ended(State::Waiting, delay, Some(reason));
        let Some(hold) = self.end(held, next, Bytes::new()).await? else {
            return Ok(Settled::LeaseLost);
        };
        self.put_back(&hold, delay).await;
        Ok(Settled::Applied)
    }

    pub(super) async fn release_now(&self, held: &Held) -> Result<Settled, StoreError> {
        let released = self.end(held, Record::released, Bytes::new()).await;
        // A worker does not repeat a release that failed, so the hold is removed in any case.
        self.0.holds.remove(held);
        let Some(hold) = released? else { return Ok(Settled::LeaseLost) };
        self.put_back(&hold, Duration::ZERO).await;
        Ok(Settled::Applied)
    }

    /// Makes the server give a message out again after `delay`. If this fails, the message is given
    /// out when its lease is over.
    async fn put_back(&self, hold: &Hold, delay: Duration) {
        let delay = delay.min(LONGEST);
        let delay_of_message = (delay >= SHORTEST).then_some(delay);
        let _ = hold.acker.double_ack_with(AckKind::Nak(delay_of_message)).await;
        if delay.is_zero() {
            self.announce();
        } else {
            self.0.bell.ring_after(delay);
        }
    }

    /// Writes the last state of an attempt.
    async fn end(
        &self,
        held: &Held,
        next: impl Fn(&Record) -> Record,
        body: Bytes,
    ) -> Result<Option<Hold>, StoreError> {
        let changed = self.change(held, next, body).await?;
        self.0.holds.remove(held);
        Ok(changed)
    }

    /// Replaces the state of a delivery that this attempt holds. Returns `None` if the attempt does
    /// not hold it any more: another attempt has taken it, it has ended, or its state was removed.
    async fn change(
        &self,
        held: &Held,
        next: impl Fn(&Record) -> Record,
        body: Bytes,
    ) -> Result<Option<Hold>, StoreError> {
        let (Some(mut hold), Ok(sequence)) = (self.0.holds.get(held), u64::try_from(held.id().0))
        else {
            return Ok(None);
        };
        let end = Instant::now() + PATIENCE;
        loop {
            let record = next(&hold.record);
            let replaced =
                self.0.replace(&hold.endpoint, sequence, hold.revision, &record, body.clone());
            if let Replaced::By(revision) = replaced.await? {
                self.0.holds.update(held, &record, revision);
                return Ok(Some(hold));
            }
            // Perhaps an earlier call of this attempt succeeded, and its answer was lost.
            match self.0.state(&hold.endpoint, sequence).await? {
                Some(stored) if stored.record.token != text_of(held.token()) => break,
                // The earlier call is still on its way to the other servers.
                Some(stored) if stored.revision == hold.revision => {
                    if Instant::now() >= end {
                        return Err(StoreError::new("an earlier change is not stored yet"));
                    }
                    sleep(PAUSE).await;
                }
                Some(stored) if stored.record.state == State::Running => {
                    hold.revision = stored.revision;
                    hold.record = stored.record;
                    self.0.holds.update(held, &hold.record, hold.revision);
                }
                Some(stored) if stored.record.state == record.state => return Ok(Some(hold)),
                _ => break,
            }
        }
        self.0.holds.remove(held);
        Ok(None)
    }
}

/// Time until an earlier change must be stored.
const PATIENCE: Duration = Duration::from_secs(5);

const PAUSE: Duration = Duration::from_millis(10);
