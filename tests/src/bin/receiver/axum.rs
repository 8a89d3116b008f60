//! The two surfaces of axum.

use axum::{
    Router,
    body::Bytes,
    extract::{FromRequest, Request, State},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use countersign::{
    Webhook,
    adapter::{Extractor, HttpHeaders, Verifiers},
    idempotency::{FirstDelivery, Idempotency},
    providers::{
        gitea, github, hookdeck, respan, slack, speaknode, standard_webhooks, stripe,
        x_webhook_signature,
    },
    tower::{IdempotencyLayer, VerifyLayer},
};
use http::{StatusCode, header::CONTENT_TYPE};
use http_body_util::BodyExt;

use crate::{
    dispatch::axum as dispatch,
    endpoint::{Endpoints, Grouped, Numbered, Svix, WebhookInflated, WebhookJs, describe},
    given::{Given, OfEither, OfForge},
    handler::{Failure, Handler},
    inbox::axum as inbox,
    tenants::{PerTenant, SlackTenants, StandardTenants, StripeTenants},
};

/// Routes whose handlers verify their deliveries with extractors.
pub(crate) fn extractor(endpoints: Endpoints) -> Router {
    let once = endpoints.is_once;
    let kept = endpoints.kept.clone().map(inbox::extractor).unwrap_or_default();
    Router::new()
        .merge(route::<Webhook<respan::Event>>("/respan", once))
        .merge(route::<Webhook<x_webhook_signature::Event>>("/webhook", once))
        .merge(route::<Webhook<x_webhook_signature::Event, WebhookJs>>("/webhook-js", once))
        .merge(route::<Webhook<x_webhook_signature::Event, WebhookInflated>>(
            "/webhook-inflated",
            once,
        ))
        .merge(route::<Webhook<x_webhook_signature::Event, Grouped>>("/grouped", once))
        .merge(route::<Webhook<x_webhook_signature::Event, Numbered>>("/numbered", once))
        .merge(route::<Webhook<speaknode::Event>>("/speaknode", once))
        .merge(route::<Webhook<github::Event>>("/github", once))
        .merge(route::<Webhook<stripe::Event>>("/stripe", once))
        .merge(route::<Webhook<standard_webhooks::Event>>("/standard", once))
        .merge(route::<Webhook<standard_webhooks::Event, Svix>>("/svix", once))
        .merge(route::<Webhook<gitea::Event>>("/gitea", once))
        .merge(route::<Webhook<hookdeck::Event>>("/hookdeck", once))
        .merge(route::<OfEither>("/either", once))
        .merge(route::<OfForge>("/forge", once))
        .merge(route::<Webhook<x_webhook_signature::Event, PerTenant>>("/tenants/{tenant}", once))
        .merge(route::<Webhook<slack::Event, SlackTenants>>("/slack-tenants/{tenant}", once))
        .merge(route::<Webhook<stripe::Event, StripeTenants>>("/stripe-tenants/{tenant}", once))
        .merge(route::<Webhook<standard_webhooks::Event, StandardTenants>>(
            "/standard-tenants/{tenant}",
            once,
        ))
        .route("/effects", get(effects))
        .merge(dispatching(&endpoints))
        .with_state(endpoints)
        .merge(kept)
}

/// Routes with one handler for each type of event.
fn dispatching<S: Clone + Send + Sync + 'static>(endpoints: &Endpoints) -> Router<S> {
    let verifiers = (endpoints.github.clone(), endpoints.webhook.clone());
    let handler = endpoints.handler.clone();
    let events = dispatch::events(&verifiers).with_state(handler.clone());
    let only_push = dispatch::only_push(&verifiers).with_state(handler);
    let router = Router::new()
        .route_service("/dispatch", events)
        .route_service("/dispatch-default", only_push);
    let router = match endpoints.once() {
        Some(once) => router.route_layer(IdempotencyLayer::new(&verifiers, once)),
        None => router,
    };
    router.route_layer(VerifyLayer::new(verifiers))
}

fn route<T>(path: &str, is_once: bool) -> Router<Endpoints>
where
    T: Given + Extractor + FromRequest<Endpoints> + Send + Sync + 'static,
    FirstDelivery<T>: FromRequest<Endpoints>,
{
    let handler = if is_once { post(fresh::<T>) } else { post(extracted::<T>) };
    Router::new().route(path, handler)
}

async fn extracted<T: Given>(State(handler): State<Handler>, given: T) -> Response {
    answer(handler.handle(&given, given.facts().bytes).await)
}

