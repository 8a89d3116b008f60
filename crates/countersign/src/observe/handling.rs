//! The call of a handler, behind a middleware.

#[cfg(feature = "metrics")]
use std::cell::Cell;

#[cfg(feature = "metrics")]
use countersign_core::__Custom as Custom;

use crate::adapter::VerifiedDelivery;
#[cfg(feature = "metrics")]
use crate::metrics::Instant;

/// The call of the inner service of a middleware. Without the feature `metrics`, it is empty.
pub(crate) struct Handling {
    /// The settings of the verifier, which hold the name of the endpoint, and the name of the provider.
    #[cfg(feature = "metrics")]
    names: (Custom, &'static str),
    #[cfg(feature = "metrics")]
    event_type: Option<&'static str>,
    #[cfg(feature = "metrics")]
    began: Instant,
}

#[cfg(feature = "metrics")]
thread_local! {
    /// The event type that was reported during the current poll of a handler on this thread.
    static EVENT_TYPE: Cell<Option<&'static str>> = const { Cell::new(None) };
}

/// Reports the type of the event that is being handled. The closure must return only types that the
/// application lists, because each type becomes a time series.
#[inline]
pub(crate) fn set_event_type(listed: impl FnOnce() -> Option<&'static str>) {
    #[cfg(feature = "metrics")]
    if let Some(event_type) = listed() {
        EVENT_TYPE.set(Some(event_type));
    }
    #[cfg(not(feature = "metrics"))]
    let _ = listed;
}

impl Handling {
    /// Begins before the inner service of the endpoint is called. The time is counted from `began`.
    #[cfg(feature = "metrics")]
    #[inline]
    pub(super) fn begin(delivery: &VerifiedDelivery, began: Instant) -> Self {
        let names = (delivery.__custom().clone(), delivery.provider());
        Self { names, event_type: None, began }
    }

    #[cfg(not(feature = "metrics"))]
    #[inline]
    pub(super) fn begin(_: &VerifiedDelivery) -> Self {
        Self {}
    }

    /// Begins the call of a handler that has no receipt, because its delivery was stored.
    #[cfg(feature = "inbox")]
    pub(crate) fn begin_now(delivery: &VerifiedDelivery) -> Self {
        #[cfg(feature = "metrics")]
        return Self::begin(delivery, Instant::now());
        #[cfg(not(feature = "metrics"))]
        Self::begin(delivery)
    }

    /// Awaits a handler, and notes the event type that it reports.
    #[cfg(feature = "inbox")]
    pub(crate) async fn observe_whole<F: Future>(&mut self, handler: F) -> F::Output {
        let mut handler = std::pin::pin!(handler);
        std::future::poll_fn(|cx| self.observe(|| handler.as_mut().poll(cx))).await
    }

    /// Returns the event type that the handler has reported.
    #[cfg(feature = "inbox")]
    pub(crate) fn event_type(&self) -> Option<&'static str> {
        #[cfg(feature = "metrics")]
        return self.event_type;
        #[cfg(not(feature = "metrics"))]
        None
    }

    /// Polls the inner service, and notes the event type that its handler reports.
    #[inline]
    pub(crate) fn observe<R>(&mut self, poll: impl FnOnce() -> R) -> R {
        self.listen();
        let result = poll();
        self.note();
        result
    }

    /// Begins a call of the inner service. [`note`](Self::note) ends it.
    // Separate methods, because a closure would copy the request that it passes on.
    #[inline]
    pub(crate) fn listen(&self) {
        #[cfg(feature = "metrics")]
        EVENT_TYPE.set(None);
    }

    /// Notes the event type that the handler has reported since [`listen`](Self::listen).
    #[inline]
    pub(crate) fn note(&mut self) {
        #[cfg(feature = "metrics")]
        if let Some(event_type) = EVENT_TYPE.take() {
            self.event_type = Some(event_type);
        }
    }

    /// Reports that the inner service has answered. The closure returns true if the handler
    /// succeeded, and `None` if the answer is a rejection of this crate, such as the answer to a
    /// duplicate. A rejection is not reported.
    #[inline]
    pub(crate) fn end(&mut self, is_success: impl FnOnce() -> Option<bool>) {
        #[cfg(feature = "metrics")]
        if let Some(is_success) = is_success() {
            let took = self.began.elapsed();
            let (custom, provider) = &self.names;
            let endpoint = custom.endpoint().unwrap_or(provider);
            crate::metrics::handled(endpoint, self.event_type, is_success, took);
        }
        #[cfg(not(feature = "metrics"))]
        let _ = is_success;
    }
}
