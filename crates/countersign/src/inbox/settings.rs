//! The settings of an inbox.

use std::{fmt, future::Future, sync::Arc, time::Duration};

use countersign_core::{
    HeaderSource,
    event::{Delivery, Location},
};

use super::{
    Accept, Failure, InboxStore, Object, Outcome, Received, Retries, SerialInbox, Worker,
    front::Front, object::Order, received::Closure, worker::NewestDone,
};
use crate::{Rejection, adapter::VerifiedDelivery, surface::Verifiers};

/// An engine that keeps deliveries, and the settings for keeping and handling them.
///
/// Clones share the engine.
///
/// # Defaults
///
/// | setting | default |
/// |---|---|
/// | [`retries`](Self::retries) | after 1, 5, 30 and 120 minutes |
/// | [`outcomes`](Self::outcomes) | [`Outcome::of_status`] |
/// | [`concurrency`](Self::concurrency) | 32 deliveries at the same time in one worker |
/// | [`handler_deadline`](Self::handler_deadline) | 60 s |
/// | [`lease`](Self::lease) | 30 s, prolonged while the handler works |
/// | [`poll_interval`](Self::poll_interval) | 1 s |
/// | [`stop_deadline`](Self::stop_deadline) | 20 s |
/// | [`store_deadline`](Self::store_deadline) | 2 s |
/// | [`id`](Self::id) | the place in the provider's [`EventAt`](crate::event::EventAt), if it is signed |
/// | [`same_body_is_same_event`](Self::same_body_is_same_event) | off: a delivery without an id is always new |
/// | [`answer_now`](Self::answer_now) | the handshakes of the providers |
/// | [`serial_by`](Self::serial_by) | off: deliveries are handled in any order |
/// | [`verify_again`](Self::verify_again) | off: the verdict at the receipt holds |
///
/// The time for which done deliveries are kept is a setting of the engine.
#[must_use]
pub struct Inbox<S> {
    engine: Arc<S>,
    front: Front,
    back: Back,
}

/// The settings of the worker.
#[derive(Clone)]
pub(super) struct Back {
    pub(super) retries: Retries,
    pub(super) outcomes: fn(u16) -> Outcome,
    pub(super) concurrency: usize,
    pub(super) handler_deadline: Duration,
    pub(super) lease: Duration,
    pub(super) poll_interval: Duration,
    pub(super) stop_deadline: Duration,
    pub(super) verify_again: bool,
    pub(super) newest_done: Option<Arc<NewestDone>>,
}

impl<S: Accept> Inbox<S> {
    /// Keeps deliveries in this engine, with the default settings.
    pub fn new(engine: S) -> Self {
        let engine = Arc::new(engine);
        let front = Front::new(Arc::clone(&engine));
        let back = Back {
            retries: Retries::default(),
            outcomes: Outcome::of_status,
            concurrency: 32,
            handler_deadline: Duration::from_secs(60),
            lease: Duration::from_secs(30),
            poll_interval: Duration::from_secs(1),
            stop_deadline: Duration::from_secs(20),
            verify_again: false,
            newest_done: None,
        };
        Self { engine, front, back }
    }

    /// Sets how long the engine may take to keep a delivery. Default: 2 s, so that the delivery is
    /// answered before its provider stops waiting. After that time, the answer is 503.
    pub fn store_deadline(mut self, deadline: Duration) -> Self {
        self.front.deadline = deadline;
        self
    }

    /// Sets the place of the event's id, as
    /// [`Idempotency::id`](crate::idempotency::Idempotency::id) does.
    ///
    /// # Security
    ///
    /// Anyone who has a signed delivery can change a [`Location::UnsignedHeader`].
    pub fn id(mut self, field: Location) -> Self {
        self.front.keys = self.front.keys.id(field);
        self
    }

    /// Treats deliveries without an id as one event if their signed bytes are equal. Default: each
    /// of them is new, because two equal bodies can be two events.
    pub fn same_body_is_same_event(mut self) -> Self {
        self.front.keys = self.front.keys.use_body();
        self
    }

