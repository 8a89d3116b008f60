//! The metrics of one endpoint.

use std::{
    cell::{OnceCell, RefCell},
    time::Duration,
};

use ::metrics::{Counter, Gauge, Histogram, SharedString, counter, gauge, histogram};

use super::{
    ATTEMPTS, BODY, DELIVERIES, EVENTS, HANDLE_DURATION, INBOX_DELIVERIES, INBOX_OLDEST_READY,
    INBOX_UP, LAG, LAST_DELIVERY, MATCHES, RECEIVE_DURATION, REJECTIONS, clock::since_1970,
};
use crate::{
    adapter::VerifiedDelivery,
    observe::{ClaimOutcome, Outcome},
};

/// The handles of one endpoint. Each handle is made at its first use, so an endpoint has only the
/// series that it needs.
pub(super) struct Endpoint {
    pub(super) name: SharedString,
    accepted: Series<Match, Accepted>,
    not_accepted: Series<(Outcome, SharedString), NotAccepted>,
    rejections: Series<&'static str, Counter>,
    events: Series<ClaimOutcome, Counter>,
    attempts: Series<(Option<&'static str>, &'static str), Counter>,
    #[cfg(feature = "inbox")]
    inbox: OnceCell<InboxGauges>,
    handle_duration: Series<(bool, &'static str), Histogram>,
}

impl Endpoint {
    pub(super) fn new(name: &str) -> Self {
        Self {
            name: SharedString::from(std::sync::Arc::<str>::from(name)),
            accepted: Series::new(),
            not_accepted: Series::new(),
            rejections: Series::new(),
            events: Series::new(),
            attempts: Series::new(),
            #[cfg(feature = "inbox")]
            inbox: OnceCell::new(),
            handle_duration: Series::new(),
        }
    }

    fn name(&self) -> SharedString {
        self.name.clone()
    }

    /// Counts an accepted delivery. `now` is the time since 1970, and `took` the time since the
    /// headers arrived.
    pub(super) fn accepted(&self, delivery: &VerifiedDelivery, now: Duration, took: Duration) {
        let matched = Match {
            provider: delivery.provider(),
            secret: delivery.secret_index(),
            form: delivery.form().name(),
        };
        self.accepted.with(
            |known| *known == matched,
            || (matched, Accepted::new(self, matched)),
            |handles| {
                handles.deliveries.increment(1);
                handles.matches.increment(1);
                handles.receive_duration.record(took);
                handles.body.record(delivery.bytes().len() as f64);
                handles.last_delivery.set(now.as_secs_f64());
                if let Some(signed_at) = delivery.signed_at() {
                    let lag = || histogram!(LAG, "endpoint" => self.name());
                    handles.lag.get_or_init(lag).record(now.saturating_sub(since_1970(signed_at)));
                }
            },
        );
    }

    /// Counts a delivery that is not accepted. `took` is the time since its headers arrived.
    pub(super) fn not_accepted(&self, provider: &str, outcome: Outcome, took: Option<Duration>) {
        self.not_accepted.with(
            |(known, of)| *known == outcome && **of == *provider,
            || {
                let provider = SharedString::from(provider.to_owned());
                let handles = NotAccepted {
                    deliveries: self.deliveries(provider.clone(), outcome),
                    receive_duration: OnceCell::new(),
                };
                ((outcome, provider), handles)
            },
            |handles| {
                handles.deliveries.increment(1);
                if let Some(took) = took {
                    let duration = || self.receive_duration(outcome);
                    handles.receive_duration.get_or_init(duration).record(took);
                }
            },
        );
    }

    fn deliveries(&self, provider: SharedString, outcome: Outcome) -> Counter {
        let labels =
            [("endpoint", self.name()), ("provider", provider), ("outcome", outcome.name().into())];
        counter!(DELIVERIES, &labels)
    }

    fn receive_duration(&self, outcome: Outcome) -> Histogram {
        let labels = [("endpoint", self.name()), ("outcome", outcome.name().into())];
        histogram!(RECEIVE_DURATION, &labels)
    }

    pub(super) fn rejected(&self, reason: &'static str) {
        self.rejections.with(
            |known| *known == reason,
            || {
                let labels = [("endpoint", self.name()), ("reason", reason.into())];
                (reason, counter!(REJECTIONS, &labels))
            },
            |count| count.increment(1),
        );
    }

    pub(super) fn claimed(&self, outcome: ClaimOutcome) {
        self.events.with(
            |known| *known == outcome,
            || {
                let labels = [("endpoint", self.name()), ("outcome", outcome.name().into())];
                (outcome, counter!(EVENTS, &labels))
            },
            |count| count.increment(1),
        );
    }

    #[cfg(feature = "inbox")]
    pub(super) fn attempted(&self, event_type: Option<&'static str>, outcome: &'static str) {
        self.attempts.with(
            |known| *known == (event_type, outcome),
            || {
                let labels = [
                    ("endpoint", self.name()),
                    ("event_type", event_type.unwrap_or(OTHER).into()),
                    ("outcome", outcome.into()),
                ];
                ((event_type, outcome), counter!(ATTEMPTS, &labels))
            },
            |count| count.increment(1),
        );
    }

