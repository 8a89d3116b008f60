use std::{future::Future, pin::Pin};

use bytes::Bytes;
use http::{
    Request, Response,
    header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE},
    response::Parts,
};
use http_body::Body;
use http_body_util::{BodyExt, Collected, Full};
use tower_service::Service;

use crate::{
    Rejection,
    idempotency::{Call, KeptAnswer},
    tower::ResponseBody,
};

/// A request, and the inner service that was polled ready.
pub(super) struct TowerCall<S, B> {
    pub(super) inner: S,
    pub(super) request: Request<B>,
}

impl<S, B, R> Call for TowerCall<S, B>
where
    S: Service<Request<B>, Response = Response<R>>,
    R: Body<Data = Bytes> + Send + 'static,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Sent = Response<ResponseBody<R>>;
    type Head = Parts;
    type Calling = S::Future;
    type Reading = Pin<Box<dyn Future<Output = (Parts, Option<Bytes>)> + Send>>;

    fn call(mut self) -> S::Future {
        self.inner.call(self.request)
    }

    fn reject(self, rejection: Rejection) -> Self::Sent {
        ResponseBody::full(rejection.into())
    }

    fn is_success(response: &Response<R>) -> bool {
        response.status().is_success()
    }

    fn length(response: &Response<R>) -> Option<u64> {
        let is_encoded = response.headers().contains_key(CONTENT_ENCODING);
        response.body().size_hint().exact().filter(|_| !is_encoded)
    }

    fn pass(response: Response<R>) -> Self::Sent {
        response.map(ResponseBody::new)
    }

    fn read(response: Response<R>) -> Self::Reading {
        let (head, body) = response.into_parts();
        Box::pin(async { (head, body.collect().await.map(Collected::to_bytes).ok()) })
    }

    fn keep(head: &Parts, body: Bytes) -> KeptAnswer {
        let content_type = head.headers.get(CONTENT_TYPE).map(|value| value.as_bytes());
        let content_type = Bytes::copy_from_slice(content_type.unwrap_or_default());
        KeptAnswer { status: head.status.as_u16(), content_type, body }
    }

    fn whole(mut head: Parts, body: Option<Bytes>) -> Self::Sent {
        if body.is_none() {
            head.headers.remove(CONTENT_LENGTH);
        }
        ResponseBody::full(Response::from_parts(head, Full::new(body.unwrap_or_default())))
    }
}
