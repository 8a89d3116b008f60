//! The deliveries that a worker takes.

use std::{
    sync::{Arc, atomic::Ordering},
    time::{Duration, SystemTime},
};

use async_nats::{
    HeaderMap,
    jetstream::{AckKind, Message, consumer::PullConsumer, message::Acker},
};
use countersign::inbox::{Held, RowId, StoreError, Taken, Wanted};
use futures_util::{StreamExt as _, future::join_all};
use tokio::time::{Instant, sleep, timeout_at};

use super::{
    accept::OBJECT,
    holds::Hold,
    record::{LONGEST, Record, State, Stored, milliseconds, text_of},
    store::{ACK_WAIT, NatsInbox, PAUSE_WITHOUT_LEADER, Replaced, WITHOUT_LEADER},
};

impl NatsInbox {
    pub(super) async fn take_now(&self, wanted: &Wanted) -> Result<Vec<Taken>, StoreError> {
        self.0.bell.look();
        let mut taken = Vec::new();
        let mut failure = None;
        let mut endpoints = wanted.endpoints.clone();
        let turn = self.0.turn.fetch_add(1, Ordering::Relaxed) % endpoints.len();
        endpoints.rotate_left(turn);
        for endpoint in &endpoints {
            let most = wanted.most - taken.len();
            self.take_of(endpoint, most, Wait::No, wanted, &mut taken, &mut failure).await;
        }
        if taken.is_empty() && failure.is_none() {
            // A consumer learns of a new message a moment after the message was acknowledged.
            let waits = endpoints.iter().map(|endpoint| async {
                let (mut taken, mut failure) = (Vec::new(), None);
                self.take_of(endpoint, 1, Wait::Short, wanted, &mut taken, &mut failure).await;
                (taken, failure)
            });
            for (given, failed) in join_all(waits).await {
                taken.extend(given);
                failure = failure.or(failed);
            }
            if taken.len() == 1 && wanted.most > 1 {
                for endpoint in &endpoints {
                    let most = wanted.most.saturating_sub(taken.len());
                    self.take_of(endpoint, most, Wait::No, wanted, &mut taken, &mut failure).await;
                }
            }
        }
        match failure {
            Some(error) if taken.is_empty() => Err(error),
            _ => {
                taken.sort_by_key(|(due_at, taken)| (*due_at, taken.held.id()));
                Ok(taken.into_iter().map(|(_, taken)| taken).collect())
            }
        }
    }

    /// Takes up to `most` deliveries of an endpoint.
    async fn take_of(
        &self,
        endpoint: &str,
        most: usize,
        wait: Wait,
        wanted: &Wanted,
        taken: &mut Vec<(SystemTime, Taken)>,
        failure: &mut Option<StoreError>,
    ) {
        let mut left = most;
        while left > 0 {
            let asked = left.min(BATCH);
            let given = match self.pull(endpoint, asked, wait, wanted.lease).await {
                Ok(given) => given,
                Err(error) => {
                    *failure = Some(error);
                    return;
                }
            };
            let count = given.len();
            let claims = given.into_iter().map(|message| self.claim(endpoint, message, wanted));
            for claim in join_all(claims).await {
                match claim {
                    Ok(Some(claimed)) => {
                        taken.push(claimed);
                        left -= 1;
                    }
                    Ok(None) => {}
                    // The message is given out again.
                    Err(error) => *failure = Some(error),
                }
            }
            if count < asked {
                return;
            }
        }
    }

    /// Asks for messages. A consumer that was just made has no leader for a moment, so this tries
    /// again for a short time.
    async fn pull(
        &self,
        endpoint: &str,
        most: usize,
        wait: Wait,
        lease: Duration,
    ) -> Result<Vec<Message>, StoreError> {
        let ack_wait = lease.clamp(SHORTEST_ACK_WAIT, ACK_WAIT);
        let end = Instant::now() + WITHOUT_LEADER;
        loop {
            match self.pull_once(endpoint, most, wait, ack_wait).await {
                Err(_) if Instant::now() < end => {
                    // It may have been deleted.
                    self.0.forget_consumer(endpoint);
                    sleep(PAUSE_WITHOUT_LEADER).await;
                }
                answer => return answer,
            }
        }
    }