    #[cfg(feature = "inbox")]
    pub(super) fn inbox(&self) -> &InboxGauges {
        self.inbox.get_or_init(|| InboxGauges::new(self))
    }

    pub(super) fn handled(
        &self,
        event_type: Option<&'static str>,
        is_success: bool,
        took: Duration,
    ) {
        let event_type = event_type.unwrap_or(OTHER);
        self.handle_duration.with(
            |known| *known == (is_success, event_type),
            || {
                let labels = [
                    ("endpoint", self.name()),
                    ("event_type", event_type.into()),
                    ("outcome", if is_success { "success" } else { "failure" }.into()),
                ];
                ((is_success, event_type), histogram!(HANDLE_DURATION, &labels))
            },
            |durations| durations.record(took),
        );
    }
}

/// The provider, the secret and the body form of an accepted delivery.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Match {
    provider: &'static str,
    secret: usize,
    form: &'static str,
}

/// The handles for accepted deliveries. They are found together, which is faster than one by one.
struct Accepted {
    deliveries: Counter,
    matches: Counter,
    receive_duration: Histogram,
    body: Histogram,
    last_delivery: Gauge,
    /// Made for schemes that sign the time.
    lag: OnceCell<Histogram>,
}

impl Accepted {
    fn new(endpoint: &Endpoint, Match { provider, secret, form }: Match) -> Self {
        let matches = [
            ("endpoint", endpoint.name()),
            ("secret", secret_name(secret).into()),
            ("form", form.into()),
        ];
        Self {
            deliveries: endpoint.deliveries(provider.into(), Outcome::Accepted),
            matches: counter!(MATCHES, &matches),
            receive_duration: endpoint.receive_duration(Outcome::Accepted),
            body: histogram!(BODY, "endpoint" => endpoint.name()),
            last_delivery: gauge!(LAST_DELIVERY, "endpoint" => endpoint.name()),
            lag: OnceCell::new(),
        }
    }
}

/// The gauges of an inbox.
#[cfg(feature = "inbox")]
pub(super) struct InboxGauges {
    pub(super) up: Gauge,
    ready: Gauge,
    waiting: Gauge,
    running: Gauge,
    dead: Gauge,
    oldest_ready: Gauge,
}

#[cfg(feature = "inbox")]
impl InboxGauges {
    fn new(endpoint: &Endpoint) -> Self {
        let state = |state: &'static str| {
            let labels = [("endpoint", endpoint.name()), ("state", state.into())];
            gauge!(INBOX_DELIVERIES, &labels)
        };
        Self {
            up: gauge!(INBOX_UP, "endpoint" => endpoint.name()),
            ready: state("ready"),
            waiting: state("waiting"),
            running: state("running"),
            dead: state("dead"),
            oldest_ready: gauge!(INBOX_OLDEST_READY, "endpoint" => endpoint.name()),
        }
    }

    pub(super) fn report(&self, stats: Option<&crate::inbox::Stats>) {
        let number = |of: fn(&crate::inbox::Stats) -> u64| stats.map_or(0, of) as f64;
        self.ready.set(number(|stats| stats.ready));
        self.waiting.set(number(|stats| stats.waiting));
        self.running.set(number(|stats| stats.running));
        self.dead.set(number(|stats| stats.dead));
        let oldest = stats.and_then(|stats| stats.oldest_ready).unwrap_or_default();
        self.oldest_ready.set(oldest.as_secs_f64());
    }
}

/// The handles for deliveries that are not accepted.
struct NotAccepted {
    deliveries: Counter,
    receive_duration: OnceCell<Histogram>,
}

const fn secret_name(index: usize) -> &'static str {
    match index {
        0 => "current",
        1 => "retired_1",
        2 => "retired_2",
        _ => "retired_3",
    }
}

/// Value of the label `event_type` for events whose type the application does not list.
const OTHER: &str = "other";

/// Handles, by their labels. An endpoint has few of each kind, so a search is faster than a hash.
struct Series<K, H>(RefCell<Vec<(K, H)>>);

impl<K, H> Series<K, H> {
    const fn new() -> Self {
        Self(RefCell::new(Vec::new()))
    }

    /// Calls `use_handle` with the handle whose labels match. Makes the handle if there is none.
    fn with(
        &self,
        matches: impl Fn(&K) -> bool,
        make: impl FnOnce() -> (K, H),
        use_handle: impl FnOnce(&H),
    ) {
        let mut handles = self.0.borrow_mut();
        let place = handles.iter().position(|(labels, _)| matches(labels)).unwrap_or_else(|| {
            handles.push(make());
            handles.len() - 1
        });
        if let Some((_, handle)) = handles.get(place) {
            use_handle(handle);
        }
    }
}
