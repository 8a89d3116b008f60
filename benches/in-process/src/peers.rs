//! Crates with the same purpose, each with its own scheme, and ours with the same scheme.

use std::{convert::Infallible, hint::black_box, sync::Arc};

use ::tower::{Layer, service_fn};
use actix_web::{
    HttpResponse,
    web::{self, Bytes, Data},
};
use axum::{
    Json, Router,
    http::StatusCode,
    routing::{MethodRouter, post},
};
use axum_github_webhook_extract::{GithubEvent, GithubToken};
use axum_standardwebhooks::{SharedWebhook, StandardWebhook};
use countersign::{
    Provider, Secret, VerifiedBody, Verifier, Webhook,
    event::Envelope,
    events,
    providers::{GitHub, StandardWebhooks},
    tower::VerifyLayer,
};
use countersign_bench::{Delivery, Payment, SECRET, STANDARD_SECRET, Whole, servers::PATH};
use http::{Request, Response};
use http_body_util::{BodyExt, Full};

use crate::{actix, axum::timed, table::Entry, tower};

events! {
    #[derive(Debug)]
    enum Push for GitHub { "push" => Push(Whole) }
}

events! {
    #[derive(Debug)]
    enum Standard for StandardWebhooks { "payment.succeeded" => Succeeded(Envelope<Payment>) }
}

/// Returns all of them, with a body of `size` bytes.
pub(crate) async fn subjects(size: usize) -> Vec<Entry> {
    let mut subjects = standard(&Delivery::standard(size));
    subjects.extend(github(&Delivery::github(size)));
    subjects.extend(of_tower(&Delivery::github(size)));
    subjects.extend(of_actix(&Delivery::github(size)).await);
    subjects
}

fn verifier<P: Provider>(secret: &str) -> Verifier<P> {
    Verifier::new(Secret::new(secret).unwrap()).unwrap()
}

fn routed<S: Clone + Send + Sync + 'static>(route: MethodRouter<S>, state: S) -> Router {
    Router::new().route(PATH, route).with_state(state)
}

/// A handler that drops its argument.
async fn take<T>(given: T) -> StatusCode {
    black_box(given);
    StatusCode::OK
}

/// Standard Webhooks on axum.
fn standard(delivery: &Delivery) -> Vec<Entry> {
    let ours = "axum, Standard Webhooks: VerifiedBody";
    let ours_event = "axum, Standard Webhooks: Webhook";
    let theirs = SharedWebhook::new(axum_standardwebhooks::Webhook::new(STANDARD_SECRET).unwrap());
    let verifier = verifier::<StandardWebhooks>(STANDARD_SECRET);
    [
        (ours, ours, routed(post(take::<VerifiedBody<StandardWebhooks>>), verifier.clone())),
        (
            "axum, Standard Webhooks: axum-standardwebhooks, Bytes",
            ours,
            routed(post(take::<StandardWebhook<Bytes>>), theirs.clone()),
        ),
        (ours_event, ours_event, routed(post(take::<Webhook<Standard>>), verifier)),
        (
            "axum, Standard Webhooks: axum-standardwebhooks, Json",
            ours_event,
            routed(post(take::<StandardWebhook<Json<Whole>>>), theirs),
        ),
    ]
    .map(|(name, ours, router)| {
        Entry::new(name, ours, None, timed(router, delivery, StatusCode::OK))
    })
    .into()
}

/// GitHub on axum.
fn github(delivery: &Delivery) -> Vec<Entry> {
    let ours = "axum, GitHub: VerifiedBody";
    let ours_event = "axum, GitHub: Webhook";
    let verifier = verifier::<GitHub>(SECRET);
    let token = GithubToken(Arc::new(SECRET.to_owned()));
    [
        (ours, ours, routed(post(take::<VerifiedBody<GitHub>>), verifier.clone())),
        (ours_event, ours_event, routed(post(take::<Webhook<Push>>), verifier)),
        (
            "axum, GitHub: axum-github-webhook-extract",
            ours_event,
            routed(post(take::<GithubEvent<Whole>>), token),
        ),
    ]
    .map(|(name, ours, router)| {
        Entry::new(name, ours, None, timed(router, delivery, StatusCode::OK))
    })
    .into()
}

/// GitHub on tower without axum: the layer of `webhook-verify` cannot be put around a router of
/// axum, because it is not `Sync` with axum's body.
fn of_tower(delivery: &Delivery) -> Vec<Entry> {
    let ours = "tower, GitHub: behind the layer";
    let theirs = "tower, GitHub: behind webhook-verify's layer";
    let verifier = verifier::<GitHub>(SECRET);
    let behind_ours = VerifyLayer::new(verifier).layer(service_fn(
        |request: Request<countersign::tower::RequestBody>| async {
            black_box(request.into_body().collect().await?.to_bytes());
            Ok::<_, Infallible>(Response::new(Full::<Bytes>::default()))
        },
    ));
    let layer = webhook_verify::tower::VerifyLayer::new(
        webhook_verify::Provider::GitHub,
        webhook_verify::Secret::new(SECRET),
    );
    let behind_theirs = layer.layer(service_fn(|request: Request<Bytes>| async {
        black_box(request.into_body());
        Ok::<_, Infallible>(Response::new(Full::<Bytes>::default()))
    }));
    vec![
        Entry::new(ours, ours, None, tower::timed(behind_ours, delivery)),
        Entry::new(theirs, ours, None, tower::timed(behind_theirs, delivery)),
    ]
}

/// GitHub on actix-web. actix-web-lab's `RequestSignature` runs a task of its own for each request,
/// and is measured only over HTTP.
async fn of_actix(github: &Delivery) -> Vec<Entry> {
    async fn take<T>(given: T) -> HttpResponse {
        black_box(given);
        HttpResponse::Ok().finish()
    }
    let ours = "actix-web, GitHub: VerifiedBody";
    let configure_ours = |config: &mut web::ServiceConfig| {
        config.app_data(Data::new(verifier::<GitHub>(SECRET)));
        config.route(PATH, web::post().to(take::<VerifiedBody<GitHub>>));
    };
    let configure_theirs = |config: &mut web::ServiceConfig| {
        config.app_data(webhook_verify::actix::WebhookConfig::new(
            webhook_verify::Provider::GitHub,
            webhook_verify::Secret::new(SECRET),
        ));
        config.route(PATH, web::post().to(take::<webhook_verify::actix::VerifiedBody>));
    };
    let status = actix_web::http::StatusCode::OK;
    vec![
        Entry::new(ours, ours, None, actix::timed(configure_ours, github, status).await),
        Entry::new(
            "actix-web, GitHub: webhook-verify's extractor",
            ours,
            None,
            actix::timed(configure_theirs, github, status).await,
        ),
    ]
}