    /// Passes the deliveries for which the closure returns true to the handler at once, and does
    /// not keep them. The provider gets the answer of the handler.
    ///
    /// Signed handshakes need no closure: the deliveries whose type is among the
    /// [`handshakes`](crate::event::EventAt::handshakes) of the provider are never kept. Unsigned
    /// handshakes are answered by [`Verifier::answer_unsigned`](crate::Verifier::answer_unsigned).
    pub fn answer_now(
        mut self,
        is_answered_now: impl Fn(&Delivery<'_>) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.front.answer_now = Some(Arc::new(is_answered_now));
        self
    }

    /// Sets the pauses between the attempts of a delivery.
    pub fn retries(mut self, retries: Retries) -> Self {
        self.back.retries = retries;
        self
    }

    /// Sets the meaning of the statuses with which handlers answer. Default:
    /// [`Outcome::of_status`].
    pub fn outcomes(mut self, outcomes: fn(u16) -> Outcome) -> Self {
        self.back.outcomes = outcomes;
        self
    }

    /// Sets how many deliveries a worker handles at the same time, at least 1. Default: 32.
    pub fn concurrency(mut self, deliveries: usize) -> Self {
        self.back.concurrency = deliveries.max(1);
        self
    }

    /// Sets how long a handler may take. Default: 60 s. After that time, the handler is stopped at
    /// its next `await`, and the attempt has failed. If the handler ends before its next `await`,
    /// and within a third of the lease, its own result counts.
    pub fn handler_deadline(mut self, deadline: Duration) -> Self {
        self.back.handler_deadline = deadline;
        self
    }

    /// Sets how long a worker holds a delivery without a sign of life, at least 10 ms. Default:
    /// 30 s. The worker prolongs the lease at each third of it while the handler works. If a worker
    /// dies, its deliveries are handled again after this time.
    ///
    /// The lease begins before the engine commits it: set it much longer than a slow commit takes,
    /// at least several seconds.
    pub fn lease(mut self, lease: Duration) -> Self {
        self.back.lease = lease.max(Duration::from_millis(10));
        self
    }

    /// Sets how often a worker that has nothing to do asks the engine. Default: 1 s. Deliveries
    /// that this process accepts wake the worker at once. Those of other processes wake it if the
    /// engine can do this (`NatsInbox`, and `PostgresInbox` with `listen`); otherwise the worker
    /// finds them when it asks.
    pub fn poll_interval(mut self, interval: Duration) -> Self {
        self.back.poll_interval = interval;
        self
    }

    /// Sets how long a worker that was told to stop waits for its handlers. Default: 20 s. After
    /// that time the handlers are stopped, and their deliveries are due at once for other workers.
    pub fn stop_deadline(mut self, deadline: Duration) -> Self {
        self.back.stop_deadline = deadline;
        self
    }

    /// Checks the stored signature of each delivery before it is handled. A delivery whose secret
    /// was removed meanwhile is then dead. It does not work with secrets per tenant.
    ///
    /// # Security
    ///
    /// By default, the worker trusts the engine, and whoever can write to it can make events. With
    /// this setting, a writer needs the secret, or a delivery that was signed before.
    pub fn verify_again(mut self) -> Self {
        self.back.verify_again = true;
        self
    }
}

impl<S: SerialInbox> Inbox<S> {
    /// Handles the deliveries about one object one at a time, in the order of their receipt. A
    /// delivery that waits for its next attempt holds back the later ones about its object, and no
    /// others. A dead delivery holds nothing back.
    ///
    /// Providers do not promise an order: a delivery can overtake another one on its way to you.
    /// [`skip_older_by`](Self::skip_older_by) finds those.
    pub fn serial_by(mut self, object: Object) -> Self {
        let version = self.front.order.and_then(|order| order.version);
        self.front.order = Some(Order { object, version });
        self
    }

