//! What is set per deployment.

use std::{fmt, sync::Arc, time::Duration};

use countersign_core::{HeaderSource, event::Location};

use super::{IdempotencyKey, InProgressStatus, SharedStore, Store, endpoints::Endpoints};
#[cfg(any(feature = "tower", feature = "actix-web"))]
use crate::surface::Verifiers;
use crate::{adapter::VerifiedDelivery, logs};

/// Handles each event once: a store, and how to use it.
///
/// It goes into the layer, or into the state of the application for the extractor
/// [`FirstDelivery`](super::FirstDelivery). Clones share the store.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use countersign::idempotency::{Idempotency, MemoryStore};
///
/// let idempotency = Idempotency::new(MemoryStore::new())
///     .lease(Duration::from_secs(30))
///     .remember_for(Duration::from_secs(3 * 24 * 60 * 60));
/// ```
#[derive(Clone)]
#[must_use]
pub struct Idempotency {
    pub(super) store: SharedStore,
    pub(super) lease: Duration,
    pub(super) ttl: Duration,
    pub(super) deadline: Duration,
    pub(super) when_store_fails: WhenStoreFails,
    pub(super) in_progress: InProgressStatus,
    pub(super) longest_answer: Option<usize>,
    id: Option<Location>,
    without_id: WithoutId,
    endpoints: Arc<Endpoints>,
}

/// What happens to a delivery that nothing can be known of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WhenStoreFails {
    Refuse,
    Handle,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum WithoutId {
    Handle,
    UseBody,
}

impl Idempotency {
    /// Keeps claims in this store.
    pub fn new(store: impl Store) -> Self {
        Self {
            store: SharedStore::new(store),
            lease: DEFAULT_LEASE,
            ttl: DEFAULT_TTL,
            deadline: DEFAULT_DEADLINE,
            when_store_fails: WhenStoreFails::Refuse,
            in_progress: InProgressStatus::default(),
            longest_answer: None,
            id: None,
            without_id: WithoutId::Handle,
            endpoints: Arc::default(),
        }
    }

    /// Sets for how long an event is its worker's, unless it is completed or released before.
    /// Default: 60 s, twice as long as the most patient providers wait for an answer.
    ///
    /// A handler that takes longer can be overtaken by a second delivery of its event. If a worker
    /// dies, its event is not handled until the lease has run out. The lease has to end before the
    /// sender's last try. Some senders give up within a minute: Sanity sends twice more, 30 s
    /// apart.
    pub fn lease(self, lease: Duration) -> Self {
        Self { lease, ..self }
    }

    /// Sets for how long an event that is done is remembered. Default: 24 h.
    ///
    /// A delivery that comes later is handled again, so it should be longer than the provider goes
    /// on trying: most give up within a day, Stripe and Shopify after two or three.
    pub fn remember_for(self, ttl: Duration) -> Self {
        Self { ttl, ..self }
    }

    /// Sets how long the store may take to answer. Default: 2 s, so that a delivery is answered
    /// before its provider gives up.
    pub fn store_deadline(self, deadline: Duration) -> Self {
        Self { deadline, ..self }
    }

    /// Sets the status of the answer while the event is still being handled for another delivery.
    /// Default: [`InProgressStatus::ServiceUnavailable`], after which nearly all senders try again.
    ///
    /// The status applies to the middleware, the extractor `FirstDelivery` and
    /// [`claim`](Self::claim).
    pub fn in_progress_status(self, in_progress: InProgressStatus) -> Self {
        Self { in_progress, ..self }
    }

    /// Handles deliveries also while the store is out of reach. Default: they are answered 503, so
    /// that the provider sends them again.
    ///
    /// For as long as the store fails, duplicates are handled as often as they come.
    pub fn risk_duplicates_when_store_fails(self) -> Self {
        Self { when_store_fails: WhenStoreFails::Handle, ..self }
    }

