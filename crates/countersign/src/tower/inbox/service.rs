use std::{
    fmt,
    future::poll_fn,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{Extensions, HeaderValue, Request, Response, StatusCode, header::CONTENT_TYPE};
use http_body::Body;
use http_body_util::Full;
use tower_service::Service;

use super::InboxFuture;
use crate::{
    inbox::{Front, OnlyKept, RECEIVED},
    surface::{
        http::{HttpHeaders, refuse},
        proof::Finder,
    },
    tower::ResponseBody,
};

/// Middleware that keeps each delivery in an inbox.
///
/// The service is always ready, because it does not call the inner service for deliveries that it
/// keeps.
///
/// See [`InboxLayer`](super::InboxLayer).
#[derive(Clone)]
pub struct InboxService<H> {
    inner: H,
    front: Front,
    finder: Finder<Extensions>,
}

impl<H> InboxService<H> {
    pub(super) fn new(inner: H, front: Front, finder: Finder<Extensions>) -> Self {
        Self { inner, front, finder }
    }
}

impl<H, B, R> Service<Request<B>> for InboxService<H>
where
    H: Service<Request<B>, Response = Response<R>> + Clone + Send + 'static,
    H::Future: Send + 'static,
    H::Error: Send + 'static,
    B: Send + 'static,
    R: Body<Data = Bytes> + Send + 'static,
{
    type Response = Response<ResponseBody<R>>;
    type Error = H::Error;
    type Future = InboxFuture<R, H::Error>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), H::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let headers = HttpHeaders(request.headers());
        let delivery = match self.finder.find(request.extensions()) {
            Ok(delivery) => delivery,
            Err(rejection) => {
                let (parts, _) = request.into_parts();
                let rejection = refuse(rejection, &parts);
                return InboxFuture::new(async { Ok(ResponseBody::full(rejection.into())) });
            }
        };
        if self.front.is_answered_now(delivery, &headers) {
            let mut inner = self.inner.clone();
            return InboxFuture::new(async move {
                poll_fn(|cx| inner.poll_ready(cx)).await?;
                inner.call(request).await.map(|response| response.map(ResponseBody::new))
            });
        }
        let entry = self.front.entry(delivery, &headers, request.uri().path());
        let front = self.front.clone();
        InboxFuture::new(async move {
            let kept = front.keep(entry).await;
            Ok(ResponseBody::full(kept.map_or_else(Response::from, |()| received())))
        })
    }
}

fn received() -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(RECEIVED));
    *response.status_mut() = StatusCode::OK;
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response.extensions_mut().insert(OnlyKept);
    response
}

impl<H: fmt::Debug> fmt::Debug for InboxService<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InboxService")
            .field("inner", &self.inner)
            .field("front", &self.front)
            .finish_non_exhaustive()
    }
}
