use std::{
    fmt,
    future::{Future, Ready, ready},
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
};

use actix_web::{
    HttpMessage as _, HttpResponse,
    body::{EitherBody, MessageBody},
    dev::{Extensions, Service, ServiceRequest, ServiceResponse, Transform},
};

use crate::{
    actix_web::{ActixHeaders, intake::refuse},
    inbox::{Front, Inbox, OnlyKept, RECEIVED},
    surface::{Verifiers, proof::Finder},
};

/// Middleware that keeps each delivery in an [`Inbox`], and answers 200 with
/// `{"status":"received"}` after the engine has committed.
///
/// Put it inside of [`VerifyMiddleware`](crate::actix_web::VerifyMiddleware), which means that it
/// is wrapped first, with the same verifiers. [`Inbox::worker`] handles the deliveries.
///
/// The inner service gets only the deliveries that are answered at once: the signed handshakes of
/// the providers, and those that [`Inbox::answer_now`] names.
#[derive(Clone)]
#[must_use]
pub struct InboxMiddleware {
    front: Front,
    finder: Finder<Extensions>,
}

impl InboxMiddleware {
    /// Keeps deliveries in this inbox. `verifiers` are those of the middleware around this one.
    pub fn new<V: Verifiers, S>(verifiers: &V, inbox: &Inbox<S>) -> Self {
        Self { front: inbox.front(verifiers), finder: Finder::of::<V>() }
    }
}

impl<H, B> Transform<H, ServiceRequest> for InboxMiddleware
where
    H: Service<ServiceRequest, Response = ServiceResponse<B>> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = H::Error;
    type Transform = InboxMiddlewareService<H>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, service: H) -> Self::Future {
        let Self { front, finder } = self.clone();
        ready(Ok(InboxMiddlewareService { inner: Rc::new(service), front, finder }))
    }
}

/// Service of [`InboxMiddleware`].
pub struct InboxMiddlewareService<H> {
    inner: Rc<H>,
    front: Front,
    finder: Finder<Extensions>,
}

impl<H, B> Service<ServiceRequest> for InboxMiddlewareService<H>
where
    H: Service<ServiceRequest, Response = ServiceResponse<B>> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = H::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, H::Error>>>>;

    fn poll_ready(&self, cx: &mut Context<'_>) -> Poll<Result<(), H::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let headers = ActixHeaders(request.headers());
        let extensions = request.extensions();
        let found = self.finder.find(&extensions).map(|delivery| {
            let is_kept = !self.front.is_answered_now(delivery, &headers);
            is_kept.then(|| self.front.entry(delivery, &headers, request.path()))
        });
        drop(extensions);
        match found {
            Ok(Some(entry)) => {
                let front = self.front.clone();
                Box::pin(async move {
                    Ok(match front.keep(entry).await {
                        Ok(()) => {
                            let mut answer =
                                HttpResponse::Ok().content_type("application/json").body(RECEIVED);
                            answer.extensions_mut().insert(OnlyKept);
                            request.into_response(answer).map_into_right_body()
                        }
                        Err(rejection) => request.error_response(rejection).map_into_right_body(),
                    })
                })
            }
            Ok(None) => {
                let inner = Rc::clone(&self.inner);
                Box::pin(async move { Ok(inner.call(request).await?.map_into_left_body()) })
            }
            Err(rejection) => {
                let rejection = refuse(rejection, request.request());
                Box::pin(ready(Ok(request.error_response(rejection).map_into_right_body())))
            }
        }
    }
}

impl fmt::Debug for InboxMiddleware {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InboxMiddleware").field("front", &self.front).finish_non_exhaustive()
    }
}

impl<H> fmt::Debug for InboxMiddlewareService<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InboxMiddlewareService").field("front", &self.front).finish_non_exhaustive()
    }
}
