//! The front half of an inbox: decides what is kept, and keeps it.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    time::{Duration, SystemTime},
};

use countersign_core::{HeaderSource, event::Delivery};
use tokio::time::timeout;

use super::{Accept, Accepted, Entry, StoreError, StoredRequest, object::Order};
use crate::{
    Rejection,
    adapter::VerifiedDelivery,
    idempotency::KeyRule,
    observe::{self, ClaimOutcome},
    surface::Reason,
};

/// The front half of an inbox, with an engine of any type. Clones share the engine.
#[derive(Clone)]
pub(crate) struct Front {
    pub(super) engine: Arc<dyn ErasedAccept>,
    pub(super) deadline: Duration,
    pub(super) keys: KeyRule,
    pub(super) order: Option<Order>,
    pub(super) answer_now: Option<Arc<AnswerNow>>,
}

pub(super) type AnswerNow = dyn Fn(&Delivery<'_>) -> bool + Send + Sync;

/// The body of the answer to a delivery that is kept. The status is 200, and the `Content-Type` is
/// `application/json`.
pub const RECEIVED: &str = r#"{"status":"received"}"#;

/// A mark in the extensions of the answer with [`RECEIVED`]: no handler has run.
#[cfg(any(feature = "actix-web", feature = "tower"))]
#[derive(Clone, Copy)]
pub(crate) struct OnlyKept;

impl Front {
    pub(super) fn new<S: Accept>(engine: Arc<S>) -> Self {
        Self {
            engine,
            deadline: DEFAULT_DEADLINE,
            keys: KeyRule::default(),
            order: None,
            answer_now: None,
        }
    }

    /// Returns true if the handler must answer the delivery itself, now.
    pub(crate) fn is_answered_now<B, H>(&self, delivery: &VerifiedDelivery<B>, headers: &H) -> bool
    where
        B: AsRef<[u8]>,
        H: HeaderSource + ?Sized,
    {
        let handshakes = delivery.__event().handshakes;
        if handshakes.is_empty() && self.answer_now.is_none() {
            return false;
        }
        let event = delivery.delivery(headers);
        let is_handshake = !handshakes.is_empty()
            && event.event_type().is_some_and(|event_type| handshakes.contains(&&*event_type));
        is_handshake || self.answer_now.as_ref().is_some_and(|answer_now| answer_now(&event))
    }

    /// Makes the entry of a delivery.
    pub(crate) fn entry<B, H>(
        &self,
        delivery: &VerifiedDelivery<B>,
        headers: &H,
        path: &str,
    ) -> Entry
    where
        B: AsRef<[u8]>,
        H: HeaderSource + ?Sized,
    {
        let text = |name| {
            let mut values = headers.values(name);
            let value = values.next().and_then(|value| str::from_utf8(value).ok());
            value.filter(|_| values.next().is_none()).map(str::to_owned)
        };
        let request = StoredRequest::new(path, delivery.to_stored(headers, SystemTime::now()))
            .content_type(text("content-type").as_deref())
            .traceparent(text("traceparent").as_deref());
        let entry = Entry::new(self.keys.key(delivery, headers), request)
            .of_verifier(delivery.__custom().clone());
        match self.order.and_then(|order| order.of(delivery, headers)) {
            Some((object, version)) => entry.about(&object, version),
            None => entry,
        }
    }

    /// Keeps a delivery. A duplicate, and a delivery that cannot be kept, are rejections.
    pub(crate) async fn keep(&self, entry: Entry) -> Result<(), Rejection> {
        let endpoint = || entry.endpoint().into();
        let reason = match timeout(self.deadline, self.engine.accept(&entry)).await {
            Ok(Ok(Accepted::New)) => {
                observe::claimed(endpoint, ClaimOutcome::First);
                return Ok(());
            }
            Ok(Ok(Accepted::Duplicate)) => {
                observe::claimed(endpoint, ClaimOutcome::Duplicate);
                Reason::Duplicate { answer: None }
            }
            Ok(Err(error)) => {
                observe::claimed(endpoint, ClaimOutcome::Unavailable);
                Reason::Store(error)
            }
            Err(_) => {
                observe::claimed(endpoint, ClaimOutcome::Unavailable);
                Reason::StoreDeadline
            }
        };
        Err(Rejection::of_event_with(reason, entry.custom()))
    }
}

impl fmt::Debug for Front {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Front")
            .field("deadline", &self.deadline)
            .field("keys", &self.keys)
            .field("order", &self.order)
            .finish_non_exhaustive()
    }
}

/// [`Accept`] with a boxed future, because a trait object cannot return each engine's own type.
pub(super) trait ErasedAccept: Send + Sync {
    fn accept<'a>(
        &'a self,
        entry: &'a Entry,
    ) -> Pin<Box<dyn Future<Output = Result<Accepted, StoreError>> + Send + 'a>>;
}

impl<S: Accept> ErasedAccept for S {
    fn accept<'a>(
        &'a self,
        entry: &'a Entry,
    ) -> Pin<Box<dyn Future<Output = Result<Accepted, StoreError>> + Send + 'a>> {
        Box::pin(Accept::accept(self, entry))
    }
}

const DEFAULT_DEADLINE: Duration = Duration::from_secs(2);
