//! The receipt of one delivery, from its headers to the verdict.

#[cfg(feature = "metrics")]
use std::time::Instant;

use countersign_core::HeaderSource;

use super::span::Traced;
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
}

impl Receipt {
    /// Begins with the headers.
    #[inline]
    pub(crate) fn begin<V, H>(verifiers: &V, headers: &H) -> Self
    where
        V: Verifiers,
        H: HeaderSource + ?Sized,
    {
        Self {
            traced: Traced::begin(verifiers, headers),
            #[cfg(feature = "metrics")]
            began: Instant::now(),
        }
    }

    /// Enters the span of the delivery, if deliveries are traced.
    #[inline]
    pub(crate) fn enter(&self) -> Option<tracing::span::Entered<'_>> {
        self.traced.as_ref().map(|traced| traced.enter())
    }

    /// Reports that the delivery is verified.
    #[inline]
    pub(crate) fn accepted(&self, delivery: &VerifiedDelivery) {
        if let Some(traced) = &self.traced {
            traced.accepted(delivery);
        }
        #[cfg(feature = "metrics")]
        crate::metrics::accepted(delivery, self.began);
    }

    /// Notes that the delivery is rejected. It is reported when the answer is made, because a
    /// request without a signature may still be answered as a handshake.
    pub(crate) fn rejected(&self, rejection: Rejection) -> Rejection {
        if let Some(traced) = &self.traced {
            traced.rejected(&rejection);
        }
        #[cfg(feature = "metrics")]
        let rejection = rejection.began(self.began);
        rejection
    }
}
