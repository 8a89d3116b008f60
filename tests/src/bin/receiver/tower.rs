//! The surface for users of hyper and tower without a framework.

use std::convert::Infallible;

use bytes::Bytes;
use countersign::{
    Webhook,
    adapter::{HttpHeaders, Verifiers},
    axum::EventsService,
    idempotency::Idempotency,
    providers::{
        gitea, github, hookdeck, respan, slack, speaknode, standard_webhooks, stripe,
        x_webhook_signature,
    },
    tower::{IdempotencyLayer, RequestBody, VerifyLayer},
};
use http::{HeaderValue, Request, Response, StatusCode, header::CONTENT_TYPE};
use http_body_util::{BodyExt, Full, combinators::BoxBody};
use hyper::body::Incoming;
use tower::{Layer, ServiceExt, service_fn, util::BoxCloneService};

use crate::{
    dispatch::axum as dispatch,
    endpoint::{Endpoints, Grouped, Numbered, Svix, WebhookInflated, WebhookJs, describe},
    given::{Given, OfEither, OfForge},
    handler::{Failure, Handler},
    inbox::tower as inbox,
    tenants::{PerTenant, SlackTenants, StandardTenants, StripeTenants},
};

pub(crate) type Body = BoxBody<Bytes, Infallible>;

/// Routes by path.
pub(crate) fn service(
    endpoints: Endpoints,
) -> BoxCloneService<Request<Incoming>, Response<Body>, Infallible> {
    if let Some(kept) = &endpoints.kept {
        kept.start_worker();
    }
    let service = service_fn(move |request: Request<Incoming>| {
        let endpoints = endpoints.clone();
        async move {
            let once = endpoints.once();
            let Endpoints {
                respan,
                webhook,
                webhook_js,
                webhook_inflated,
                grouped,
                numbered,
                speaknode,
                github,
                stripe,
                standard,
                svix,
                gitea,
                hookdeck,
                tenants,
                slack_tenants,
                stripe_tenants,
                standard_tenants,
                handler,
                kept,
                ..
            } = endpoints;
            match request.uri().path() {
                "/respan" => {
                    verified::<Webhook<respan::Event>>(respan, handler, once, request).await
                }
                "/webhook" => {
                    verified::<Webhook<x_webhook_signature::Event>>(webhook, handler, once, request)
                        .await
                }
                "/webhook-js" => {
                    verified::<Webhook<x_webhook_signature::Event, WebhookJs>>(
                        webhook_js, handler, once, request,
                    )
                    .await
                }
                "/webhook-inflated" => {
                    verified::<Webhook<x_webhook_signature::Event, WebhookInflated>>(
                        webhook_inflated,
                        handler,
                        once,
                        request,
                    )
                    .await
                }
                "/grouped" => {
                    verified::<Webhook<x_webhook_signature::Event, Grouped>>(
                        grouped, handler, once, request,
                    )
                    .await
                }
                "/numbered" => {
                    verified::<Webhook<x_webhook_signature::Event, Numbered>>(
                        numbered, handler, once, request,
                    )
                    .await
                }
                "/speaknode" => {
                    verified::<Webhook<speaknode::Event>>(speaknode, handler, once, request).await
                }
                "/github" => {
                    verified::<Webhook<github::Event>>(github, handler, once, request).await
                }
                "/stripe" => {
                    verified::<Webhook<stripe::Event>>(stripe, handler, once, request).await
                }
                "/standard" => {
                    verified::<Webhook<standard_webhooks::Event>>(standard, handler, once, request)
                        .await
                }
                "/svix" => {
                    verified::<Webhook<standard_webhooks::Event, Svix>>(
                        svix, handler, once, request,
                    )
                    .await
                }
                "/gitea" => verified::<Webhook<gitea::Event>>(gitea, handler, once, request).await,
                "/hookdeck" => {
                    verified::<Webhook<hookdeck::Event>>(hookdeck, handler, once, request).await
                }
                "/forge" => {
                    let verifiers = (github, (gitea, hookdeck));
                    verified::<OfForge>(verifiers, handler, once, request).await
                }
                "/either" => verified::<OfEither>((github, webhook), handler, once, request).await,
                path if path.starts_with("/tenants/") => {
                    verified::<Webhook<x_webhook_signature::Event, PerTenant>>(
                        tenants, handler, once, request,
                    )
                    .await
                }
                path if path.starts_with("/slack-tenants/") => {
                    verified::<Webhook<slack::Event, SlackTenants>>(
                        slack_tenants,
                        handler,
                        once,
                        request,
                    )
                    .await
                }
                path if path.starts_with("/stripe-tenants/") => {
                    verified::<Webhook<stripe::Event, StripeTenants>>(
                        stripe_tenants,
                        handler,
                        once,
                        request,
                    )
                    .await
                }
                path if path.starts_with("/standard-tenants/") => {
                    verified::<Webhook<standard_webhooks::Event, StandardTenants>>(
                        standard_tenants,
                        handler,
                        once,
                        request,
                    )
                    .await
                }
                "/dispatch" => {
                    let verifiers = (github, webhook);
                    let events = dispatch::events(&verifiers).with_state(handler);
                    dispatched(verifiers, events, once, request).await
                }
                "/dispatch-default" => {
                    let verifiers = (github, webhook);
                    let events = dispatch::only_push(&verifiers).with_state(handler);
                    dispatched(verifiers, events, once, request).await
                }
                "/inbox" | "/inbox-slack" => inbox::keep(kept, request).await,
                "/effects" => {
                    let effects = handler.effects().await;
                    Ok(effects.map_or_else(failed, |text| Response::new(text.into())).map(boxed))
                }
                _ => Ok(empty(StatusCode::NOT_FOUND).map(boxed)),
            }
        }
    });
    BoxCloneService::new(service)
}