    async fn pull_once(
        &self,
        endpoint: &str,
        most: usize,
        wait: Wait,
        ack_wait: Duration,
    ) -> Result<Vec<Message>, StoreError> {
        // A server that dies answers nothing.
        let end = Instant::now() + DEADLINE;
        let consumer: PullConsumer = self.0.consumer(endpoint, ack_wait).await?;
        let asked = match wait {
            Wait::No => consumer.fetch().max_messages(most).messages().await,
            Wait::Short => consumer.batch().max_messages(most).expires(MOMENT).messages().await,
        };
        let mut messages = asked.map_err(StoreError::new)?;
        let mut given = Vec::new();
        loop {
            match timeout_at(end, messages.next()).await {
                Ok(Some(Ok(message))) => given.push(message),
                Ok(None) => return Ok(given),
                Ok(Some(Err(error))) if given.is_empty() => return Err(StoreError::new(error)),
                Err(late) if given.is_empty() => return Err(StoreError::new(late)),
                Ok(Some(Err(_))) | Err(_) => return Ok(given),
            }
        }
    }

    /// Takes the delivery of a message, if it is due. Returns the time at which it became due, too.
    async fn claim(
        &self,
        endpoint: &str,
        message: Message,
        wanted: &Wanted,
    ) -> Result<Option<(SystemTime, Taken)>, StoreError> {
        let info = message.info().map_err(StoreError::new)?;
        let (sequence, is_first) = (info.stream_sequence, info.delivered == 1);
        let received_at = SystemTime::from(info.published);
        let (message, acker) = message.split();
        let id = RowId(i64::try_from(sequence).map_err(StoreError::new)?);
        let held = Held::new(id);
        // Most messages are given out once: their state is not read, and writing it fails if there
        // is one.
        let mut known = if is_first { None } else { self.0.state(endpoint, sequence).await? };
        for _ in 0..TRIES {
            let due_at = match self.decide(known.as_ref(), received_at).await? {
                Decision::Due(due_at) => due_at,
                Decision::Later(delay) => {
                    acknowledge(&acker, AckKind::Nak(Some(delay))).await;
                    self.0.bell.ring_after(delay);
                    return Ok(None);
                }
                Decision::Ended => {
                    acknowledge(&acker, AckKind::Ack).await;
                    return Ok(None);
                }
            };
            let record = running(known.as_ref(), &held, wanted);
            if record.vanished >= SUSPECT && !self.0.holds.suspects(&held) {
                acknowledge(&acker, AckKind::Nak(Some(PAUSE))).await;
                return Ok(None);
            }
            let revision = known.as_ref().map_or(0, |stored| stored.revision);
            let body = bytes::Bytes::new();
            let replaced = self.0.replace(endpoint, sequence, revision, &record, body).await;
            let revision = match replaced {
                Ok(Replaced::By(revision)) => revision,
                Ok(Replaced::Not) => {
                    self.0.holds.remove(&held);
                    known = self.0.state(endpoint, sequence).await?;
                    continue;
                }
                Err(error) => {
                    self.0.holds.remove(&held);
                    return Err(error);
                }
            };
            let consumer = self.0.consumer(endpoint, ACK_WAIT).await?;
            if wanted.lease != consumer.cached_info().config.ack_wait {
                let lease = wanted.lease.clamp(SHORTEST, LONGEST);
                acknowledge(&acker, AckKind::Nak(Some(lease))).await;
            }
            let taken = Taken {
                held: held.clone(),
                number: record.attempts,
                is_exhausted: record.is_exhausted,
                object: message.headers.as_ref().map_or(Ok(None), object)?,
                late: self.now().await?.duration_since(due_at).unwrap_or_default(),
                request: message.payload,
            };
            let hold = Hold { endpoint: endpoint.into(), record, revision, acker: Arc::new(acker) };
            self.0.holds.insert(&held, hold);
            self.warn_of_age(endpoint, received_at).await;
            return Ok(Some((due_at, taken)));
        }
        Err(StoreError::new("the state of a delivery changes again and again"))
    }

