//! The arguments of the command line.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use clap::{Parser, ValueEnum};
use countersign::idempotency::InProgressStatus;

use crate::{idempotency::Keep, inbox::engine::Place};

/// Receives signed webhooks from several providers.
///
/// Secrets come from RESPAN_SECRET, WEBHOOK_SECRET, SPEAKNODE_SECRET, GITHUB_SECRET, GITEA_SECRET,
/// HOOKDECK_SECRET, STRIPE_SECRET, SLACK_SECRET and STANDARD_SECRET; retired ones from the same
/// names with _PREVIOUS. An endpoint without a secret rejects every delivery.
#[derive(Debug, Parser)]
#[command(name = "receiver")]
pub(crate) struct Arguments {
    /// The surface that takes the deliveries.
    #[arg(long)]
    pub(crate) surface: Surface,
    /// The address to listen on; port 0 chooses a free one.
    #[arg(long, default_value = "127.0.0.1:0")]
    pub(crate) addr: SocketAddr,
    /// The largest body, in bytes.
    #[arg(long, value_name = "BYTES", default_value_t = 1024 * 1024)]
    pub(crate) body_limit: usize,
    /// Deadline for a whole body.
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    pub(crate) body_deadline: Duration,
    /// Deadline for the headers of a request.
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    pub(crate) header_deadline: Duration,
    /// Answers rejected deliveries with other bodies than the default ones.
    #[arg(long)]
    pub(crate) own_answers: bool,
    /// Answers handshakes, which have no signature: `ssl_check=1`, `challenge=TOKEN`, any token in
    /// the header `X-Hook-Secret`, and the length of a body that begins with `length`.
    #[arg(long)]
    pub(crate) answer_unsigned: bool,
    /// A file that gets a line for each event that a handler was given. Default: memory.
    #[arg(long, value_name = "FILE", conflicts_with = "exactly_once")]
    pub(crate) effects: Option<PathBuf>,
    /// The store of the events that were handled: none, memory, or the URL of a server of Redis
    /// (redis://..) or PostgreSQL (postgres://..).
    #[arg(long, value_name = "STORE", default_value = "none")]
    pub(crate) idempotency: Keep,
    /// Claims an event, and adds the line for it, in one transaction of this PostgreSQL server.
    #[arg(long, value_name = "URL", conflicts_with = "idempotency")]
    pub(crate) exactly_once: Option<String>,
    /// Time for which a handler has an event to itself.
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds)]
    pub(crate) lease: Duration,
    /// The status of the answer while the handler of another delivery has the event: 503, 429 or
    /// 409.
    #[arg(long, value_name = "STATUS", default_value = "503", value_parser = in_progress)]
    pub(crate) in_progress: InProgressStatus,
    /// Time that a handler takes before it adds the line.
    #[arg(long, value_name = "SECONDS", default_value = "0", value_parser = seconds)]
    pub(crate) before_effect: Duration,
    /// Time that a handler takes after it added the line.
    #[arg(long, value_name = "SECONDS", default_value = "0", value_parser = seconds)]
    pub(crate) after_effect: Duration,
    /// Adds the endpoints `/inbox` and `/inbox-slack`, which keep their deliveries in a file
    /// (sqlite:FILE), in a server of PostgreSQL (postgres://..) or in servers of NATS
    /// (nats://..,nats://..), and a worker that handles them.
    #[arg(long, value_name = "STORE", value_parser = Place::parse)]
    pub(crate) inbox: Option<Place>,
    /// Time for which the worker holds a delivery without a sign of life.
    #[arg(long, value_name = "MS", default_value = "30000", value_parser = milliseconds)]
    pub(crate) inbox_lease: Duration,
    /// Pauses between the attempts of a delivery.
    #[arg(
        long,
        value_name = "MS,MS..",
        default_value = "60000,300000",
        value_delimiter = ',',
        value_parser = milliseconds
    )]
    pub(crate) inbox_retries: Vec<Duration>,
    /// Time for which done deliveries are kept.
    #[arg(long, value_name = "SECONDS", default_value = "259200", value_parser = seconds)]
    pub(crate) inbox_keep_for: Duration,
    /// Number of deliveries that the worker handles at the same time.
    #[arg(long, value_name = "N", default_value_t = 32)]
    pub(crate) inbox_concurrency: usize,
    /// Time that an answer waits for the commit of its delivery.
    #[arg(long, value_name = "MS", default_value = "2000", value_parser = milliseconds)]
    pub(crate) inbox_deadline: Duration,
    /// Time that a transaction waits while another process holds the lock of the file.
    #[arg(long, value_name = "MS", default_value = "5000", value_parser = milliseconds)]
    pub(crate) inbox_lock_wait: Duration,
    /// Current time for the check of signed times, in seconds since 1970. Default: the real time.
    #[arg(long, value_name = "SECONDS")]
    pub(crate) clock: Option<u32>,
    /// Number of threads that serve.
    #[arg(long, value_name = "N", default_value = "2", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) workers: u16,
}

/// The five ways in which a delivery reaches a handler.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Surface {
    /// A tower service on hyper, without axum.
    Tower,
    /// axum, verified by the extractor.
    AxumExtractor,
    /// axum, behind the layer.
    AxumLayer,
    /// actix-web, verified by the extractor.
    ActixExtractor,
    /// actix-web, behind the middleware.
    ActixMiddleware,
}

fn in_progress(text: &str) -> Result<InProgressStatus, &'static str> {
    match text {
        "503" => Ok(InProgressStatus::ServiceUnavailable),
        "429" => Ok(InProgressStatus::TooManyRequests),
        "409" => Ok(InProgressStatus::Conflict),
        _ => Err("must be 503, 429 or 409"),
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "not a number of seconds".to_owned())?;
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}

fn milliseconds(text: &str) -> Result<Duration, &'static str> {
    text.parse().map(Duration::from_millis).map_err(|_| "not a number of milliseconds")
}
