//! The inbox, and what its parts share.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError, atomic::AtomicUsize},
    time::Duration,
};

use async_nats::{
    Client,
    jetstream::{
        Context, ErrorCode,
        consumer::{AckPolicy, PullConsumer, pull},
        context::{PublishError, PublishErrorKind},
        message::{PublishMessage, StreamMessage},
        publish::PublishAck,
        stream::{LastRawMessageError, LastRawMessageErrorKind, Stream},
    },
};
use bytes::Bytes;
use countersign::inbox::StoreError;
use futures_util::StreamExt as _;
use tokio::time::{Instant, sleep, timeout};

use super::{
    bell::Bell,
    clock::Clock,
    holds::Holds,
    numbers::Numbers,
    record::{Record, Stored},
};
use crate::setup::{Names, Opening, token_of};

/// An inbox in NATS JetStream: deliveries that are kept by several servers until they are handled,
/// by any number of receivers and workers.
///
/// Clones share the connection. Set `jetstream { sync_interval: always }` on each server: otherwise
/// an acknowledged delivery is only in memory for up to two minutes. Times are measured by the
/// clock of the server that leads the stream of states. After an election, that is another server,
/// so keep the servers' clocks in step.
///
/// # Guarantees
///
/// 1. A delivery is acknowledged after a majority of its servers has it on disk.
/// 2. Of two workers, one gets a delivery. An attempt that has lost its lease changes nothing.
/// 3. Attempts are counted in the stream, and before the handler is called. A delivery whose
///    attempt ended with success is not handled again, although servers lose the last
///    acknowledgements when they stop.
///
/// # Limits
///
/// - While the streams have no leader, after a server was lost, deliveries are answered 503 for 5
///   to 10 s. Their providers send them again.
/// - A delivery that is older than [`keep_for`](Opening::keep_for) is removed, also if it was not
///   handled.
/// - Of the deliveries that are due, those that wait for another attempt are taken first, and not
///   those that are due for the longest time.
/// - It has no history (`InboxHistory`), no order of objects (`SerialInbox`), and no transaction
///   with the effect of a handler. The traits are not implemented, so programs that need them do
///   not compile. Use PostgreSQL for these.
/// - A request is stored as one message, in JSON. If the JSON is longer than the server's
///   `max_payload` (1 MiB by default) minus 8 KiB, the delivery is answered 503, and an error is
///   logged. The JSON is longer than the body: bytes that are no text need a third more, and each
///   quote in a text needs one byte more. Set `max_payload` to twice the verifier's `body_limit`.
/// - A retry that would be due after the removal of its delivery makes the delivery dead at once.
///
/// # Security
///
/// Whoever may publish to `NAME.deliveries.*` can make events, unless
/// [`Inbox::verify_again`](countersign::inbox::Inbox::verify_again) is set. Whoever may publish to
/// `NAME.states.*.*` can mark any delivery as done. Give these rights to receivers and workers
/// only.
///
/// # Errors
///
/// Every method returns a [`StoreError`] if the servers are out of reach or have no leader.
///
/// # Examples
///
/// ```no_run
/// use countersign::{Secret, Verifier, inbox::Inbox, providers::GitHub};
/// use countersign_nats::{NatsInbox, async_nats};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let servers = ["nats://10.0.0.1", "nats://10.0.0.2", "nats://10.0.0.3"];
/// let client = async_nats::connect(&servers[..]).await?;
/// let engine = NatsInbox::builder(client, "webhooks")
///     .check_monitoring("10.0.0.1:8222")
///     .check_monitoring("10.0.0.2:8222")
///     .check_monitoring("10.0.0.3:8222")
///     .open()
///     .await?;
///
/// let verifier = Verifier::<GitHub>::new(Secret::new("key")?)?;
/// let worker = Inbox::new(engine).worker(&verifier, |delivery| async move {
///     println!("{} bytes", delivery.verified.bytes().len());
///     Ok(())
/// });
/// worker.run_until(std::future::pending()).await;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct NatsInbox(pub(super) Arc<Shared>);

pub(super) struct Shared {
    pub(super) context: Context,
    pub(super) names: Names,
    pub(super) deliveries: Stream,
    pub(super) states: Stream,
    pub(super) keep_for: Duration,
    pub(super) bell: Bell,
    pub(super) clock: Clock,
    pub(super) holds: Holds,
    pub(super) numbers: tokio::sync::Mutex<Option<Numbers>>,
    /// The endpoint that is asked first. Each take begins with another one.
    pub(super) turn: AtomicUsize,
    consumers: Mutex<HashMap<String, PullConsumer>>,
    /// The time of the last warning about old deliveries.
    warned_at: Mutex<Option<Instant>>,
    /// Held while a consumer is made.
    making: tokio::sync::Mutex<()>,
}

