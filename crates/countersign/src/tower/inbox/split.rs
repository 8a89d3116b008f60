//! Both halves of an inbox around one service.

use std::sync::Arc;

use http::{Request, Response};
use tower_layer::Layer;
use tower_service::Service;

use super::{InboxLayer, InboxService, handler::ServiceHandler};
use crate::{
    inbox::{Inbox, InboxStore, Worker},
    surface::{Verifiers, http::BoxError},
    tower::{RequestBody, VerifyLayer, VerifyService},
};

/// # Services of tower and axum
impl<S: InboxStore> Inbox<S> {
    /// Returns a service that verifies and keeps deliveries, and a worker that handles them with
    /// `handler`: any service, such as a `Router` or `Events` of axum.
    ///
    /// The service answers 200 with `{"status":"received"}` after the engine has committed. The
    /// worker calls `handler` with a new `POST` request, which is made of the stored parts of the
    /// one that came: the path without the query, `Content-Type`, `traceparent`, the headers that
    /// hold the signature, the id, the time or the type, and the signed bytes as the body. Other
    /// headers are not kept. The proof is in the extensions, so that `FromLayer`, `EventData`,
    /// `Json`, `Bytes` and [`Attempt`](crate::inbox::Attempt) work. There is no `ConnectInfo`,
    /// because there is no connection.
    ///
    /// The status of the handler's answer decides what happens to the delivery: see
    /// [`Outcome`](crate::inbox::Outcome). A `Retry-After` in seconds is honoured, up to a day. The
    /// body of the answer is dropped. An `IdempotencyLayer` is not needed in addition.
    ///
    /// The [guide][guide] has a complete program.
    ///
    /// [guide]: https://docs.rs/countersign/latest/countersign/_guide/inbox/index.html
    ///
    /// # Panics
    ///
    /// If two of the verifiers look for the signature in the same header: the message names both.
    /// If [`verify_again`](Self::verify_again) is set and a verifier has secrets per tenant.
    #[track_caller]
    pub fn split<V, H, R>(
        &self,
        verifiers: &V,
        handler: H,
    ) -> (VerifyService<InboxService<H>, V>, Worker<S>)
    where
        V: Verifiers,
        H: Service<Request<RequestBody>, Response = Response<R>> + Clone + Send + 'static,
        H::Future: Send + 'static,
        H::Error: Into<BoxError>,
        R: Send + 'static,
    {
        let worker = ServiceHandler::new(verifiers.clone(), handler.clone(), self.outcomes_of());
        let worker = self.worker_of(verifiers, Arc::new(worker));
        let service = InboxLayer::new(verifiers, self).layer(handler);
        (VerifyLayer::new(verifiers.clone()).layer(service), worker)
    }
}