    /// Sets the place of the event's id. Default: the place in the provider's
    /// [`EventAt`](crate::event::EventAt), if the signature covers it.
    ///
    /// [`Location::BodyAll`] names an event by several members together. A delivery that lacks one
    /// of them, or repeats one, is handled without duplicate detection.
    ///
    /// The type is part of the key as well, but only if it is signed. If it is not signed, as with
    /// Shopify's topics, do not choose an id that several events share. With the id of an order,
    /// `orders/create` and `orders/paid` would be one event.
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign::{event::Location, idempotency::{Idempotency, MemoryStore}};
    ///
    /// let idempotency = Idempotency::new(MemoryStore::new())
    ///     .id(Location::BodyAll(&["code", "reference"]));
    /// ```
    ///
    /// # Security
    ///
    /// Who replays a delivery can change a [`Location::UnsignedHeader`], so that it is taken for
    /// another event; and who once gets a signed delivery can use up the id of an event to come.
    /// Some providers, such as GitHub, tell the id nowhere else: name the header only if you trust
    /// everybody on the way.
    pub fn id(self, field: Location) -> Self {
        Self { id: Some(field), ..self }
    }

    /// Takes deliveries without an id for the same event if their signed bytes are equal. Default:
    /// each is handled, since two equal bodies can be two events.
    ///
    /// Right for events that tell a state, or hold a time or a number of their own; wrong for "a
    /// cup was sold".
    pub fn same_body_is_same_event(self) -> Self {
        Self { without_id: WithoutId::UseBody, ..self }
    }

    /// Keeps the first answer's status, content type and body of at most this many bytes, and gives
    /// it to duplicates. Default: a duplicate is answered 200.
    ///
    /// Answers that are larger, or whose size is not known when they begin, are not kept. It is the
    /// middleware that keeps them.
    ///
    /// # Security
    ///
    /// An answer is kept with the SHA-256 of the signed bytes of its delivery. A duplicate with
    /// other bytes gets the plain 200, and is logged at `WARN`, because it usually means that two
    /// senders share an endpoint's name ([`Verifier::endpoint`](crate::Verifier::endpoint)).
    /// Another sender that signs the same bytes still gets the answer: give verifiers with
    /// different secrets different names.
    pub fn replay_answers_up_to(self, bytes: usize) -> Self {
        Self { longest_answer: Some(bytes), ..self }
    }

    /// What makes another delivery the same event as this one; `None` if nothing does, which is
    /// logged at `WARN`.
    pub fn key<B, H>(&self, delivery: &VerifiedDelivery<B>, headers: &H) -> Option<IdempotencyKey>
    where
        B: AsRef<[u8]>,
        H: HeaderSource + ?Sized,
    {
        if delivery.tenant().is_none() {
            self.endpoints.note(delivery.endpoint(), delivery.__key_set());
        }
        let of_id = match self.id {
            Some(field) => IdempotencyKey::at(field, delivery, headers),
            None => IdempotencyKey::of(delivery),
        };
        let of_body = || IdempotencyKey::builder_of(delivery).body_digest(delivery.bytes());
        let key = of_id.or_else(|| (self.without_id == WithoutId::UseBody).then(of_body));
        if key.is_none() {
            tracing::warn!(
                target: logs::IDEMPOTENCY,
                endpoint = delivery.endpoint(),
                tenant = delivery.tenant(),
                "no signed event id, or an ambiguous one: handling without duplicate detection",
            );
        }
        key
    }

    /// Registers the keys of these verifiers, to detect two senders with one endpoint name.
    #[cfg(any(feature = "tower", feature = "actix-web"))]
    pub(crate) fn introduce<V: Verifiers>(&self, verifiers: &V) {
        verifiers.visit(&mut |verifier| {
            if let Some(keys) = verifier.keys {
                self.endpoints.note(verifier.name, keys);
            }
        });
    }
}

impl fmt::Debug for Idempotency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Idempotency")
            .field("lease", &self.lease)
            .field("ttl", &self.ttl)
            .field("deadline", &self.deadline)
            .field("when_store_fails", &self.when_store_fails)
            .field("in_progress", &self.in_progress)
            .field("longest_answer", &self.longest_answer)
            .field("id", &self.id)
            .field("without_id", &self.without_id)
            .finish_non_exhaustive()
    }
}

const DEFAULT_LEASE: Duration = Duration::from_secs(60);

const DEFAULT_TTL: Duration = Duration::from_secs(24 * 60 * 60);

const DEFAULT_DEADLINE: Duration = Duration::from_secs(2);