/// The result of a publication that replaces a state.
pub(super) enum Replaced {
    /// The number of the new state.
    By(u64),
    /// The state was another one.
    Not,
}

impl NatsInbox {
    /// Begins to open an inbox. Its streams are called `name` and `name-states`, and its subjects
    /// begin with `name.`. `name` has 1 to 64 ASCII letters, digits, `-` and `_`.
    pub fn builder(client: Client, name: &str) -> Opening {
        Opening::new(client, name)
    }

    pub(crate) fn opened(
        context: Context,
        names: Names,
        deliveries: Stream,
        states: Stream,
        keep_for: Duration,
    ) -> Self {
        let shared = Arc::new(Shared {
            context,
            names,
            deliveries,
            states,
            keep_for,
            bell: Bell::default(),
            clock: Clock::default(),
            holds: Holds::default(),
            numbers: tokio::sync::Mutex::default(),
            turn: AtomicUsize::new(0),
            consumers: Mutex::default(),
            warned_at: Mutex::default(),
            making: tokio::sync::Mutex::default(),
        });
        listen(&shared);
        Self(shared)
    }
}

/// Wakes the workers of this process when another one has accepted a delivery. The connection
/// subscribes again by itself after it broke.
fn listen(shared: &Arc<Shared>) {
    let (client, subject) = (shared.context.client(), shared.names.bell());
    let shared = Arc::downgrade(shared);
    tokio::spawn(async move {
        while shared.strong_count() > 0 {
            if let Ok(mut rings) = client.subscribe(subject.clone()).await {
                loop {
                    let rung = timeout(PAUSE, rings.next()).await;
                    let Some(shared) = shared.upgrade() else { return };
                    match rung {
                        Ok(Some(_)) => shared.bell.ring(),
                        Ok(None) => break,
                        Err(_) => {}
                    }
                }
            }
            sleep(PAUSE).await;
        }
    });
}

impl Shared {
    /// Returns the consumer of an endpoint, which is made if it does not exist. A new one gives a
    /// delivery out again after `ack_wait` if it does not hear of it.
    pub(super) async fn consumer(
        &self,
        endpoint: &str,
        ack_wait: Duration,
    ) -> Result<PullConsumer, StoreError> {
        let known = || self.lock_consumers().get(endpoint).cloned();
        if let Some(known) = known() {
            return Ok(known);
        }
        let _one = self.making.lock().await;
        if let Some(known) = known() {
            return Ok(known);
        }
        let name = token_of(endpoint);
        let config = pull::Config {
            durable_name: Some(name.clone()),
            description: Some("Gives deliveries to countersign's workers".to_owned()),
            filter_subject: self.names.subject_of(endpoint),
            ack_policy: AckPolicy::Explicit,
            ack_wait,
            // The states count the attempts. A message that waits for its next attempt must not
            // hold others back.
            max_deliver: -1,
            max_ack_pending: -1,
            ..pull::Config::default()
        };
        let consumer =
            ask(|| self.deliveries.get_or_create_consumer(&name, config.clone())).await?;
        let consumer = consumer.map_err(StoreError::new)?;
        self.lock_consumers().insert(endpoint.to_owned(), consumer.clone());
        Ok(consumer)
    }

    /// Returns true at most once a minute.
    pub(super) fn may_warn(&self) -> bool {
        let mut warned_at = self.warned_at.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = warned_at.is_none_or(|warned_at| warned_at.elapsed() > WARNING_INTERVAL);
        if is_due {
            *warned_at = Some(Instant::now());
        }
        is_due
    }

    /// Forgets the consumer of an endpoint: it may have been deleted.
    pub(super) fn forget_consumer(&self, endpoint: &str) {
        self.lock_consumers().remove(endpoint);
    }

    fn lock_consumers(&self) -> std::sync::MutexGuard<'_, HashMap<String, PullConsumer>> {
        self.consumers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Publishes a message. If the server says that no stream listens, nothing was stored, so this
    /// tries again for a short time: a stream that was just made has no leader for a moment.
    pub(super) async fn send(
        &self,
        subject: &str,
        message: PublishMessage,
    ) -> Result<PublishAck, PublishError> {
        let end = Instant::now() + WITHOUT_LEADER;
        loop {
            let sent = self.context.send_publish(subject.to_owned(), message.clone()).await?;
            match sent.await {
                // Nobody got the message.
                Err(error)
                    if error.kind() == PublishErrorKind::StreamNotFound && Instant::now() < end =>
                {
                    sleep(PAUSE_WITHOUT_LEADER).await;
                }
                answer => return answer,
            }
        }
    }