async fn fresh<T: Given + Extractor>(
    State(handler): State<Handler>,
    FirstDelivery { delivery, claimed, .. }: FirstDelivery<T>,
) -> Response {
    let answer = answer(handler.handle(&delivery, delivery.facts().bytes).await);
    if answer.status().is_success() {
        // The store logs its own failures, and repeats the call.
        let _ = claimed.complete().await;
    } else {
        claimed.release().await;
    }
    answer
}

/// Routes whose handlers take the deliveries that the layers have verified.
pub(crate) fn layer(endpoints: Endpoints) -> Router {
    let once = endpoints.once();
    let dispatching = dispatching(&endpoints);
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
    Router::new()
        .merge(layered::<Webhook<respan::Event>>("/respan", respan, &once))
        .merge(layered::<Webhook<x_webhook_signature::Event>>("/webhook", webhook.clone(), &once))
        .merge(layered::<Webhook<x_webhook_signature::Event, WebhookJs>>(
            "/webhook-js",
            webhook_js,
            &once,
        ))
        .merge(layered::<Webhook<x_webhook_signature::Event, WebhookInflated>>(
            "/webhook-inflated",
            webhook_inflated,
            &once,
        ))
        .merge(layered::<Webhook<x_webhook_signature::Event, Grouped>>("/grouped", grouped, &once))
        .merge(layered::<Webhook<x_webhook_signature::Event, Numbered>>(
            "/numbered",
            numbered,
            &once,
        ))
        .merge(layered::<Webhook<speaknode::Event>>("/speaknode", speaknode, &once))
        .merge(layered::<Webhook<github::Event>>("/github", github.clone(), &once))
        .merge(layered::<Webhook<stripe::Event>>("/stripe", stripe, &once))
        .merge(layered::<Webhook<standard_webhooks::Event>>("/standard", standard, &once))
        .merge(layered::<Webhook<standard_webhooks::Event, Svix>>("/svix", svix, &once))
        .merge(layered::<Webhook<gitea::Event>>("/gitea", gitea.clone(), &once))
        .merge(layered::<Webhook<hookdeck::Event>>("/hookdeck", hookdeck.clone(), &once))
        .merge(layered::<OfEither>("/either", (github.clone(), webhook), &once))
        .merge(layered::<OfForge>("/forge", (github, (gitea, hookdeck)), &once))
        .merge(layered::<Webhook<x_webhook_signature::Event, PerTenant>>(
            "/tenants/{tenant}",
            tenants,
            &once,
        ))
        .merge(layered::<Webhook<slack::Event, SlackTenants>>(
            "/slack-tenants/{tenant}",
            slack_tenants,
            &once,
        ))
        .merge(layered::<Webhook<stripe::Event, StripeTenants>>(
            "/stripe-tenants/{tenant}",
            stripe_tenants,
            &once,
        ))
        .merge(layered::<Webhook<standard_webhooks::Event, StandardTenants>>(
            "/standard-tenants/{tenant}",
            standard_tenants,
            &once,
        ))
        .merge(dispatching)
        .route("/effects", get(effects))
        .with_state(handler)
        .merge(kept.as_ref().map(inbox::layer).unwrap_or_default())
}

fn layered<T: Given + Send + Sync + 'static>(
    path: &str,
    verifiers: impl Verifiers,
    once: &Option<Idempotency>,
) -> Router<Handler> {
    let router = Router::new().route(path, post(behind::<T>));
    let router = match once {
        Some(once) => router.route_layer(IdempotencyLayer::new(&verifiers, once.clone())),
        None => router,
    };
    router.route_layer(VerifyLayer::new(verifiers))
}

async fn behind<T: Given>(State(handler): State<Handler>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let bytes = body.collect().await.map_or_else(|_| Bytes::new(), |body| body.to_bytes());
    match T::from_parts(&parts) {
        Ok(given) => match describe(&HttpHeaders(&parts.headers), given.facts().form, &bytes) {
            true => answer(handler.handle(&given, &bytes).await),
            false => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        },
        Err(rejection) => rejection.into_response(),
    }
}

async fn effects(State(handler): State<Handler>) -> Response {
    handler.effects().await.map_or_else(failed, IntoResponse::into_response)
}

fn answer(handled: Result<String, Failure>) -> Response {
    handled.map_or_else(failed, |json| ([(CONTENT_TYPE, "application/json")], json).into_response())
}

fn failed(failure: Failure) -> Response {
    match failure {
        Failure::Rejected(rejection) => rejection.into_response(),
        Failure::Failed => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
