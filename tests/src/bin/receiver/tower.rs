//! The surface of who has hyper and tower, and no framework.

use std::{convert::Infallible, io};

use bytes::Bytes;
use countersign::{
    HttpHeaders, Provider, Verifier, Webhook,
    providers::{github, respan, speaknode, x_webhook_signature},
    tower::{RequestBody, VerifyLayer},
};
use http::{HeaderValue, Request, Response, StatusCode, header::CONTENT_TYPE};
use http_body_util::{BodyExt, Either, Full};
use hyper::body::Incoming;
use tower::{Layer, ServiceExt, service_fn, util::BoxCloneService};

use crate::endpoint::{Endpoints, Handler, Told, describe};

type Body = Either<countersign::tower::ResponseBody<Full<Bytes>>, Full<Bytes>>;

/// Routes by path.
pub(crate) fn service(
    endpoints: Endpoints,
) -> BoxCloneService<Request<Incoming>, Response<Body>, Infallible> {
    let service = service_fn(move |request: Request<Incoming>| {
        let endpoints = endpoints.clone();
        async move {
            let Endpoints { respan, webhook, webhook_js, speaknode, github, handler } = endpoints;
            match request.uri().path() {
                "/respan" => verified::<respan::Event, _>(respan, handler, request).await,
                "/webhook" => {
                    verified::<x_webhook_signature::Event, _>(webhook, handler, request).await
                }
                "/webhook-js" => {
                    verified::<x_webhook_signature::Event, _>(webhook_js, handler, request).await
                }
                "/speaknode" => verified::<speaknode::Event, _>(speaknode, handler, request).await,
                "/github" => verified::<github::Event, _>(github, handler, request).await,
                _ => Ok(empty(StatusCode::NOT_FOUND).map(Either::Right)),
            }
        }
    });
    BoxCloneService::new(service)
}

async fn verified<E: Told, P: Provider>(
    verifier: Verifier<P>,
    handler: Handler,
    request: Request<Incoming>,
) -> Result<Response<Body>, Infallible> {
    let inner = service_fn(move |request: Request<RequestBody>| {
        let handler = handler.clone();
        async move {
            let (parts, body) = request.into_parts();
            let Ok(body) = body.collect().await;
            let bytes = body.to_bytes();
            Ok(match Webhook::<E, P>::from_parts(&parts) {
                Ok(webhook) => {
                    let form = webhook.verified.form();
                    match describe(&HttpHeaders(&parts.headers), form, &bytes) {
                        true => answer(handler.handle(&webhook, &bytes)),
                        false => empty(StatusCode::INTERNAL_SERVER_ERROR),
                    }
                }
                Err(rejection) => rejection.into(),
            })
        }
    });
    let response = VerifyLayer::new(verifier).layer(inner).oneshot(request).await;
    response.map(|response| response.map(Either::Left))
}

fn answer(handled: io::Result<String>) -> Response<Full<Bytes>> {
    match handled {
        Ok(json) => {
            let mut response = Response::new(json.into());
            let json = HeaderValue::from_static("application/json");
            response.headers_mut().insert(CONTENT_TYPE, json);
            response
        }
        Err(_) => empty(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

fn empty(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    response
}
