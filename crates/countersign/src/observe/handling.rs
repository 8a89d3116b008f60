//! The call of a handler, behind a middleware.

#[cfg(feature = "metrics")]
use std::{cell::RefCell, time::Instant};

#[cfg(feature = "metrics")]
use ::metrics::SharedString;

/// The call of the inner service of a middleware. Without the feature `metrics`, it is empty.
pub(crate) struct Handling {
    #[cfg(feature = "metrics")]
    endpoint: SharedString,
    #[cfg(feature = "metrics")]
    event_type: Option<SharedString>,
    #[cfg(feature = "metrics")]
    began: Instant,
}

#[cfg(feature = "metrics")]
thread_local! {
    /// The event type that was reported during the current poll of a handler on this thread.
    static EVENT_TYPE: RefCell<Option<SharedString>> = const { RefCell::new(None) };
}

/// Reports the type of the event that is being handled. The closure must return only types that the
/// application lists, because each type becomes a time series.
#[cfg(feature = "metrics")]
#[inline]
pub(crate) fn set_event_type<T: Into<SharedString>>(listed: impl FnOnce() -> Option<T>) {
    if let Some(event_type) = listed() {
        EVENT_TYPE.set(Some(event_type.into()));
    }
}

/// Does nothing without metrics.
#[cfg(not(feature = "metrics"))]
#[inline]
pub(crate) fn set_event_type<T>(_: impl FnOnce() -> Option<T>) {}

impl Handling {
    /// Begins before the inner service of the endpoint is called. The time is counted from `began`.
    #[cfg(feature = "metrics")]
    pub(super) fn begin(endpoint: &str, began: Instant) -> Self {
        Self { endpoint: crate::metrics::shared_name(endpoint), event_type: None, began }
    }

    #[cfg(not(feature = "metrics"))]
    pub(super) fn begin(_: &str) -> Self {
        Self {}
    }

    /// Polls the inner service, or calls it, and notes the event type that its handler reports.
    #[inline]
    pub(crate) fn observe<R>(&mut self, poll: impl FnOnce() -> R) -> R {
        #[cfg(feature = "metrics")]
        EVENT_TYPE.set(None);
        let result = poll();
        #[cfg(feature = "metrics")]
        if let Some(event_type) = EVENT_TYPE.take() {
            self.event_type = Some(event_type);
        }
        result
    }

    /// Reports that the inner service has answered. The closure returns true if the handler
    /// succeeded, and `None` if the answer is a rejection of this crate, such as the answer to a
    /// duplicate. A rejection is not reported.
    #[inline]
    pub(crate) fn end(&mut self, is_success: impl FnOnce() -> Option<bool>) {
        #[cfg(feature = "metrics")]
        if let Some(is_success) = is_success() {
            let took = self.began.elapsed();
            crate::metrics::handled(&self.endpoint, self.event_type.take(), is_success, took);
        }
        #[cfg(not(feature = "metrics"))]
        let _ = is_success;
    }
}
