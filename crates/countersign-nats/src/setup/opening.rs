//! The settings of an inbox, and its opening.

use std::{fmt, time::Duration};

use async_nats::{
    Client,
    jetstream::{Context, context::ContextBuilder},
};
use bytes::Bytes;
use tokio::time::{Instant, sleep};

use super::{
    SetupError, monitoring,
    streams::{self, Names, Settings},
    version,
};
use crate::NatsInbox;

/// An inbox that is not opened yet: see [`NatsInbox::builder`].
///
/// # Defaults
///
/// | setting | default |
/// |---|---|
/// | [`replicas`](Self::replicas) | 3 |
/// | [`keep_for`](Self::keep_for) | 72 h |
/// | [`max_bytes`](Self::max_bytes) | no limit but that of the server |
/// | [`check_monitoring`](Self::check_monitoring) | not checked |
///
/// # Examples
///
/// ```no_run
/// use std::time::Duration;
///
/// use countersign_nats::{NatsInbox, SetupError, async_nats::Client};
///
/// async fn open(client: Client) -> Result<NatsInbox, SetupError> {
///     NatsInbox::builder(client, "webhooks")
///         .keep_for(Duration::from_secs(24 * 60 * 60))
///         .max_bytes(100 << 30)
///         .check_monitoring("10.0.0.1:8222")
///         .open()
///         .await
/// }
/// ```
#[derive(Clone)]
#[must_use = "it does nothing until `open` is awaited"]
pub struct Opening {
    client: Client,
    name: String,
    settings: Settings,
    monitored: Vec<String>,
}

impl Opening {
    pub(crate) fn new(client: Client, name: &str) -> Self {
        let settings =
            Settings { replicas: 3, keep_for: Duration::from_secs(72 * 60 * 60), max_bytes: None };
        Self { client, name: name.to_owned(), settings, monitored: Vec::new() }
    }

    /// Sets how many servers keep each delivery: 1, 3 or 5. Default: 3, so that a delivery survives
    /// the loss of one server. With 1, use `SqliteInbox` instead: it is faster on one machine.
    pub fn replicas(mut self, replicas: usize) -> Self {
        self.settings.replicas = replicas;
        self
    }

    /// Sets the time for which a delivery and its event are kept after the receipt, at least 1 s.
    /// Default: 72 h, because most providers repeat a delivery for at most three days. Set the same
    /// time in all processes: each one changes the streams to its own when it opens the inbox.
    ///
    /// Deliveries that are older are removed, **also those that were not handled**: set it longer
    /// than the longest outage of your workers. An error is logged when a worker takes a delivery
    /// that has waited for half of this time. Deliveries that are dead are kept without a limit.
    ///
    /// If the next attempt of a delivery would come after its removal, the delivery is dead at once,
    /// and this is logged at `ERROR`. The worker logs and counts that attempt as a retry.
    pub fn keep_for(mut self, keep_for: Duration) -> Self {
        self.settings.keep_for = keep_for.max(Duration::from_secs(1));
        self
    }

    /// Sets the size of the stream of deliveries, in bytes. If it is full, deliveries are answered
    /// 503. Default: no limit but that of the server, or the limit that the stream has.
    ///
    /// Set it well below the space that the server gives to JetStream. The stream of states has no
    /// limit of its own, and if there is no space for it, no delivery can be taken or end.
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.settings.max_bytes = Some(bytes);
        self
    }

    /// Asks this monitoring address of a server, such as `10.0.0.1:8222`, whether the server writes
    /// to its disk before it answers (`sync_interval: always`). Call it once for each server. It
    /// speaks plain HTTP. An address that does not answer is only logged, if another one does: a
    /// receiver must be able to start while a server is away.
    pub fn check_monitoring(mut self, address: &str) -> Self {
        self.monitored.push(address.to_owned());
        self
    }

    /// Makes the streams of the inbox, or checks those that exist, and opens the inbox. Settings of
    /// existing streams are changed to [`replicas`](Self::replicas), [`keep_for`](Self::keep_for)
    /// and [`max_bytes`](Self::max_bytes).
    ///
    /// While JetStream is not available, for example because its servers have just started, this
    /// tries again for up to 30 s.
    ///
    /// # Errors
    ///
    /// Returns a [`SetupError`] if the server is too old, if a server does not write to its disk
    /// before it answers, if a stream has other settings, or if JetStream is not available.
    pub async fn open(self) -> Result<NatsInbox, SetupError> {
        let names = Names::of(&self.name)?;
        let context = context(self.client.clone());
        let end = Instant::now() + PATIENCE;
        let (deliveries, states) = loop {
            match self.set_up(&context, &names).await {
                Ok(streams) => break streams,
                Err(SetupError::Unavailable(_)) if Instant::now() < end => sleep(PAUSE).await,
                Err(error) => return Err(error),
            }
        };
        self.check_servers().await?;
        Ok(NatsInbox::opened(context, names, deliveries, states, self.settings.keep_for))
    }

    async fn check_servers(&self) -> Result<(), SetupError> {
        let (mut answered, mut missing) = (false, None);
        for address in &self.monitored {
            match monitoring::check(address).await {
                Ok(()) => answered = true,
                Err(error @ SetupError::Monitoring { .. }) => {
                    tracing::warn!(
                        target: "countersign::inbox",
                        address,
                        "a monitoring address does not answer: its server is not checked",
                    );
                    missing = Some(error);
                }
                Err(error) => return Err(error),
            }
        }
        match missing {
            Some(error) if !answered => Err(error),
            _ => Ok(()),
        }
    }

    async fn set_up(
        &self,
        context: &Context,
        names: &Names,
    ) -> Result<
        (async_nats::jetstream::stream::Stream, async_nats::jetstream::stream::Stream),
        SetupError,
    > {
        // The version is known after the first answer, also if the client connects in the
        // background. The content of the answer is not read, because it differs between versions.
        let answer = self.client.request("$JS.API.INFO", Bytes::new()).await;
        let version = self.client.server_info().version;
        if !version.is_empty() && !version::is_supported(&version) {
            return Err(SetupError::Version(version));
        }
        answer.map_err(SetupError::unavailable)?;
        let deliveries =
            streams::ensure(context, streams::deliveries(names, &self.settings)).await?;
        let states = streams::ensure(context, streams::states(names, &self.settings)).await?;
        Ok((deliveries, states))
    }
}

fn context(client: Client) -> Context {
    ContextBuilder::new()
        .timeout(DEADLINE)
        .ack_timeout(DEADLINE)
        .backpressure_on_inflight(true)
        .build(client)
}

impl fmt::Debug for Opening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opening").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Time for one request to JetStream.
const DEADLINE: Duration = Duration::from_secs(5);

/// Time until JetStream must have a leader.
const PATIENCE: Duration = Duration::from_secs(30);

const PAUSE: Duration = Duration::from_millis(250);
