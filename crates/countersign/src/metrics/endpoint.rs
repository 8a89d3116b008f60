//! The metrics of one endpoint.

use std::{ptr, time::Duration};

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
    inbox: Option<InboxGauges>,
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
            inbox: None,
            handle_duration: Series::new(),
        }
    }

    /// Counts an accepted delivery. `now` is the time since 1970, and `took` the time since the
    /// headers arrived.
    pub(super) fn accepted(&mut self, delivery: &VerifiedDelivery, now: Duration, took: Duration) {
        let name = &self.name;
        let matched = Match {
            provider: delivery.provider(),
            secret: delivery.secret_index(),
            form: delivery.form().name(),
        };
        let handles = self
            .accepted
            .of(|known| known.is(&matched), || (matched, Accepted::new(name, matched)));
        handles.deliveries.increment(1);
        handles.matches.increment(1);
        handles.receive_duration.record(took);
        handles.body.record(delivery.bytes().len() as f64);
        handles.last_delivery.set(now.as_secs_f64());
        if let Some(signed_at) = delivery.signed_at() {
            let lag = || histogram!(LAG, "endpoint" => name.clone());
            handles.lag.get_or_insert_with(lag).record(now.saturating_sub(since_1970(signed_at)));
        }
    }

    /// Counts a delivery that is not accepted. `took` is the time since its headers arrived.
    pub(super) fn not_accepted(
        &mut self,
        provider: &str,
        outcome: Outcome,
        took: Option<Duration>,
    ) {
        let name = &self.name;
        let handles = self.not_accepted.of(
            |(known, of)| *known == outcome && **of == *provider,
            || {
                let provider = SharedString::from(provider.to_owned());
                let handles = NotAccepted {
                    deliveries: deliveries(name, provider.clone(), outcome),
                    receive_duration: None,
                };
                ((outcome, provider), handles)
            },
        );
        handles.deliveries.increment(1);
        if let Some(took) = took {
            let duration = || receive_duration(name, outcome);
            handles.receive_duration.get_or_insert_with(duration).record(took);
        }
    }

    pub(super) fn rejected(&mut self, reason: &'static str) {
        let name = &self.name;
        let count = self.rejections.of(
            |known| is_same(known, reason),
            || {
                let labels = [("endpoint", name.clone()), ("reason", reason.into())];
                (reason, counter!(REJECTIONS, &labels))
            },
        );
        count.increment(1);
    }

    pub(super) fn claimed(&mut self, outcome: ClaimOutcome) {
        let name = &self.name;
        let count = self.events.of(
            |known| *known == outcome,
            || {
                let labels = [("endpoint", name.clone()), ("outcome", outcome.name().into())];
                (outcome, counter!(EVENTS, &labels))
            },
        );
        count.increment(1);
    }

    #[cfg(feature = "inbox")]
    pub(super) fn attempted(&mut self, event_type: Option<&'static str>, outcome: &'static str) {
        let name = &self.name;
        let count = self.attempts.of(
            |known| *known == (event_type, outcome),
            || {
                let labels = [
                    ("endpoint", name.clone()),
                    ("event_type", event_type.unwrap_or(OTHER).into()),
                    ("outcome", outcome.into()),
                ];
                ((event_type, outcome), counter!(ATTEMPTS, &labels))
            },
        );
        count.increment(1);
    }

    #[cfg(feature = "inbox")]
    pub(super) fn inbox(&mut self) -> &InboxGauges {
        self.inbox.get_or_insert_with(|| InboxGauges::new(&self.name))
    }

    pub(super) fn handled(
        &mut self,
        event_type: Option<&'static str>,
        is_success: bool,
        took: Duration,
    ) {
        let name = &self.name;
        let event_type = event_type.unwrap_or(OTHER);
        let durations = self.handle_duration.of(
            |(succeeded, known)| *succeeded == is_success && is_same(known, event_type),
            || {
                let labels = [
                    ("endpoint", name.clone()),
                    ("event_type", event_type.into()),
                    ("outcome", if is_success { "success" } else { "failure" }.into()),
                ];
                ((is_success, event_type), histogram!(HANDLE_DURATION, &labels))
            },
        );
        durations.record(took);
    }
}

fn deliveries(endpoint: &SharedString, provider: SharedString, outcome: Outcome) -> Counter {
    let labels = [
        ("endpoint", endpoint.clone()),
        ("provider", provider),
        ("outcome", outcome.name().into()),
    ];
    counter!(DELIVERIES, &labels)
}

fn receive_duration(endpoint: &SharedString, outcome: Outcome) -> Histogram {
    let labels = [("endpoint", endpoint.clone()), ("outcome", outcome.name().into())];
    histogram!(RECEIVE_DURATION, &labels)
}

/// The provider, the secret and the body form of an accepted delivery.
#[derive(Clone, Copy)]
struct Match {
    provider: &'static str,
    secret: usize,
    form: &'static str,
}

impl Match {
    fn is(&self, other: &Self) -> bool {
        self.secret == other.secret
            && is_same(self.provider, other.provider)
            && is_same(self.form, other.form)
    }
}

/// The handles for accepted deliveries. They are found together, which is faster than one by one.
struct Accepted {
    deliveries: Counter,
    matches: Counter,
    receive_duration: Histogram,
    body: Histogram,
    last_delivery: Gauge,
    /// Made for schemes that sign the time.
    lag: Option<Histogram>,
}

impl Accepted {
    fn new(endpoint: &SharedString, Match { provider, secret, form }: Match) -> Self {
        let matches = [
            ("endpoint", endpoint.clone()),
            ("secret", secret_name(secret).into()),
            ("form", form.into()),
        ];
        Self {
            deliveries: deliveries(endpoint, provider.into(), Outcome::Accepted),
            matches: counter!(MATCHES, &matches),
            receive_duration: receive_duration(endpoint, Outcome::Accepted),
            body: histogram!(BODY, "endpoint" => endpoint.clone()),
            last_delivery: gauge!(LAST_DELIVERY, "endpoint" => endpoint.clone()),
            lag: None,
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
    fn new(endpoint: &SharedString) -> Self {
        let state = |state: &'static str| {
            let labels = [("endpoint", endpoint.clone()), ("state", state.into())];
            gauge!(INBOX_DELIVERIES, &labels)
        };
        Self {
            up: gauge!(INBOX_UP, "endpoint" => endpoint.clone()),
            ready: state("ready"),
            waiting: state("waiting"),
            running: state("running"),
            dead: state("dead"),
            oldest_ready: gauge!(INBOX_OLDEST_READY, "endpoint" => endpoint.clone()),
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
    receive_duration: Option<Histogram>,
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
struct Series<K, H>(Vec<(K, H)>);

impl<K, H> Series<K, H> {
    const fn new() -> Self {
        Self(Vec::new())
    }

    /// Returns the handle whose labels match. Makes the handle if there is none.
    #[inline]
    fn of(&mut self, matches: impl Fn(&K) -> bool, make: impl FnOnce() -> (K, H)) -> &mut H {
        let place = self.0.iter().position(|(labels, _)| matches(labels)).unwrap_or_else(|| {
            self.0.push(make());
            self.0.len() - 1
        });
        &mut self.0[place].1
    }
}

/// Returns whether two labels are equal. Nearly all equal labels are one constant, which has one
/// address.
#[inline]
fn is_same(a: &'static str, b: &'static str) -> bool {
    ptr::eq(a, b) || a == b
}
