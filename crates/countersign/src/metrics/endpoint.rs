//! The metrics of one endpoint.

use std::{
    cell::{OnceCell, RefCell},
    time::Duration,
};

use ::metrics::{Counter, Gauge, Histogram, SharedString, counter, gauge, histogram};

use super::{
    BODY, DELIVERIES, EVENTS, HANDLE_DURATION, LAG, LAST_DELIVERY, MATCHES, RECEIVE_DURATION,
    REJECTIONS,
};
use crate::observe::{ClaimOutcome, Outcome};

/// The handles of one endpoint. Each handle is made at its first use, so an endpoint has only the
/// series that it needs.
pub(super) struct Endpoint {
    pub(super) name: SharedString,
    body: OnceCell<Histogram>,
    lag: OnceCell<Histogram>,
    last_delivery: OnceCell<Gauge>,
    deliveries: Series<(Outcome, SharedString), Counter>,
    receive_duration: Series<Outcome, Histogram>,
    matches: Series<(usize, &'static str), Counter>,
    rejections: Series<&'static str, Counter>,
    events: Series<ClaimOutcome, Counter>,
    handle_duration: Series<(bool, &'static str), Histogram>,
}

impl Endpoint {
    pub(super) fn new(name: &str) -> Self {
        Self {
            name: SharedString::from(std::sync::Arc::<str>::from(name)),
            body: OnceCell::new(),
            lag: OnceCell::new(),
            last_delivery: OnceCell::new(),
            deliveries: Series::new(),
            receive_duration: Series::new(),
            matches: Series::new(),
            rejections: Series::new(),
            events: Series::new(),
            handle_duration: Series::new(),
        }
    }

    fn name(&self) -> SharedString {
        self.name.clone()
    }

    /// Counts a verdict. `took` is the time since the headers arrived.
    pub(super) fn verdict(&self, provider: &str, outcome: Outcome, took: Option<Duration>) {
        self.deliveries.with(
            |(known, of)| *known == outcome && **of == *provider,
            || {
                let provider = SharedString::from(provider.to_owned());
                let labels = [
                    ("endpoint", self.name()),
                    ("provider", provider.clone()),
                    ("outcome", outcome.name().into()),
                ];
                ((outcome, provider), counter!(DELIVERIES, &labels))
            },
            |count| count.increment(1),
        );
        let Some(took) = took else { return };
        self.receive_duration.with(
            |known| *known == outcome,
            || {
                let labels = [("endpoint", self.name()), ("outcome", outcome.name().into())];
                (outcome, histogram!(RECEIVE_DURATION, &labels))
            },
            |durations| durations.record(took),
        );
    }

    /// Counts the secret and the body form that matched.
    pub(super) fn matched(&self, secret: usize, form: &'static str) {
        self.matches.with(
            |known| *known == (secret, form),
            || {
                let labels = [
                    ("endpoint", self.name()),
                    ("secret", secret_name(secret).into()),
                    ("form", form.into()),
                ];
                ((secret, form), counter!(MATCHES, &labels))
            },
            |count| count.increment(1),
        );
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

    /// The histogram of body lengths, in bytes.
    pub(super) fn body(&self) -> &Histogram {
        self.body.get_or_init(|| histogram!(BODY, "endpoint" => self.name()))
    }

    /// The histogram of the age of the signed time, in seconds.
    pub(super) fn lag(&self) -> &Histogram {
        self.lag.get_or_init(|| histogram!(LAG, "endpoint" => self.name()))
    }

    /// The gauge of the time of the last accepted delivery, in seconds since 1970.
    pub(super) fn last_delivery(&self) -> &Gauge {
        self.last_delivery.get_or_init(|| gauge!(LAST_DELIVERY, "endpoint" => self.name()))
    }
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
