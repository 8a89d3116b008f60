//! The state of the platform, in memory.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};

use countersign_core::{ConfigError, Secret, providers::AnyProvider};
use tokio::sync::mpsc;

use super::{
    event::{Event, Wish},
    platform::{Platform, Shape},
    report::Report,
    send::Sender,
    webhook::{Delivery, Webhook},
};
use crate::moment;

/// The platform: its rules, its webhooks and their history.
pub(super) struct Simulation {
    pub(super) rules: Rules,
    pub(super) sender: Sender,
    pub(super) reports: mpsc::UnboundedSender<Report>,
    /// The secret of each webhook, if `COUNTERSIGN_SECRET` has one.
    pub(super) secret: Option<String>,
    webhooks: Mutex<Vec<Webhook>>,
    /// The start of each id, so that receivers take no event for one of an earlier run.
    run: String,
    count: AtomicU64,
}

/// The rules of the platform.
#[derive(Clone, Debug)]
pub(super) struct Rules {
    pub(super) platform: Platform,
    pub(super) shape: Shape,
    pub(super) provider: AnyProvider,
    pub(super) header: Option<String>,
    /// Between the attempts, scaled.
    pub(super) pauses: Vec<Duration>,
    /// The number of failures that disable a webhook.
    pub(super) failures: Option<u32>,
}

impl Simulation {
    pub(super) fn new(
        rules: Rules,
        sender: Sender,
        reports: mpsc::UnboundedSender<Report>,
        secret: Option<String>,
    ) -> Result<Self, getrandom::Error> {
        let (webhooks, count) = (Mutex::default(), AtomicU64::new(0));
        let run = random_hex::<4>()?;
        Ok(Self { rules, sender, reports, secret, webhooks, run, count })
    }

    /// Creates a webhook. Its URL must be one of HTTP.
    pub(super) fn create(&self, url: &str, events: Option<Vec<String>>) -> Result<Webhook, String> {
        let url = checked(url)?;
        let secret = match &self.secret {
            Some(secret) => secret.clone(),
            None => {
                let random = random_hex::<32>().map_err(|error| error.to_string())?;
                let Rules { platform, shape, .. } = self.rules;
                format!("{}{random}", platform.secret_prefix(shape))
            }
        };
        let webhook = Webhook {
            id: self.next_id("wh"),
            url,
            events: checked_events(events)?,
            active: true,
            failures: 0,
            created_at: moment::in_seconds(SystemTime::now()),
            secret,
            deliveries: VecDeque::new(),
        };
        self.webhooks().push(webhook.clone());
        Ok(webhook)
    }

    /// Makes an event, and adds its delivery to each webhook that wants it. Returns the event, and
    /// the ids of the webhooks and of their deliveries.
    pub(super) fn emit(&self, wish: Wish) -> Result<(Event, Vec<(String, String)>), String> {
        let event = self.event(wish)?;
        let mut webhooks = self.webhooks();
        let wanted = webhooks.iter_mut().filter(|hook| hook.wants(event.event_type.as_deref()));
        let ids = wanted.map(|webhook| {
            let id = self.next_id("dlv");
            webhook.add(Delivery::new(id.clone(), &event));
            (webhook.id.clone(), id)
        });
        let ids = ids.collect();
        Ok((event, ids))
    }

    pub(super) fn event(&self, wish: Wish) -> Result<Event, String> {
        wish.event(self.rules.platform, self.rules.shape, &self.next_id("evt"))
    }

    /// Changes or reads one webhook. Returns `None` if there is no such webhook.
    pub(super) fn with<T>(&self, id: &str, act: impl FnOnce(&mut Webhook) -> T) -> Option<T> {
        self.webhooks().iter_mut().find(|webhook| webhook.id == id).map(act)
    }

    pub(super) fn webhooks(&self) -> MutexGuard<'_, Vec<Webhook>> {
        self.webhooks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn next_id(&self, prefix: &str) -> String {
        let number = self.count.fetch_add(1, Ordering::Relaxed) + 1;
        format!("{prefix}_{}{number:04}", self.run)
    }

    pub(super) fn report(&self, report: Report) {
        // The program ends if nobody receives it.
        let _ = self.reports.send(report);
    }
}

impl Rules {
    /// Signs an event with the secret of a webhook. Returns the header fields.
    pub(super) fn sign(
        &self,
        secret: &str,
        event: &Event,
    ) -> Result<Vec<(String, String)>, Box<dyn std::error::Error>> {
        let mut signing = self.provider.signing(&Secret::new(secret)?)?;
        if let Some(header) = &self.header {
            signing = signing.header(header)?;
        }
        Ok(signing.sign(&event.signed)?.into_iter().collect())
    }

    /// Checks the settings that signatures need.
    pub(super) fn check(&self, secret: Option<&str>) -> Result<(), ConfigError> {
        let signing = self.provider.signing(&Secret::new(secret.unwrap_or("secret"))?)?;
        self.header.iter().try_fold(signing, |signing, name| signing.header(name)).map(drop)
    }
}

/// A shared platform.
pub(super) type Shared = Arc<Simulation>;

/// Checks the URL of a webhook.
pub(super) fn checked(url: &str) -> Result<String, String> {
    let uri: axum::http::Uri = url.parse().map_err(|error| format!("{url:?}: {error}"))?;
    match (uri.scheme_str(), uri.host()) {
        (Some("http" | "https"), Some(_)) => Ok(url.to_owned()),
        _ => Err(format!("{url:?} is not a URL that begins with http:// or https://")),
    }
}

/// Checks the types of a webhook. Without types, all are sent.
pub(super) fn checked_events(events: Option<Vec<String>>) -> Result<Vec<String>, String> {
    match events {
        Some(events) if events.is_empty() => {
            Err("`events` is empty: name types, or `*` for all of them".to_owned())
        }
        events => Ok(events.unwrap_or_else(|| vec!["*".to_owned()])),
    }
}

fn random_hex<const LENGTH: usize>() -> Result<String, getrandom::Error> {
    let mut bytes = [0; LENGTH];
    getrandom::fill(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
