//! The command `simulate`: a platform that sends webhooks, on this machine.

mod api;
mod deliver;
mod event;
mod platform;
mod report;
mod send;
mod simulation;
mod webhook;

use std::{env, io, process::ExitCode, sync::Arc, time::Duration};

use clap::Args;
use tokio::{net::TcpListener, runtime, sync::mpsc, time};

use crate::{
    failure::{DONE, Failure},
    output::Output,
    span::Span,
};
use event::Wish;
use platform::{Platform, Shape};
use report::Report;
use send::Sender;
use simulation::{Rules, Shared, Simulation};

/// Runs a platform that sends webhooks, on a port of this machine
#[derive(Args)]
#[command(after_long_help = include_str!("help.txt"))]
pub(crate) struct Simulate {
    /// The platform
    #[arg(long, value_enum, default_value_t = Platform::XWebhookSignature)]
    platform: Platform,
    /// The shape of the events of `x-webhook-signature`
    #[arg(long, value_enum, default_value_t = Shape::Objects)]
    shape: Shape,
    /// Port of 127.0.0.1 on which the API listens; 0 takes a free one
    #[arg(long, default_value_t = 8480)]
    port: u16,
    /// Creates a webhook for this URL at the start; can be repeated
    #[arg(long, value_name = "URL")]
    to: Vec<String>,
    /// Emits an event each time this many seconds have passed, the types in turn
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    every: Option<Duration>,
    /// Divides the pauses between attempts: with 100, a pause of one minute takes 0.6 s
    #[arg(long, default_value = "1", value_name = "FACTOR", value_parser = factor)]
    speed: f64,
    /// Pauses between attempts instead of the documented ones, such as `30s,5m,1h`
    #[arg(long, value_name = "PAUSES", value_delimiter = ',')]
    retry_after: Option<Vec<Span>>,
    /// Time within which a receiver must answer, not divided by `--speed`
    #[arg(long, default_value = "5s", value_name = "DURATION")]
    timeout: Span,
    /// Header of the signature, instead of the usual one of the platform
    #[arg(long, value_name = "NAME")]
    header: Option<String>,
}

impl Simulate {
    /// Runs the platform until the program is interrupted.
    pub(crate) fn run(&self, output: &Output) -> Result<ExitCode, Failure> {
        let runtime = runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(Failure::could_not_run)?;
        let ended = runtime.block_on(self.serve(output));
        // A request may still wait for its answer.
        runtime.shutdown_background();
        ended.map(|()| DONE.into())
    }

    async fn serve(&self, output: &Output) -> Result<(), Failure> {
        let (reports, mut reported) = mpsc::unbounded_channel();
        let shared = self.simulation(reports)?;
        let address = ("127.0.0.1", self.port);
        let listener = TcpListener::bind(address).await.map_err(|error| self.no_port(&error))?;
        let address = listener.local_addr().map_err(Failure::could_not_run)?;
        let (platform, shape) = (self.platform, self.shape);
        let shape = (platform == Platform::XWebhookSignature).then_some(shape);
        let url = format!("http://{address}");
        Report::Listening { url, platform, shape }.print(output)?;
        for url in &self.to {
            let webhook = shared.create(url, None).map_err(Failure::usage)?;
            let secret = shared.secret.is_none().then_some(webhook.secret);
            Report::Webhook { id: webhook.id, url: webhook.url, secret }.print(output)?;
        }
        if let Some(interval) = self.every {
            tokio::spawn(emit(Arc::clone(&shared), interval));
        }
        let server = axum::serve(listener, api::routes(shared));
        let print = async {
            while let Some(report) = reported.recv().await {
                report.print(output)?;
            }
            Ok(())
        };
        tokio::select! {
            ended = server => ended.map_err(Failure::could_not_run),
            ended = print => ended,
            ended = tokio::signal::ctrl_c() => ended.map_err(Failure::could_not_run),
        }
    }

    fn simulation(&self, reports: mpsc::UnboundedSender<Report>) -> Result<Shared, Failure> {
        let (platform, shape) = (self.platform, self.shape);
        let pauses = self.retry_after.as_ref();
        let pauses = pauses.map(|pauses| pauses.iter().map(|pause| pause.0).collect());
        let pauses = pauses.unwrap_or_else(|| platform.pauses(shape)).into_iter();
        let scaled = |pause: Duration| {
            Duration::try_from_secs_f64(pause.as_secs_f64() / self.speed)
                .map_err(|_| Failure::usage("--speed is too small"))
        };
        let rules = Rules {
            platform,
            shape,
            provider: platform.provider()?,
            header: self.header.clone(),
            pauses: pauses.map(scaled).collect::<Result<_, _>>()?,
            failures: platform.failures(shape),
        };
        let secret = match env::var(SECRET) {
            Ok(secret) => Some(secret),
            Err(env::VarError::NotPresent) => None,
            Err(error) => return Err(Failure::usage(format!("{SECRET}: {error}"))),
        };
        rules.check(secret.as_deref()).map_err(Failure::usage)?;
        let sender = Sender::new(self.timeout.0);
        let simulation = Simulation::new(rules, sender, reports, secret);
        simulation.map(Arc::new).map_err(Failure::could_not_run)
    }

    fn no_port(&self, error: &io::Error) -> Failure {
        let failure = Failure::could_not_run(format!("port {}: {error}", self.port));
        failure.next("choose another one with --port, or a free one with --port 0")
    }
}

/// Emits events at an interval, the types in turn.
async fn emit(shared: Shared, interval: Duration) {
    let types = shared.rules.platform.types(shared.rules.shape);
    for number in 0_usize.. {
        time::sleep(interval).await;
        let event_type = number.checked_rem(types.len()).and_then(|place| types.get(place));
        // Sample events can always be made.
        let _ = api::begin(&shared, Wish::of_type(event_type.copied()));
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().map_err(|_| "a number of seconds: `5` or `0.5`")?;
    let duration = Duration::try_from_secs_f64(seconds).ok();
    let duration = duration.filter(|duration| *duration >= Duration::from_millis(1));
    duration.ok_or_else(|| "at least 0.001 seconds".to_owned())
}

fn factor(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(factor) if factor.is_finite() && factor > 0.0 => Ok(factor),
        _ => Err("a number greater than 0: `100`".to_owned()),
    }
}

/// The variable that holds the secret of all webhooks.
const SECRET: &str = "COUNTERSIGN_SECRET";
