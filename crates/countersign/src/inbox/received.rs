//! The delivery that a closure handles.

use std::{fmt, future::Future, sync::Arc};

use countersign_core::{Event, Provider};

use super::{
    Attempt, StoredRequest,
    handle::{Handle, Handled, Handling, restore},
    outcome::{End, Failure},
};
use crate::{
    Verified,
    adapter::VerifiedDelivery,
    observe,
    surface::{Verifiers, proof::Proof as _},
};

/// A delivery that a closure of [`Inbox::worker`](super::Inbox::worker) handles.
///
/// `T` is the proof: [`Verified<P>`](crate::Verified) for one verifier, and
/// [`Either`](crate::Either) for a pair.
#[derive(Clone)]
#[non_exhaustive]
pub struct Received<T> {
    /// The proof that was given when the delivery was received.
    pub verified: T,
    /// The request.
    pub request: StoredRequest,
    /// The attempt.
    pub attempt: Attempt,
}

impl<P: Provider> Received<Verified<P>> {
    /// Reads the event.
    ///
    /// # Errors
    ///
    /// Returns a failure that makes the delivery dead if it is not such an event.
    pub fn event<E: Event>(&self) -> Result<E, Failure> {
        let verified: &VerifiedDelivery = &self.verified;
        let event = E::parse(&verified.delivery(self.request.delivery()));
        let event = event.map_err(Failure::payload)?;
        observe::set_event_type(|| event.__listed_type());
        Ok(event)
    }
}

impl<T> fmt::Debug for Received<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Received")
            .field("request", &self.request)
            .field("attempt", &self.attempt)
            .finish_non_exhaustive()
    }
}

/// A closure, and the verifiers that restore its deliveries.
pub(super) struct Closure<V, F> {
    pub(super) verifiers: V,
    pub(super) closure: Arc<F>,
}

impl<V, F, T> Handle for Closure<V, F>
where
    V: Verifiers,
    F: Fn(Received<V::Proof>) -> T + Send + Sync + 'static,
    T: Future<Output = Result<(), Failure>> + Send + 'static,
{
    fn handle(&self, request: StoredRequest, attempt: Attempt, again: bool) -> Handling {
        let verified = match restore(&self.verifiers, &request, again) {
            Ok(verified) => verified,
            Err(handled) => return Box::pin(std::future::ready(handled)),
        };
        let mut handling = observe::Handling::begin_now(verified.delivery());
        let closure = Arc::clone(&self.closure);
        Box::pin(async move {
            let ended =
                handling.observe_whole(closure(Received { verified, request, attempt })).await;
            handling.end(|| Some(ended.is_ok()));
            let end = ended.map_or_else(Failure::into_end, |()| End::done());
            Handled { end: Some(end), event_type: handling.event_type(), may_be_ended: false }
        })
    }
}
