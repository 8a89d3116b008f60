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
    /// Takes deliveries. `is_unwanted` is true once the worker has stopped: then messages are given
    /// back before they are taken.
    pub(super) async fn take_now(
        &self,
        wanted: &Wanted,
        is_unwanted: &(impl Fn() -> bool + Sync),
    ) -> Result<Vec<Taken>, StoreError> {
        self.0.bell.look();
        let mut taking = Taking { wanted, taken: Vec::new(), failure: None };
        let mut endpoints = wanted.endpoints.clone();
        let turn = self.0.turn.fetch_add(1, Ordering::Relaxed) % endpoints.len();
        endpoints.rotate_left(turn);
        for endpoint in &endpoints {
            self.take_of(endpoint, &mut taking, is_unwanted).await;
        }
        if taking.taken.is_empty() && taking.failure.is_none() && !is_unwanted() {
            // A consumer learns of a new message a moment after the stream has stored it, so this asks
            // once more, and waits for that moment.
            let lease = wanted.lease;
            let waits = endpoints.iter().map(|endpoint| self.pull(endpoint, 1, Wait::Short, lease));
            for (endpoint, given) in endpoints.iter().zip(join_all(waits).await) {
                self.claim_all(endpoint, given, &mut taking, is_unwanted).await;
            }
            if !taking.taken.is_empty() {
                for endpoint in &endpoints {
                    self.take_of(endpoint, &mut taking, is_unwanted).await;
                }
            }
        }
        let Taking { mut taken, failure, .. } = taking;
        match failure {
            Some(error) if taken.is_empty() => Err(error),
            _ => {
                taken.sort_by_key(|(due_at, taken)| (*due_at, taken.held.id()));
                Ok(taken.into_iter().map(|(_, taken)| taken).collect())
            }
        }
    }

    /// Takes deliveries of an endpoint.
    async fn take_of(
        &self,
        endpoint: &str,
        taking: &mut Taking<'_>,
        is_unwanted: &(impl Fn() -> bool + Sync),
    ) {
        loop {
            let asked = taking.left().min(BATCH);
            if asked == 0 || is_unwanted() {
                return;
            }
            let given = self.pull(endpoint, asked, Wait::No, taking.wanted.lease).await;
            let count = given.as_ref().map_or(0, Vec::len);
            self.claim_all(endpoint, given, taking, is_unwanted).await;
            if count < asked {
                return;
            }
        }
    }

    /// Takes the deliveries of these messages, and gives back those that are too many.
    async fn claim_all(
        &self,
        endpoint: &str,
        given: Result<Vec<Message>, StoreError>,
        taking: &mut Taking<'_>,
        is_unwanted: &(impl Fn() -> bool + Sync),
    ) {
        let mut given = match given {
            Ok(given) => given,
            Err(error) => {
                taking.failure = Some(error);
                return;
            }
        };
        let most = if is_unwanted() { 0 } else { taking.left() };
        for message in given.drain(most.min(given.len())..) {
            // If it is lost, the message is given out later.
            let _ = message.ack_with(AckKind::Nak(None)).await;
        }
        let claims = given.into_iter().map(|message| self.claim(endpoint, message, taking.wanted));
        for claim in join_all(claims).await {
            match claim {
                Ok(claimed) => taking.taken.extend(claimed),
                // The message is given out again.
                Err(error) => taking.failure = Some(error),
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
        let about = message.headers.as_ref().map_or(Ok(None), object)?;
        let ack_wait = self.0.consumer(endpoint, ACK_WAIT).await?.cached_info().config.ack_wait;
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
            let late = self.now().await?.duration_since(due_at).unwrap_or_default();
            if record.vanished >= SUSPECT && !self.0.holds.suspects(&held) {
                acknowledge(&acker, AckKind::Nak(Some(PAUSE))).await;
                self.0.bell.ring_after(PAUSE);
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
                // Perhaps it was stored, and only the answer was lost.
                Err(error) => match self.0.state(endpoint, sequence).await {
                    Ok(Some(stored)) if stored.record.token == record.token => stored.revision,
                    _ => {
                        self.0.holds.remove(&held);
                        return Err(error);
                    }
                },
            };
            let acker = Arc::new(acker);
            let hold = Hold {
                endpoint: endpoint.into(),
                revision,
                received_at,
                acker: Arc::clone(&acker),
                record: record.clone(),
            };
            self.0.holds.insert(&held, hold);
            if wanted.lease != ack_wait {
                let lease = wanted.lease.clamp(SHORTEST, LONGEST);
                acknowledge(&acker, AckKind::Nak(Some(lease))).await;
            }
            let taken = Taken {
                held,
                number: record.attempts,
                is_exhausted: record.is_exhausted,
                object: about,
                late,
                request: message.payload,
            };
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

/// The wish of a worker, and the deliveries that were taken for it.
struct Taking<'a> {
    wanted: &'a Wanted,
    /// With the time at which each became due.
    taken: Vec<(SystemTime, Taken)>,
    failure: Option<StoreError>,
}

impl Taking<'_> {
    fn left(&self) -> usize {
        self.wanted.most.saturating_sub(self.taken.len())
    }
}

/// The time for which a request waits for its first message.
#[derive(Clone, Copy)]
enum Wait {
    No,
    /// For [`MOMENT`].
    Short,
}

/// The step that follows after a message was given out.
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
        // A delivery that was released keeps what is known about it.
        Some(record) => (record.attempts, record.vanished, record.reason.clone()),
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

/// If at least this many attempts in a row vanished before this one, the delivery may crash the
/// process that handles it.
const SUSPECT: u32 = 2;

/// A delivery that waits until no other one is suspected is looked at again after this time.
const PAUSE: Duration = Duration::from_millis(200);

/// Time in which a consumer learns of a message that the stream has just stored.
const MOMENT: Duration = Duration::from_millis(200);

/// If a worker got a message and did not take its delivery, the server gives the message out again
/// after at least this time.
const SHORTEST_ACK_WAIT: Duration = Duration::from_secs(1);

/// The server's shortest delay.
pub(super) const SHORTEST: Duration = Duration::from_millis(1);

/// Time for the messages of an endpoint. Shorter than the deadline of a worker's call.
const DEADLINE: Duration = Duration::from_secs(5);

/// Number of times that a state is read because another worker has changed it meanwhile.
const TRIES: usize = 5;
