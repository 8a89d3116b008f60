//! Lines about what the platform does.

use std::time::Duration;

use serde::Serialize;

use super::{
    platform::{Platform, Shape},
    webhook::{Attempt, Delivery, Webhook},
};
use crate::{failure::Failure, output::Output, span::Span};

/// One line. In JSON, `kind` names it.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(super) enum Report {
    Listening {
        url: String,
        platform: Platform,
        #[serde(skip_serializing_if = "Option::is_none")]
        shape: Option<Shape>,
    },
    /// A webhook of `--to`. The secret is shown only if it was generated.
    Webhook {
        id: String,
        url: String,
        secret: Option<String>,
    },
    Attempt {
        webhook: String,
        url: String,
        delivery: String,
        event: String,
        #[serde(rename = "type")]
        event_type: Option<String>,
        #[serde(flatten)]
        attempt: Attempt,
        next_in_ms: Option<u128>,
    },
    Disabled {
        webhook: String,
        url: String,
        failures: u32,
    },
}

impl Report {
    pub(super) fn attempt(
        webhook: &Webhook,
        delivery: &Delivery,
        attempt: Attempt,
        next: Option<Duration>,
    ) -> Self {
        Self::Attempt {
            webhook: webhook.id.clone(),
            url: webhook.url.clone(),
            delivery: delivery.id.clone(),
            event: delivery.event.clone(),
            event_type: delivery.event_type.clone(),
            attempt,
            next_in_ms: next.map(|next| next.as_millis()),
        }
    }

    pub(super) fn print(&self, output: &Output) -> Result<(), Failure> {
        output.print(self, &self.text(output))
    }

    fn text(&self, output: &Output) -> String {
        match self {
            Self::Listening { url, platform, shape } => {
                let shape = match shape {
                    Some(Shape::Objects) => ", objects",
                    Some(Shape::Flat) => ", flat",
                    None => "",
                };
                format!("listening on {url} ({}{shape})", platform.name())
            }
            Self::Webhook { id, url, secret: Some(secret) } => {
                format!("webhook {id} -> {url}\n  secret: {secret}")
            }
            Self::Webhook { id, url, secret: None } => format!("webhook {id} -> {url}"),
            Self::Attempt { webhook, event, event_type, attempt, next_in_ms, .. } => {
                let Attempt { number, at, duration_ms, status, error, .. } = attempt;
                let event_type = event_type.as_deref().unwrap_or("event");
                let result = match (status, error) {
                    (Some(status), _) => status.to_string(),
                    (None, error) => error.clone().unwrap_or_default(),
                };
                let result = output.colored(&result, attempt.has_succeeded());
                let next = next_in_ms
                    .and_then(|next| u64::try_from(next).ok())
                    .map(|next| format!(", next attempt in {}", Span(Duration::from_millis(next))));
                let next = next.unwrap_or_default();
                format!(
                    "{at} {webhook} {event_type} {event} attempt {number}: {result} \
                     ({duration_ms} ms){next}"
                )
            }
            Self::Disabled { webhook, url, failures } => format!(
                "webhook {webhook} -> {url} is disabled after {failures} failures; \
                 PATCH it with {{\"active\":true}} to enable it"
            ),
        }
    }
}
