//! The receiver: verifies, records, forwards and prints each delivery.

use std::{
    io::Write as _,
    path::PathBuf,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    time::UNIX_EPOCH,
};

use countersign_explain::explain;
use tokio::{sync::Semaphore, task};

use super::{
    answer::{self, Answer},
    line::Line,
    verification::Verification,
};
use crate::{
    header,
    http::{Client, Request},
    output::Output,
    recorded::Recorded,
    verdict::Verdict,
};

pub(super) struct Receiver {
    pub(super) output: Output,
    verification: Verification,
    directory: Option<PathBuf>,
    forward_to: Option<(Client, String)>,
    number: AtomicUsize,
    is_refused: AtomicBool,
    /// Refused deliveries are examined one after the other.
    examination: Semaphore,
}

impl Receiver {
    pub(super) fn new(
        output: Output,
        verification: Verification,
        directory: Option<PathBuf>,
        forward_to: Option<(Client, String)>,
    ) -> Self {
        let (number, is_refused) = (AtomicUsize::new(0), AtomicBool::new(false));
        let examination = Semaphore::new(1);
        Self { output, verification, directory, forward_to, number, is_refused, examination }
    }

    /// Returns the name of the provider, if one was given.
    pub(super) fn provider(&self) -> Option<&'static str> {
        self.verification.provider.map(|provider| provider.name())
    }

    /// Returns true if no delivery was refused.
    pub(super) fn are_all_verified(&self) -> bool {
        !self.is_refused.load(Ordering::Relaxed)
    }

    /// Notes that a delivery was refused.
    pub(super) fn refuse(&self) {
        self.is_refused.store(true, Ordering::Relaxed);
    }

    /// Receives one delivery.
    pub(super) async fn receive(&self, mut recorded: Recorded) -> Answer {
        if recorded.method != "POST" && self.forward_to.is_none() {
            return answer::other_method();
        }
        let verdict = self.verification.verdict(&recorded);
        if !verdict.is_verified() {
            self.refuse();
        }
        if verdict.provider != Verdict::UNKNOWN {
            recorded.provider = Some(verdict.provider.to_owned());
        }
        let file = self.save(&recorded);
        let ((answer, error), explanation) = tokio::join!(
            async {
                match self.forward(&recorded).await {
                    None => (answer::of(&verdict), None),
                    Some(Ok(answer)) => (answer::forwarded(answer), None),
                    Some(Err(reason)) => (answer::unreachable(), Some(reason)),
                }
            },
            self.explanation(&verdict, &recorded),
        );
        let status = answer.status().as_u16();
        let line = Line::new(&recorded, &verdict, status, error.as_deref(), file.as_deref())
            .explained(explanation.as_deref());
        let text = line.text(&recorded, &self.output);
        if let Err(failure) = self.output.print(&line, &text) {
            failure.report();
        }
        answer
    }

    /// Returns the likely cause of a refusal, unless another one is being examined.
    async fn explanation(&self, verdict: &Verdict, recorded: &Recorded) -> Option<String> {
        if verdict.is_verified() {
            return None;
        }
        let _permit = self.examination.try_acquire().ok()?;
        let case = self.verification.case(recorded);
        let examination = task::spawn_blocking(move || explain(&case).headline());
        examination.await.ok()
    }

    /// Writes the delivery into its file, and returns the path.
    fn save(&self, recorded: &Recorded) -> Option<String> {
        let directory = self.directory.as_ref()?;
        let number = self.number.fetch_add(1, Ordering::Relaxed);
        let since_epoch = recorded.received_at?.duration_since(UNIX_EPOCH).unwrap_or_default();
        let provider = recorded.provider.as_deref().unwrap_or(Verdict::UNKNOWN);
        let name = format!("{}-{number:04}-{provider}.http", since_epoch.as_millis());
        let path = directory.join(name);
        match recorded.save(&path) {
            Ok(()) => Some(path.display().to_string()),
            Err(failure) => {
                failure.report();
                None
            }
        }
    }

    /// Sends the delivery on, with the query of the request if the URL has none.
    async fn forward(&self, recorded: &Recorded) -> Option<Result<crate::http::Answer, String>> {
        let (client, url) = self.forward_to.clone()?;
        let query = recorded.url.as_deref().and_then(|url| url.split_once('?'));
        let url = match query {
            Some((_, query)) if !url.contains('?') => format!("{url}?{query}"),
            _ => url,
        };
        let Recorded { method, headers, body, .. } = recorded.clone();
        let sent = tokio::task::spawn_blocking(move || {
            let passed_on =
                headers.iter().filter(|(name, _)| !header::is_of_connection(&headers, name));
            let passed_on: Vec<_> = passed_on.cloned().collect();
            let request = Request {
                method: &method,
                url: &url,
                headers: &passed_on,
                body: &body,
                is_chunked: false,
            };
            client.send(&request)
        });
        Some(sent.await.unwrap_or_else(|error| Err(error.to_string())))
    }
}

/// Writes a note to the standard error.
pub(super) fn note(text: &str) {
    // If the standard error is closed, nobody reads this.
    let _ = writeln!(std::io::stderr(), "{text}");
}
