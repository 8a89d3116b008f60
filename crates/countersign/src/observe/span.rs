//! The span and the log line of a delivery.

use std::time::{Instant, SystemTime};

use countersign_core::{HeaderSource, event::Location};
use tracing::{Span, field::Empty, span::Entered};

use crate::{
    adapter::VerifiedDelivery,
    logs,
    observe::Outcome,
    surface::{Rejection, Verifiers},
};

/// A delivery that is traced, because the target [`logs::DELIVERY`] is enabled at `DEBUG`.
pub(super) struct Traced {
    span: Span,
    /// The time at which the headers arrived.
    at: Instant,
    /// The same time, on the verifier's clock.
    now: SystemTime,
    /// The headers that can hold the event's id or type.
    headers: Vec<(String, String)>,
}

impl Traced {
    /// Returns `None` unless deliveries are traced.
    #[inline]
    pub(super) fn begin<V, H>(verifiers: &V, headers: &H) -> Option<Box<Self>>
    where
        V: Verifiers,
        H: HeaderSource + ?Sized,
    {
        tracing::enabled!(target: logs::DELIVERY, tracing::Level::DEBUG)
            .then(|| Self::of(verifiers, headers))
    }

    #[cold]
    fn of<V, H>(verifiers: &V, headers: &H) -> Box<Self>
    where
        V: Verifiers,
        H: HeaderSource + ?Sized,
    {
        let mut kept = Vec::new();
        verifiers.visit(&mut |candidate| {
            for location in [candidate.event.id, candidate.event.event_type] {
                if let Location::UnsignedHeader(name) = location {
                    let values = headers.values(name).map(String::from_utf8_lossy);
                    kept.extend(values.map(|value| (name.to_owned(), value.into_owned())));
                }
            }
        });
        let span = tracing::debug_span!(
            target: logs::DELIVERY,
            "webhook.receive",
            provider = Empty,
            endpoint = Empty,
            event_type = Empty,
            event_id = Empty,
            outcome = Empty,
            secret = Empty,
            form = Empty,
            bytes = Empty,
        );
        Box::new(Self { span, at: Instant::now(), now: verifiers.now(), headers: kept })
    }

    pub(super) fn enter(&self) -> Entered<'_> {
        self.span.enter()
    }

    #[cold]
    pub(super) fn accepted(&self, delivery: &VerifiedDelivery) {
        let event = delivery.delivery(&*self.headers);
        self.span.record("provider", delivery.provider());
        self.span.record("endpoint", delivery.endpoint());
        if let Some(event_type) = event.event_type() {
            self.span.record("event_type", &*event_type);
        }
        if let Some(id) = event.id() {
            self.span.record("event_id", &*id);
        }
        self.span.record("outcome", Outcome::Accepted.name());
        self.span.record("secret", delivery.secret_index());
        self.span.record("form", delivery.form().name());
        self.span.record("bytes", delivery.bytes().len());
        let _entered = self.span.enter();
        tracing::debug!(
            target: logs::DELIVERY,
            provider = delivery.provider(),
            endpoint = delivery.endpoint(),
            tenant = delivery.tenant(),
            bytes = delivery.bytes().len(),
            secret = delivery.secret_index(),
            form = ?delivery.form(),
            age_s = delivery.signed_at().map(|signed_at| seconds(signed_at, self.now)),
            microseconds = u64::try_from(self.at.elapsed().as_micros()).unwrap_or(u64::MAX),
            "accepted a delivery",
        );
    }

    #[cold]
    pub(super) fn rejected(&self, rejection: &Rejection) {
        if let Some((provider, endpoint)) = rejection.provider().zip(rejection.endpoint()) {
            self.span.record("provider", &*provider);
            self.span.record("endpoint", &*endpoint);
        }
        if let Some(verdict) = rejection.verdict() {
            self.span.record("outcome", verdict.name());
        }
    }
}

/// Returns the age of a signed time, in seconds. The age is negative if the time is in the future.
fn seconds(signed_at: SystemTime, now: SystemTime) -> i64 {
    let whole = |seconds| i64::try_from(seconds).unwrap_or(i64::MAX);
    match now.duration_since(signed_at) {
        Ok(age) => whole(age.as_secs()),
        Err(ahead) => -whole(ahead.duration().as_secs()),
    }
}