async fn verified<T: Given + Send + Sync>(
    verifiers: impl Verifiers,
    handler: Handler,
    once: Option<Idempotency>,
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
                        true => answer(handler.handle(&given, &bytes).await),
                        false => empty(StatusCode::INTERNAL_SERVER_ERROR),
                    }
                }
                Err(rejection) => rejection.into(),
            })
        }
    });
    match once {
        Some(once) => {
            let once = IdempotencyLayer::new(&verifiers, once);
            let service = VerifyLayer::new(verifiers).layer(once.layer(inner));
            service.oneshot(request).await.map(|response| response.map(boxed))
        }
        None => {
            let service = VerifyLayer::new(verifiers).layer(inner);
            service.oneshot(request).await.map(|response| response.map(boxed))
        }
    }
}

async fn dispatched(
    verifiers: impl Verifiers,
    events: EventsService<Handler>,
    once: Option<Idempotency>,
    request: Request<Incoming>,
) -> Result<Response<Body>, Infallible> {
    let (parts, body) = match once {
        Some(once) => {
            let events = IdempotencyLayer::new(&verifiers, once).layer(events);
            let response = VerifyLayer::new(verifiers).layer(events).oneshot(request).await?;
            response.map(axum::body::Body::new).into_parts()
        }
        None => {
            let response = VerifyLayer::new(verifiers).layer(events).oneshot(request).await?;
            response.map(axum::body::Body::new).into_parts()
        }
    };
    let bytes = body.collect().await.map_or_else(|_| Bytes::new(), |body| body.to_bytes());
    Ok(Response::from_parts(parts, boxed(Full::new(bytes))))
}

pub(crate) fn boxed(
    body: impl http_body::Body<Data = Bytes, Error = Infallible> + Send + Sync + 'static,
) -> Body {
    body.boxed()
}

fn answer(handled: Result<String, Failure>) -> Response<Full<Bytes>> {
    handled.map_or_else(failed, |json| {
        let mut response = Response::new(json.into());
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().insert(CONTENT_TYPE, json);
        response
    })
}

fn failed(failure: Failure) -> Response<Full<Bytes>> {
    match failure {
        Failure::Rejected(rejection) => rejection.into(),
        Failure::Failed => empty(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

pub(crate) fn empty(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    response
}
