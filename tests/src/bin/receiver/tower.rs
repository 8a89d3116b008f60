//! The surface of who has hyper and tower, and no framework.

use std::{convert::Infallible, io};

use bytes::Bytes;
use countersign::{
    HttpHeaders, Verifiers, Webhook,
    providers::{github, respan, speaknode, standard_webhooks, stripe, x_webhook_signature},
    tower::{RequestBody, VerifyLayer},
};
use http::{HeaderValue, Request, Response, StatusCode, header::CONTENT_TYPE};
use http_body_util::{BodyExt, Either, Full};
use hyper::body::Incoming;
use tower::{Layer, ServiceExt, service_fn, util::BoxCloneService};

use crate::{
    endpoint::{Endpoints, Handler, WebhookJs, describe},
    given::{Given, OfEither},
    tenants::PerTenant,
};

type Body = Either<countersign::tower::ResponseBody<Full<Bytes>>, Full<Bytes>>;

/// Routes by path.
pub(crate) fn service(
    endpoints: Endpoints,
) -> BoxCloneService<Request<Incoming>, Response<Body>, Infallible> {
    let service = service_fn(move |request: Request<Incoming>| {
        let endpoints = endpoints.clone();
        async move {
            let Endpoints {
                respan,
                webhook,
                webhook_js,
                speaknode,
                github,
                stripe,
                standard,
                tenants,
                handler,
            } = endpoints;
            match request.uri().path() {
                "/respan" => verified::<Webhook<respan::Event>>(respan, handler, request).await,
                "/webhook" => {
                    verified::<Webhook<x_webhook_signature::Event>>(webhook, handler, request).await
                }
                "/webhook-js" => {
                    verified::<Webhook<x_webhook_signature::Event, WebhookJs>>(
                        webhook_js, handler, request,
                    )
                    .await
                }
                "/speaknode" => {
                    verified::<Webhook<speaknode::Event>>(speaknode, handler, request).await
                }
                "/github" => verified::<Webhook<github::Event>>(github, handler, request).await,
                "/stripe" => verified::<Webhook<stripe::Event>>(stripe, handler, request).await,
                "/standard" => {
                    verified::<Webhook<standard_webhooks::Event>>(standard, handler, request).await
                }
                "/either" => verified::<OfEither>((github, webhook), handler, request).await,
                path if path.starts_with("/tenants/") => {
                    verified::<Webhook<x_webhook_signature::Event, PerTenant>>(
                        tenants, handler, request,
                    )
                    .await
                }
                _ => Ok(empty(StatusCode::NOT_FOUND).map(Either::Right)),
            }
        }
    });
    BoxCloneService::new(service)
}

async fn verified<T: Given>(
    verifiers: impl Verifiers,
    handler: Handler,
    request: Request<Incoming>,
) -> Result<Response<Body>, Infallible> {
    let inner = service_fn(move |request: Request<RequestBody>| {
        let handler = handler.clone();
        async move {
            let (parts, body) = request.into_parts();
            let Ok(body) = body.collect().await;
            let bytes = body.to_bytes();
            Ok(match T::from_parts(&parts) {
                Ok(given) => {
                    match describe(&HttpHeaders(&parts.headers), given.facts().form, &bytes) {
                        true => answer(handler.handle(&given, &bytes)),
                        false => empty(StatusCode::INTERNAL_SERVER_ERROR),
                    }
                }
                Err(rejection) => rejection.into(),
            })
        }
    });
    let response = VerifyLayer::new(verifiers).layer(inner).oneshot(request).await;
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