    /// Marks a delivery as done without handling it, if a delivery about the same object with a
    /// greater version was handled. The version is an integer, or a time of RFC 3339, in the place
    /// that a JSON pointer (RFC 6901) names, such as `/data/updated_at`. A delivery without a
    /// version is always handled.
    ///
    /// # Panics
    ///
    /// If [`serial_by`](Self::serial_by) is not set. It sets the object to which a version belongs.
    #[track_caller]
    pub fn skip_older_by(mut self, pointer: &'static str) -> Self {
        match &mut self.front.order {
            Some(order) => order.version = Some(pointer),
            None => panic!("set `Inbox::serial_by` before `skip_older_by`"),
        }
        let engine = Arc::clone(&self.engine);
        self.back.newest_done = Some(Arc::new(move |endpoint, object| {
            let engine = Arc::clone(&engine);
            Box::pin(async move { engine.newest_done(&endpoint, &object).await })
        }));
        self
    }
}

impl<S: InboxStore> Inbox<S> {
    /// Makes a worker that handles the kept deliveries of these verifiers with a closure.
    ///
    /// If the closure returns an error, for example with `?`, the delivery is handled again later.
    /// [`Failure::dead`] makes the delivery dead at once.
    ///
    /// The [guide][guide] has a complete program.
    ///
    /// [guide]: https://docs.rs/countersign/latest/countersign/_guide/inbox/index.html
    ///
    /// # Panics
    ///
    /// If [`verify_again`](Self::verify_again) is set and a verifier has secrets per tenant.
    #[track_caller]
    pub fn worker<V, F, T>(&self, verifiers: &V, handler: F) -> Worker<S>
    where
        V: Verifiers,
        F: Fn(Received<V::Proof>) -> T + Send + Sync + 'static,
        T: Future<Output = Result<(), Failure>> + Send + 'static,
    {
        let handler = Closure { verifiers: verifiers.clone(), closure: Arc::new(handler) };
        self.worker_of(verifiers, Arc::new(handler))
    }

    #[track_caller]
    pub(crate) fn worker_of<V: Verifiers>(
        &self,
        verifiers: &V,
        handler: Arc<dyn super::handle::Handle>,
    ) -> Worker<S> {
        let mut endpoints = Vec::new();
        verifiers.visit(&mut |verifier| {
            endpoints.push(verifier.name.to_owned());
            assert!(
                verifier.keys.is_some() || !self.back.verify_again,
                "`Inbox::verify_again` does not work with secrets per tenant (endpoint `{}`)",
                verifier.name,
            );
        });
        Worker::new(Arc::clone(&self.engine), handler, endpoints, self.back.clone())
    }
}

impl<S> Inbox<S> {
    /// Keeps a verified delivery, for code without the middleware of an inbox: answer the provider
    /// with 200 if the result is `Ok`, and with the rejection otherwise. `path` is the path of the
    /// request, without the query.
    ///
    /// Call [`is_answered_now`](Self::is_answered_now) first.
    ///
    /// # Errors
    ///
    /// A [`Rejection`]: the event was kept before, and the answer is 200; or the engine failed, or
    /// was not ready within [`store_deadline`](Self::store_deadline), and the answer is 503.
    pub fn accept<B, H>(
        &self,
        delivery: &VerifiedDelivery<B>,
        headers: &H,
        path: &str,
    ) -> impl Future<Output = Result<(), Rejection>> + Send + 'static + use<S, B, H>
    where
        B: AsRef<[u8]>,
        H: HeaderSource + ?Sized,
    {
        let (front, entry) = (self.front.clone(), self.front.entry(delivery, headers, path));
        async move { front.keep(entry).await }
    }

    /// Returns true if a delivery is a signed handshake, or if [`answer_now`](Self::answer_now)
    /// names it. Do not keep such a delivery: its provider needs the answer of the handler at once.
    #[must_use]
    pub fn is_answered_now<B, H>(&self, delivery: &VerifiedDelivery<B>, headers: &H) -> bool
    where
        B: AsRef<[u8]>,
        H: HeaderSource + ?Sized,
    {
        self.front.is_answered_now(delivery, headers)
    }

    /// Returns the front half, for the verifiers whose deliveries it keeps.
    #[cfg(any(feature = "actix-web", feature = "tower"))]
    pub(crate) fn front<V: Verifiers>(&self, verifiers: &V) -> Front {
        self.front.keys.introduce(verifiers);
        self.front.clone()
    }

    /// Returns a reference to the engine.
    #[must_use]
    pub fn engine(&self) -> &S {
        &self.engine
    }

    #[cfg(feature = "tower")]
    pub(crate) fn outcomes_of(&self) -> fn(u16) -> Outcome {
        self.back.outcomes
    }
}

impl<S> Clone for Inbox<S> {
    fn clone(&self) -> Self {
        let Self { engine, front, back } = self;
        Self { engine: Arc::clone(engine), front: front.clone(), back: back.clone() }
    }
}

impl<S> fmt::Debug for Inbox<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inbox")
            .field("front", &self.front)
            .field("retries", &self.back.retries)
            .field("concurrency", &self.back.concurrency)
            .field("handler_deadline", &self.back.handler_deadline)
            .field("lease", &self.back.lease)
            .finish_non_exhaustive()
    }
}
