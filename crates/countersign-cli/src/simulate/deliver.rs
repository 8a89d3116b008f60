//! One delivery, with all its attempts.

use std::time::{Duration, SystemTime};

use tokio::time::sleep;

use super::{
    event::Event,
    report::Report,
    simulation::Shared,
    webhook::{Attempt, Delivery, State, Webhook},
};
use crate::moment;

/// Sends an event until it is accepted, the attempts are used up, or the webhook is not active.
pub(super) async fn deliver(shared: Shared, webhook: String, delivery: String, event: Event) {
    let mut pauses = shared.rules.pauses.clone().into_iter();
    for number in 1.. {
        let Some(attempt) = attempt(&shared, &webhook, &event, number).await else {
            shared.with(&webhook, |hook| {
                if let Some(delivery) = hook.delivery(&delivery) {
                    delivery.state = State::Stopped;
                }
            });
            return;
        };
        let pause = pauses.next().filter(|_| !attempt.has_succeeded());
        let noted = shared.with(&webhook, |hook| {
            let reports = note(hook, &delivery, attempt, pause, shared.rules.failures);
            reports.into_iter().for_each(|report| shared.report(report));
        });
        let (Some(()), Some(pause)) = (noted, pause) else { return };
        sleep(pause).await;
    }
}

/// Sends an event once, without a retry. The result does not count for the webhook.
pub(super) async fn test(shared: &Shared, webhook: &str, event: &Event) -> Option<Delivery> {
    let attempt = send(shared, webhook, event, 1).await?;
    shared.with(webhook, |hook| {
        let mut delivery = Delivery::new(shared.next_id("dlv"), event);
        delivery.state = if attempt.has_succeeded() { State::Succeeded } else { State::Failed };
        shared.report(Report::attempt(hook, &delivery, attempt.clone(), None));
        delivery.attempts.push(attempt);
        hook.add(delivery.clone());
        delivery
    })
}

async fn attempt(shared: &Shared, webhook: &str, event: &Event, number: u32) -> Option<Attempt> {
    shared.with(webhook, |hook| hook.active).filter(|is_active| *is_active)?;
    send(shared, webhook, event, number).await
}

/// Sends one request. Returns `None` if the webhook was deleted.
async fn send(shared: &Shared, webhook: &str, event: &Event, number: u32) -> Option<Attempt> {
    let (url, secret) = shared.with(webhook, |hook| (hook.url.clone(), hook.secret.clone()))?;
    let failed = |error: String| Attempt {
        number,
        at: moment::with_milliseconds(SystemTime::now()),
        duration_ms: 0,
        status: None,
        error: Some(error),
        answer: None,
    };
    let headers = match shared.rules.sign(&secret, event) {
        Ok(headers) => headers,
        Err(error) => return Some(failed(format!("cannot be signed: {error}"))),
    };
    let (sender, body) = (shared.sender.clone(), event.body.clone());
    let sending = move || sender.send(number, &url, &headers, &body);
    let sent = tokio::task::spawn_blocking(sending).await;
    Some(sent.unwrap_or_else(|error| failed(error.to_string())))
}

/// Writes the result of an attempt into the history. Returns the lines about it.
fn note(
    webhook: &mut Webhook,
    delivery: &str,
    attempt: Attempt,
    pause: Option<Duration>,
    most_failures: Option<u32>,
) -> Vec<Report> {
    let mut reports = Vec::new();
    let is_done = attempt.has_succeeded();
    webhook.failures = if is_done { 0 } else { webhook.failures.saturating_add(1) };
    let disables =
        webhook.active && !is_done && most_failures.is_some_and(|most| webhook.failures >= most);
    let pause = pause.filter(|_| !disables);
    if let Some(noted) = webhook.delivery(delivery) {
        noted.state = match pause {
            _ if is_done => State::Succeeded,
            Some(_) => State::Pending,
            None => State::Failed,
        };
        let next = pause.and_then(|pause| SystemTime::now().checked_add(pause));
        noted.next_attempt_at = next.map(moment::with_milliseconds);
        noted.attempts.push(attempt.clone());
        let noted = noted.clone();
        reports.push(Report::attempt(webhook, &noted, attempt, pause));
    }
    if disables {
        webhook.active = false;
        let Webhook { id, url, failures, .. } = webhook.clone();
        reports.push(Report::Disabled { webhook: id, url, failures });
    }
    reports
}
