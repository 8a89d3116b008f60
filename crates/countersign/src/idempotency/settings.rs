//! The settings of idempotency.

use std::{fmt, time::Duration};

use countersign_core::{HeaderSource, event::Location};

use super::{IdempotencyKey, InProgressStatus, SharedStore, Store, key_rule::KeyRule};
use crate::adapter::VerifiedDelivery;
#[cfg(any(feature = "tower", feature = "actix-web"))]
use crate::surface::Verifiers;

/// A store, and the settings for handling each event once.
///
/// Give it to the middleware, or put it into the application's state for the extractor
/// [`FirstDelivery`]. Clones share the store.
///
/// # Defaults
///
/// | setting | default |
/// |---|---|
/// | [`lease`](Self::lease) | 60 s |
/// | [`remember_for`](Self::remember_for) | 24 h |
/// | [`store_deadline`](Self::store_deadline) | 2 s |
/// | [`in_progress_status`](Self::in_progress_status) | 503 |
/// | [`id`](Self::id) | the place in the provider's [`EventAt`](crate::event::EventAt), if it is signed |
/// | [`same_body_is_same_event`](Self::same_body_is_same_event) | off: a delivery without an id is always handled |
/// | [`replay_answers_up_to`](Self::replay_answers_up_to) | off: no answer is kept |
/// | [`risk_duplicates_when_store_fails`](Self::risk_duplicates_when_store_fails) | off: 503 while the store fails |
///
/// # Rejections
///
/// A delivery is not handled, but answered with
/// - 200, `Idempotent-Replayed: true` and `{"duplicate":true}`, or the kept answer, if its event
///   was handled before;
/// - 503 and `Retry-After`, which is the time left of the other lease in whole seconds, if its
///   event is being handled for another delivery;
/// - 503 and `Retry-After: 5` (seconds) if the store fails, or does not answer within its deadline.
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
///
/// Guide: [each event once][guide]
///
/// [`FirstDelivery`]: https://docs.rs/countersign/latest/countersign/idempotency/struct.FirstDelivery.html
/// [guide]: https://docs.rs/countersign/latest/countersign/_guide/idempotency/index.html
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
    keys: KeyRule,
}

/// Treatment of deliveries while the store fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WhenStoreFails {
    Refuse,
    Handle,
}

impl Idempotency {
    /// Keeps claims in this store, with the default settings.
    pub fn new(store: impl Store) -> Self {
        Self {
            store: SharedStore::new(store),
            lease: DEFAULT_LEASE,
            ttl: DEFAULT_TTL,
            deadline: DEFAULT_DEADLINE,
            when_store_fails: WhenStoreFails::Refuse,
            in_progress: InProgressStatus::default(),
            longest_answer: None,
            keys: KeyRule::default(),
        }
    }

    /// Sets how long a claim lasts, unless the event is completed or released before. Default:
    /// 60 s, twice as long as the most patient providers wait for an answer.
    ///
    /// If a handler takes longer, a second delivery of its event can be handled at the same time.
    /// If a worker dies, its event is handled only after the lease has run out. The lease has to
    /// end before the sender's last try. Some senders give up within a minute: Sanity repeats an
    /// event only twice, 30 s apart.
    pub fn lease(self, lease: Duration) -> Self {
        Self { lease, ..self }
    }

    /// Sets how long a completed event is remembered. Default: 24 h.
    ///
    /// A later delivery of the event is handled again, so set a time longer than the provider keeps
    /// trying: most give up within a day, Stripe after three days.
    pub fn remember_for(self, ttl: Duration) -> Self {
        Self { ttl, ..self }
    }

    /// Sets how long the store may take to answer. Default: 2 s, so that a delivery is answered
    /// before its provider stops waiting.
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

    /// Handles deliveries even while the store fails or is out of reach. Default: they are answered
    /// 503, so that the provider sends them again.
    ///
    /// While the store fails, every duplicate is handled.
    pub fn risk_duplicates_when_store_fails(self) -> Self {
        Self { when_store_fails: WhenStoreFails::Handle, ..self }
    }

    /// Sets the place of the event's id. Default: the place in the provider's
    /// [`EventAt`](crate::event::EventAt), if the signature covers it.
    ///
    /// [`Location::BodyAll`] identifies an event by several members together. A delivery that lacks
    /// one of them, or repeats one, is handled without duplicate detection.
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
    /// A [`Location::UnsignedHeader`] can be changed by anyone who has a signed delivery. The
    /// delivery can then be replayed as another event, or with the id of a future event, which is
    /// then lost. Some providers, such as GitHub, send the id only in such a header: use it only if
    /// you trust every hop between the provider and you.
    pub fn id(self, field: Location) -> Self {
        Self { keys: self.keys.id(field), ..self }
    }

    /// Treats deliveries without an id as one event if their signed bytes are equal. Default: each
    /// of them is handled, because two equal bodies can be two events.
    ///
    /// The setting is right for events that contain a time, a unique number or a complete state. It
    /// is wrong for events that can repeat with the same bytes, such as "a cup was sold".
    pub fn same_body_is_same_event(self) -> Self {
        Self { keys: self.keys.use_body(), ..self }
    }

    /// Keeps the status, content type and body of the first answer, if its body has at most this
    /// many bytes, and gives the answer to duplicates. Default: no answer is kept, and a duplicate
    /// is answered 200 with `{"duplicate":true}`.
    ///
    /// An answer is not kept if it is larger, if its size is not known when it begins, or if it has
    /// a `Content-Encoding`. Only the middleware keeps answers.
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

    /// Returns the key of a delivery's event: deliveries with equal keys are one event. Returns
    /// `None`, and logs at `WARN`, if the delivery does not identify its event.
    pub fn key<B, H>(&self, delivery: &VerifiedDelivery<B>, headers: &H) -> Option<IdempotencyKey>
    where
        B: AsRef<[u8]>,
        H: HeaderSource + ?Sized,
    {
        self.keys.key(delivery, headers)
    }

    /// Registers the secrets of these verifiers, as fingerprints, to detect two senders with one
    /// endpoint name.
    #[cfg(any(feature = "tower", feature = "actix-web"))]
    pub(crate) fn introduce<V: Verifiers>(&self, verifiers: &V) {
        self.keys.introduce(verifiers);
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
            .field("keys", &self.keys)
            .finish_non_exhaustive()
    }
}

const DEFAULT_LEASE: Duration = Duration::from_secs(60);

const DEFAULT_TTL: Duration = Duration::from_secs(24 * 60 * 60);

const DEFAULT_DEADLINE: Duration = Duration::from_secs(2);
