//! The command `explain`.

use std::{
    io::{self, IsTerminal as _},
    path::PathBuf,
    process::ExitCode,
    sync::mpsc,
    thread,
    time::{Duration, SystemTime},
};

use clap::Args;
use countersign_core::providers::AnyProvider;
use countersign_explain::{Case, Framework, Report, Verdict, explain};
use indicatif::{ProgressBar, ProgressStyle};

use crate::{
    duration,
    failure::{self, Failure},
    moment,
    output::Output,
    recorded::{DeliveryArguments, Recorded},
    secrets::SecretArguments,
    verdict,
};

/// Finds the change under which a delivery would verify, or says what is likely
///
/// The first line is the verdict, and the second line the next step. Then comes the evidence, with
/// an excerpt of the body. No secret and no computed signature is printed.
#[derive(Args)]
#[command(after_help = "Examples:
  countersign explain github body.json -H 'X-Hub-Signature-256: sha256=...'
  countersign explain delivery.http --redact
  countersign explain stripe capture.har --entry 2 --framework express
  countersign explain --secret-env OLD --secret-env NEW delivery.http")]
pub(crate) struct Arguments {
    /// The provider, such as stripe [default: found by the headers]
    #[arg(value_name = "PROVIDER")]
    provider: Option<String>,
    #[command(flatten)]
    delivery: DeliveryArguments,
    /// Time at which it was received: RFC 3339, or seconds since 1970 [default: the recorded time,
    /// or now]
    #[arg(long, value_name = "TIME", value_parser = moment::parse)]
    at: Option<SystemTime>,
    /// URL that the provider was given, for providers that sign it [default: the recorded URL]
    #[arg(long)]
    url: Option<String>,
    /// Header of the signature, if it is not the provider's
    #[arg(long, value_name = "NAME")]
    signature_header: Option<String>,
    /// Largest accepted difference between the signed time and the time of receipt, such as 300 or 5m [default: the provider's]
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    tolerance: Option<Duration>,
    /// Framework of the receiver, for the advice: axum, actix-web, express, fastify, next, django,
    /// flask, fastapi, laravel, rails, spring or lambda
    #[arg(long, value_name = "NAME", value_parser = framework)]
    framework: Option<Framework>,
    /// Replaces each letter of the body by `a` and each digit by `0`, so that you can publish the
    /// result
    #[arg(long)]
    redact: bool,
    /// Time after which nothing more is tried
    #[arg(long, value_name = "DURATION", value_parser = duration::parse, default_value = "2s")]
    time_limit: Duration,
    #[command(flatten)]
    secrets: SecretArguments,
}

impl Arguments {
    pub(crate) fn run(&self, output: &Output) -> Result<ExitCode, Failure> {
        let secrets = self.secrets.read()?;
        let (provider, file) = self.provider()?;
        let recorded = self.delivery.read_from(file.as_deref(), &self.secrets)?;
        let url = self.url.as_ref().or(recorded.url.as_ref());
        let mut case = case(provider, &recorded)
            .received_at(verdict::time(self.at, recorded.received_at))
            .time_limit(self.time_limit);
        for text in &secrets.texts {
            case = case.secret(text.as_str());
        }
        if let Some(url) = url {
            case = case.url(url);
        }
        if let Some(name) = &self.signature_header {
            case = case.signature_header(name);
        }
        if let Some(tolerance) = self.tolerance {
            case = case.tolerance(tolerance);
        }
        if let Some(framework) = self.framework {
            case = case.framework(framework);
        }
        let mut report = with_progress(|| explain(&case));
        if self.redact {
            report = report.redacted();
        }
        output.print(&report, &text(&report, output))?;
        let is_verified = report.verdict == Verdict::Verifies;
        Ok(if is_verified { failure::DONE } else { failure::REFUSED }.into())
    }

    /// Returns the provider and the file. If there is only one of them, the name decides which.
    fn provider(&self) -> Result<(Option<AnyProvider>, Option<PathBuf>), Failure> {
        let Some(name) = &self.provider else { return Ok((None, None)) };
        match AnyProvider::named(name) {
            Some(provider) => Ok((Some(provider), None)),
            None if self.delivery.has_file() => {
                Err(Failure::usage(format!("{name:?} is not a known provider"))
                    .next("`countersign providers` lists them"))
            }
            None => Ok((None, Some(PathBuf::from(name)))),
        }
    }
}

/// Returns the case of a recorded delivery, without its secrets. The provider is found by the
/// headers if it is not given.
pub(crate) fn case(provider: Option<AnyProvider>, recorded: &Recorded) -> Case {
    let recorded_for = || recorded.provider.as_deref().and_then(AnyProvider::named);
    let case = Case::new(recorded.body.clone()).headers(recorded.headers.clone());
    match provider.or_else(recorded_for) {
        Some(provider) => case.provider(provider),
        None => case,
    }
}

fn text(report: &Report, output: &Output) -> String {
    let text = report.to_string();
    let (headline, rest) = text.split_once('\n').unwrap_or((&text, ""));
    let headline = output.colored(headline, report.verdict == Verdict::Verifies);
    format!("{headline}\n{rest}")
}

fn framework(name: &str) -> Result<Framework, String> {
    Framework::named(name).ok_or_else(|| {
        let names: Vec<_> = Framework::ALL.iter().map(|(name, _)| *name).collect();
        format!("not a known framework; known are {}", names.join(", "))
    })
}

/// Shows on a terminal that the work goes on, if it takes a while.
fn with_progress<T>(work: impl FnOnce() -> T) -> T {
    if !io::stderr().is_terminal() {
        return work();
    }
    let (done, wait) = mpsc::channel::<()>();
    thread::scope(|scope| {
        scope.spawn(move || {
            if wait.recv_timeout(BEFORE_PROGRESS) != Err(mpsc::RecvTimeoutError::Timeout) {
                return;
            }
            let style = ProgressStyle::with_template("{spinner} trying texts and keys, {elapsed}");
            let bar = ProgressBar::new_spinner();
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
            bar.enable_steady_tick(TICK);
            // The sender is dropped when the work has ended.
            let _ = wait.recv();
            bar.finish_and_clear();
        });
        let result = work();
        drop(done);
        result
    })
}

/// Time after which the progress is shown.
const BEFORE_PROGRESS: Duration = Duration::from_millis(300);

/// Time between two steps of the progress.
const TICK: Duration = Duration::from_millis(100);
