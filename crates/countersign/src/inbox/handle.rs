//! The handler of a worker, of any type.

use std::{future::Future, pin::Pin};

use countersign_core::error::RestoreError;

use super::{Attempt, StoredRequest, outcome::End};
use crate::surface::Verifiers;

/// A handler behind one type: a service of a framework, or a closure.
pub(crate) trait Handle: Send + Sync {
    /// Begins an attempt. `again` also checks the stored signature.
    fn handle(&self, request: StoredRequest, attempt: Attempt, again: bool) -> Handling;
}

pub(crate) type Handling = Pin<Box<dyn Future<Output = Handled> + Send>>;

/// The end of an attempt, and the type of its event if the application lists it.
#[derive(Debug)]
pub(crate) struct Handled {
    /// `None` if the worker stopped before the end.
    pub(crate) end: Option<End>,
    pub(crate) event_type: Option<&'static str>,
    /// True if the handler may have ended the attempt in a transaction of its own.
    pub(crate) may_be_ended: bool,
}

impl Handled {
    pub(crate) fn new(end: End) -> Self {
        Self { end: Some(end), event_type: None, may_be_ended: false }
    }

    pub(crate) fn stopped() -> Self {
        Self { end: None, event_type: None, may_be_ended: false }
    }
}

/// Makes the proof of a stored delivery. A delivery that cannot be restored is dead: its verifier
/// has changed, and does not accept it later either. The attempt of a delivery of another
/// tenant fails, because a worker with the verifier of that tenant may take the delivery later.
pub(crate) fn restore<V: Verifiers>(
    verifiers: &V,
    request: &StoredRequest,
    again: bool,
) -> Result<V::Proof, Handled> {
    verifiers.restore(request.delivery(), again).map_err(|error| {
        let reason = format!("cannot be restored: {error}");
        let is_for_another = matches!(error, RestoreError::OtherTenant { .. });
        Handled::new(if is_for_another { End::retry(reason) } else { End::dead(reason) })
    })
}
