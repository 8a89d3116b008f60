//! Webhooks, and the history of their deliveries.

use std::{collections::VecDeque, time::SystemTime};

use serde::Serialize;

use crate::moment;

/// A webhook that was created.
#[derive(Clone, Serialize)]
pub(super) struct Webhook {
    pub(super) id: String,
    pub(super) url: String,
    /// The types that are sent. `*` means all.
    pub(super) events: Vec<String>,
    pub(super) active: bool,
    /// Attempts that failed since the last one that succeeded.
    pub(super) failures: u32,
    pub(super) created_at: String,
    /// Shown only when the webhook is created.
    #[serde(skip)]
    pub(super) secret: String,
    /// The newest first.
    #[serde(skip)]
    pub(super) deliveries: VecDeque<Delivery>,
}

/// A webhook with its secret, as the answer to its creation.
#[derive(Serialize)]
pub(super) struct Created {
    #[serde(flatten)]
    webhook: Webhook,
    secret: String,
}

/// A delivery of one event to one webhook.
#[derive(Clone, Serialize)]
pub(super) struct Delivery {
    pub(super) id: String,
    pub(super) event: String,
    #[serde(rename = "type")]
    pub(super) event_type: Option<String>,
    pub(super) state: State,
    pub(super) created_at: String,
    pub(super) body: String,
    pub(super) attempts: Vec<Attempt>,
    pub(super) next_attempt_at: Option<String>,
}

/// The state of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum State {
    /// An attempt runs, or the next one waits.
    Pending,
    Succeeded,
    /// All attempts failed.
    Failed,
    /// The webhook was deleted, or is no longer active.
    Stopped,
}

/// One request, and its answer.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Attempt {
    pub(super) number: u32,
    pub(super) at: String,
    pub(super) duration_ms: u64,
    /// `None` if there was no answer.
    pub(super) status: Option<u16>,
    /// The reason why there was no answer.
    pub(super) error: Option<String>,
    /// The start of the answer's body.
    pub(super) answer: Option<String>,
}

impl Webhook {
    /// Returns true if events of this type are sent to the webhook.
    pub(super) fn wants(&self, event_type: Option<&str>) -> bool {
        let fits = |wanted: &String| wanted == "*" || event_type.is_none_or(|name| name == wanted);
        self.active && self.events.iter().any(fits)
    }

    pub(super) fn delivery(&mut self, id: &str) -> Option<&mut Delivery> {
        self.deliveries.iter_mut().find(|delivery| delivery.id == id)
    }

    /// Adds a delivery, and forgets the oldest one of a long history.
    pub(super) fn add(&mut self, delivery: Delivery) {
        self.deliveries.truncate(LONGEST_HISTORY - 1);
        self.deliveries.push_front(delivery);
    }

    pub(super) fn created(&self) -> Created {
        let webhook = Self { deliveries: VecDeque::new(), ..self.clone() };
        Created { webhook, secret: self.secret.clone() }
    }
}

impl Delivery {
    pub(super) fn new(id: String, event: &super::event::Event) -> Self {
        Self {
            id,
            event: event.id.clone(),
            event_type: event.event_type.clone(),
            state: State::Pending,
            created_at: moment::with_milliseconds(SystemTime::now()),
            body: event.body.clone(),
            attempts: Vec::new(),
            next_attempt_at: None,
        }
    }
}

impl Attempt {
    /// Returns true for an answer that the platforms take for success.
    pub(super) fn has_succeeded(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }
}

/// Deliveries of one webhook that are kept.
const LONGEST_HISTORY: usize = 1000;
