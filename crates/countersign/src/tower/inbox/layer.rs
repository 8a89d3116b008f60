use std::fmt;

use http::Extensions;
use tower_layer::Layer;

use super::InboxService;
use crate::{
    inbox::{Front, Inbox},
    surface::{Verifiers, proof::Finder},
};

/// Layer that keeps each delivery in an [`Inbox`], and answers 200 with `{"status":"received"}`.
///
/// Put it inside of [`VerifyLayer`](crate::tower::VerifyLayer), with the same verifiers.
/// [`Inbox::split`] does this for you, and also makes the worker.
///
/// The inner service gets only the deliveries that are answered at once: the signed handshakes of
/// the providers, and those that [`Inbox::answer_now`] names.
#[derive(Clone)]
#[must_use]
pub struct InboxLayer {
    front: Front,
    finder: Finder<Extensions>,
}

impl InboxLayer {
    /// Keeps deliveries in this inbox. `verifiers` are those of the layer around this one.
    pub fn new<V: Verifiers, S>(verifiers: &V, inbox: &Inbox<S>) -> Self {
        Self { front: inbox.front(verifiers), finder: Finder::of::<V>() }
    }
}

impl<H> Layer<H> for InboxLayer {
    type Service = InboxService<H>;

    fn layer(&self, inner: H) -> InboxService<H> {
        InboxService::new(inner, self.front.clone(), self.finder)
    }
}

impl fmt::Debug for InboxLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InboxLayer").field("front", &self.front).finish_non_exhaustive()
    }
}
