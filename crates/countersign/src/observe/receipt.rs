//! The receipt of one delivery, from its headers to the verdict.

#[cfg(feature = "metrics")]
use std::cell::Cell;

use countersign_core::HeaderSource;

#[cfg(any(feature = "actix-web", feature = "tower"))]
use super::Handling;
use super::span::Traced;
#[cfg(feature = "metrics")]
use crate::metrics::Instant;
use crate::{
    adapter::VerifiedDelivery,
    surface::{Rejection, Verifiers},
};

/// The receipt of one delivery. Without the feature `metrics`, it has the size of a pointer.
pub(crate) struct Receipt {
    // `None` unless deliveries are traced. Boxed, because few programs trace them.
    traced: Option<Box<Traced>>,
    #[cfg(feature = "metrics")]
    began: Instant,
    /// The time at which the delivery was accepted; until then, that of `began`.
    #[cfg(feature = "metrics")]
    accepted: Cell<Instant>,
}

impl Receipt {
    /// Begins when the headers have arrived.
    #[inline]
    pub(crate) fn begin<V, H>(verifiers: &V, headers: &H) -> Self
    where
        V: Verifiers,
        H: HeaderSource + ?Sized,
    {
        #[cfg(feature = "metrics")]
        let began = Instant::now();
        Self {
            traced: Traced::begin(verifiers, headers),
            #[cfg(feature = "metrics")]
            began,
            #[cfg(feature = "metrics")]
            accepted: Cell::new(began),
        }
    }

    /// Enters the span of the delivery, if deliveries are traced.
    #[inline]
    pub(crate) fn enter(&self) -> Option<tracing::span::Entered<'_>> {
        self.traced.as_ref().map(|traced| traced.enter())
    }

    /// Ends the span of the delivery, if deliveries are traced.
    #[cfg(feature = "tower")]
    pub(crate) fn end_span(&mut self) {
        self.traced = None;
    }

    /// Reports that the delivery is verified.
    #[inline]
    pub(crate) fn accepted(&self, delivery: &VerifiedDelivery) {
        if let Some(traced) = &self.traced {
            traced.accepted(delivery);
        }
        #[cfg(feature = "metrics")]
        {
            let now = Instant::now();
            self.accepted.set(now);
            crate::metrics::accepted(delivery, self.began, now);
        }
    }

    /// Begins the call of the handler, after the delivery was accepted.
    #[cfg(any(feature = "actix-web", feature = "tower"))]
    #[inline]
    pub(crate) fn handling(&self, delivery: &VerifiedDelivery) -> Handling {
        #[cfg(feature = "metrics")]
        return Handling::begin(delivery, self.accepted.get());
        #[cfg(not(feature = "metrics"))]
        Handling::begin(delivery)
    }

    /// Notes that the delivery is rejected. The metrics count the rejection later, when the answer
    /// is made, because a request without a signature may still be answered as a handshake.
    #[inline]
    pub(crate) fn rejected(&self, rejection: &mut Rejection) {
        if let Some(traced) = &self.traced {
            traced.rejected(rejection);
        }
        #[cfg(feature = "metrics")]
        rejection.set_began(self.began);
        #[cfg(not(feature = "metrics"))]
        let _ = rejection;
    }
}