    async fn decide(
        &self,
        known: Option<&Stored>,
        received_at: SystemTime,
    ) -> Result<Decision, StoreError> {
        let Some(stored) = known else { return Ok(Decision::Due(received_at)) };
        match stored.record.state {
            State::Done | State::Dead => Ok(Decision::Ended),
            State::Running | State::Waiting => {
                let due_at = stored.due_at();
                match due_at.duration_since(self.now().await?) {
                    Ok(left) if !left.is_zero() => Ok(Decision::Later(left.max(SHORTEST))),
                    _ => Ok(Decision::Due(due_at)),
                }
            }
        }
    }

    pub(super) async fn now(&self) -> Result<SystemTime, StoreError> {
        self.0.clock.now(&self.0.context, &self.0.names.states()).await
    }

    /// Deliveries that are not handled in time are removed, so operators must know before that.
    async fn warn_of_age(&self, endpoint: &str, received_at: SystemTime) {
        let Ok(now) = self.now().await else { return };
        let age = now.duration_since(received_at).unwrap_or_default();
        if age > self.0.keep_for / 2 && self.0.may_warn() {
            tracing::error!(
                target: "countersign::inbox",
                endpoint,
                age_s = age.as_secs(),
                keep_for_s = self.0.keep_for.as_secs(),
                "a delivery has waited for half of the time after which it is removed",
            );
        }
    }
}

/// Whether a request for messages waits for the first one.
#[derive(Clone, Copy)]
enum Wait {
    No,
    /// For [`MOMENT`].
    Short,
}

/// What to do with a message that was given out.
enum Decision {
    /// Take it: it is due since this time.
    Due(SystemTime),
    /// It is not due yet.
    Later(Duration),
    /// It is done or dead.
    Ended,
}

/// Returns the state of the attempt that begins.
fn running(known: Option<&Stored>, held: &Held, wanted: &Wanted) -> Record {
    let (attempts, vanished, reason) = match known.map(|stored| &stored.record) {
        None => (0, 0, None),
        Some(Record {
            state: State::Running,
            is_exhausted: false,
            attempts,
            vanished,
            reason,
            ..
        }) => (*attempts, vanished.saturating_add(1), reason.clone()),
        Some(record) => (record.attempts, 0, record.reason.clone()),
    };
    let is_exhausted = attempts >= wanted.attempts;
    Record {
        state: State::Running,
        attempts: if is_exhausted { attempts } else { attempts + 1 },
        vanished,
        is_exhausted,
        token: text_of(held.token()),
        due_in_ms: milliseconds(wanted.lease),
        reason,
    }
}

/// An object and its version.
type About = (Box<str>, Option<i64>);

/// Returns the object and the version of a delivery.
fn object(headers: &HeaderMap) -> Result<Option<About>, StoreError> {
    headers
        .get(OBJECT)
        .map(|text| serde_json::from_str(text.as_str()).map_err(StoreError::new))
        .transpose()
}

/// Acknowledges a message, without waiting for the server. If it is lost, the message is given out
/// again, and its state says what to do.
pub(super) async fn acknowledge(acker: &Acker, kind: AckKind) {
    let _ = acker.ack_with(kind).await;
}

/// Number of messages that are asked for at a time.
const BATCH: usize = 256;

/// Number of attempts directly before this one that vanished, from which on a delivery may be the one
/// that ends its process.
const SUSPECT: u32 = 2;

/// A delivery that waits until no other one is suspected is looked at again after this time.
const PAUSE: Duration = Duration::from_millis(200);

/// Time in which a consumer learns of a message that was acknowledged.
const MOMENT: Duration = Duration::from_millis(200);

/// The shortest time after which a message is given out again that no worker has taken.
const SHORTEST_ACK_WAIT: Duration = Duration::from_secs(1);

/// The server's shortest delay.
pub(super) const SHORTEST: Duration = Duration::from_millis(1);

/// Time for the messages of an endpoint. Shorter than the deadline of a worker's call.
const DEADLINE: Duration = Duration::from_secs(5);

/// Number of times that a state is read because another worker has changed it meanwhile.
const TRIES: usize = 5;