    /// Returns the state of a delivery, as the leader knows it.
    pub(super) async fn state(
        &self,
        endpoint: &str,
        sequence: u64,
    ) -> Result<Option<Stored>, StoreError> {
        let message = self.message_of_state(endpoint, sequence).await?;
        message.as_ref().map(Stored::read).transpose()
    }

    /// Returns the message that has the state of a delivery.
    pub(super) async fn message_of_state(
        &self,
        endpoint: &str,
        sequence: u64,
    ) -> Result<Option<StreamMessage>, StoreError> {
        let subject = self.names.state_of(endpoint, sequence);
        match ask(|| self.states.get_last_raw_message_by_subject(&subject)).await? {
            Ok(message) => Ok(Some(message)),
            Err(error) if is_missing(&error) => Ok(None),
            Err(error) => Err(StoreError::new(error)),
        }
    }

    /// Replaces the state with this number; 0 if there is none.
    pub(super) async fn replace(
        &self,
        endpoint: &str,
        sequence: u64,
        revision: u64,
        record: &Record,
        body: Bytes,
    ) -> Result<Replaced, StoreError> {
        let subject = self.names.state_of(endpoint, sequence);
        let message: PublishMessage = record.replacing(revision, self.keep_for, body)?;
        match self.send(&subject, message).await {
            Ok(ack) => Ok(Replaced::By(ack.sequence)),
            Err(error) if error.kind() == PublishErrorKind::WrongLastSequence => Ok(Replaced::Not),
            Err(error) if is_code(&error, ErrorCode::STREAM_WRONG_LAST_SEQUENCE_CONSTANT) => {
                Ok(Replaced::Not)
            }
            Err(error) => Err(StoreError::new(error)),
        }
    }
}

/// Asks JetStream, and asks again if there is no answer: a stream or consumer without a leader
/// answers nothing. Only for calls that do no harm if they are repeated.
pub(super) async fn ask<F: Future>(call: impl Fn() -> F) -> Result<F::Output, StoreError> {
    let mut tries = 0;
    loop {
        match timeout(ANSWER, call()).await {
            Ok(answer) => return Ok(answer),
            Err(late) if tries == TRIES => return Err(StoreError::new(late)),
            Err(_) => tries += 1,
        }
    }
}

/// Returns whether the server answered that there is no such message.
pub(super) fn is_missing(error: &LastRawMessageError) -> bool {
    match error.kind() {
        LastRawMessageErrorKind::NoMessageFound => true,
        LastRawMessageErrorKind::JetStream(error) => {
            error.error_code() == ErrorCode::NO_MESSAGE_FOUND
        }
        _ => false,
    }
}

/// Returns whether an error is this one of JetStream.
pub(super) fn is_code(error: &(dyn std::error::Error + 'static), code: ErrorCode) -> bool {
    let mut error = Some(error);
    while let Some(source) = error {
        if let Some(error) = source.downcast_ref::<async_nats::jetstream::Error>() {
            return error.error_code() == code;
        }
        error = source.source();
    }
    false
}

impl fmt::Debug for NatsInbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NatsInbox")
            .field("name", &self.0.names.inbox())
            .field("keep_for", &self.0.keep_for)
            .finish_non_exhaustive()
    }
}

/// If a worker got a message and did not take its delivery, the server gives the message out again
/// after at most this time: the default of [`Inbox::lease`](countersign::inbox::Inbox::lease).
pub(super) const ACK_WAIT: Duration = Duration::from_secs(30);

/// Time for which the server may say that no stream or consumer listens until a call fails.
pub(super) const WITHOUT_LEADER: Duration = Duration::from_secs(1);

pub(super) const PAUSE_WITHOUT_LEADER: Duration = Duration::from_millis(50);

/// Time for an answer of JetStream until it is asked again.
const ANSWER: Duration = Duration::from_secs(1);

/// Number of times that JetStream is asked again.
const TRIES: u32 = 4;

const WARNING_INTERVAL: Duration = Duration::from_secs(60);

/// Time between two looks whether the inbox still exists.
const PAUSE: Duration = Duration::from_secs(1);
