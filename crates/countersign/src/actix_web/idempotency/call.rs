use std::{future::Future, pin::Pin, rc::Rc};

use actix_web::{
    body::{BodySize, BoxBody, EitherBody, MessageBody, to_bytes},
    dev::{Service, ServiceRequest, ServiceResponse},
    http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE},
};
use bytes::Bytes;

use crate::{
    Rejection,
    idempotency::{Call, KeptAnswer},
};

/// A request, and the inner service.
pub(super) struct ActixCall<S> {
    pub(super) inner: Rc<S>,
    pub(super) request: ServiceRequest,
}

impl<S, B> Call for ActixCall<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>>,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<B>;
    type Error = S::Error;
    type Sent = ServiceResponse<EitherBody<B>>;
    type Head = ServiceResponse<()>;
    type Calling = S::Future;
    type Reading = Pin<Box<dyn Future<Output = (ServiceResponse<()>, Option<Bytes>)>>>;

    fn call(self) -> S::Future {
        self.inner.call(self.request)
    }

    fn reject(self, rejection: Rejection) -> Self::Sent {
        self.request.error_response(rejection).map_into_right_body()
    }

    fn is_success(response: &ServiceResponse<B>) -> bool {
        response.status().is_success()
    }

    fn length(response: &ServiceResponse<B>) -> Option<u64> {
        match response.response().body().size() {
            _ if response.headers().contains_key(CONTENT_ENCODING) => None,
            BodySize::None => Some(0),
            BodySize::Sized(length) => Some(length),
            BodySize::Stream => None,
        }
    }

    fn pass(response: ServiceResponse<B>) -> Self::Sent {
        response.map_into_left_body()
    }

    fn read(response: ServiceResponse<B>) -> Self::Reading {
        let (request, response) = response.into_parts();
        let (response, body) = response.into_parts();
        let head = ServiceResponse::new(request, response);
        Box::pin(async { (head, to_bytes(body).await.ok()) })
    }

    fn keep(head: &ServiceResponse<()>, body: Bytes) -> KeptAnswer {
        let content_type = head.headers().get(CONTENT_TYPE).map(|value| value.as_bytes());
        let content_type = Bytes::copy_from_slice(content_type.unwrap_or_default());
        KeptAnswer { status: head.status().as_u16(), content_type, body }
    }

    fn whole(mut head: ServiceResponse<()>, body: Option<Bytes>) -> Self::Sent {
        if body.is_none() {
            head.headers_mut().remove(CONTENT_LENGTH);
        }
        let body = BoxBody::new(body.unwrap_or_default());
        head.map_body(|_, ()| body).map_into_right_body()
    }
}
