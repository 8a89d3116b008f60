//! The two surfaces of actix-web.

use actix_web::{
    FromRequest, HttpMessage, HttpRequest, HttpResponse, ResponseError,
    body::{BodyStream, to_bytes},
    dev::{Decompress, Service},
    http::header::{ContentType, HeaderMap},
    middleware::Condition,
    web::{self, Data, ServiceConfig},
};
use countersign::{
    Webhook,
    actix_web::{IdempotencyMiddleware, VerifyMiddleware},
    adapter::{Extractor, Verifiers},
    idempotency::{FirstDelivery, Idempotency},
    providers::{
        gitea, github, hookdeck, respan, slack, speaknode, standard_webhooks, stripe,
        x_webhook_signature,
    },
    scheme::BodyForm,
};

use crate::{
    dispatch::actix as dispatch,
    endpoint::{Endpoints, Grouped, Numbered, Svix, WebhookInflated, WebhookJs},
    given::{Given, OfEither, OfForge},
    handler::{Failure, Handler},
    inbox::actix as inbox,
    tenants::{PerTenant, SlackTenants, StandardTenants, StripeTenants},
};

/// Routes whose handlers verify their deliveries with extractors.
pub(crate) fn extractor(endpoints: Endpoints) -> impl Fn(&mut ServiceConfig) + Clone + Send {
    if let Some(kept) = &endpoints.kept {
        kept.start_worker();
    }
    move |config| {
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
            idempotency,
            is_once,
            kept,
        } = endpoints.clone();
        config
            .app_data(Data::new(handler))
            .app_data(Data::new(respan))
            .app_data(Data::new(webhook.clone()))
            .app_data(Data::new(webhook_js))
            .app_data(Data::new(webhook_inflated))
            .app_data(Data::new(grouped))
            .app_data(Data::new(numbered))
            .app_data(Data::new(speaknode))
            .app_data(Data::new(github.clone()))
            .app_data(Data::new(stripe))
            .app_data(Data::new(standard))
            .app_data(Data::new(svix))
            .app_data(Data::new(gitea))
            .app_data(Data::new(hookdeck))
            .app_data(Data::new(tenants))
            .app_data(Data::new(slack_tenants))
            .app_data(Data::new(stripe_tenants))
            .app_data(Data::new(standard_tenants))
            .app_data(Data::new(idempotency.clone()))
            .route("/effects", web::get().to(effects));
        if let Some(kept) = kept {
            inbox::extractor(config, kept);
        }
        let once = (is_once, idempotency);
        let verifiers = (github, webhook);
        route::<Webhook<respan::Event>>(config, "/respan", is_once);
        route::<Webhook<x_webhook_signature::Event>>(config, "/webhook", is_once);
        route::<Webhook<x_webhook_signature::Event, WebhookJs>>(config, "/webhook-js", is_once);
        route::<Webhook<x_webhook_signature::Event, WebhookInflated>>(
            config,
            "/webhook-inflated",
            is_once,
        );
        route::<Webhook<x_webhook_signature::Event, Grouped>>(config, "/grouped", is_once);
        route::<Webhook<x_webhook_signature::Event, Numbered>>(config, "/numbered", is_once);
        route::<Webhook<speaknode::Event>>(config, "/speaknode", is_once);
        route::<Webhook<github::Event>>(config, "/github", is_once);
        route::<Webhook<stripe::Event>>(config, "/stripe", is_once);
        route::<Webhook<standard_webhooks::Event>>(config, "/standard", is_once);
        route::<Webhook<standard_webhooks::Event, Svix>>(config, "/svix", is_once);
        route::<Webhook<gitea::Event>>(config, "/gitea", is_once);
        route::<Webhook<hookdeck::Event>>(config, "/hookdeck", is_once);
        route::<OfEither>(config, "/either", is_once);
        route::<OfForge>(config, "/forge", is_once);
        dispatching(config, &verifiers, &once);
        route::<Webhook<x_webhook_signature::Event, PerTenant>>(
            config,
            "/tenants/{tenant}",
            is_once,
        );
        route::<Webhook<slack::Event, SlackTenants>>(config, "/slack-tenants/{tenant}", is_once);
        route::<Webhook<stripe::Event, StripeTenants>>(config, "/stripe-tenants/{tenant}", is_once);
        route::<Webhook<standard_webhooks::Event, StandardTenants>>(
            config,
            "/standard-tenants/{tenant}",
            is_once,
        );
    }
}

fn route<T>(config: &mut ServiceConfig, path: &str, is_once: bool)
where
    T: Given + Extractor + FromRequest + 'static,
    FirstDelivery<T>: FromRequest,
{
    let post = web::post();
    config.route(path, if is_once { post.to(fresh::<T>) } else { post.to(extracted::<T>) });
}

async fn extracted<T: Given>(handler: Data<Handler>, given: T) -> HttpResponse {
    answer(handler.handle(&given, given.facts().bytes).await)
}

async fn fresh<T: Given + Extractor>(
    handler: Data<Handler>,
    FirstDelivery { delivery, claimed, .. }: FirstDelivery<T>,
) -> HttpResponse {
    let answer = answer(handler.handle(&delivery, delivery.facts().bytes).await);
    if answer.status().is_success() {
        // The store logs its own failures, and repeats the call.
        let _ = claimed.complete().await;
    } else {
        claimed.release().await;
    }
    answer
}

/// Routes whose handlers take the deliveries that the middleware has verified.
pub(crate) fn middleware(endpoints: Endpoints) -> impl Fn(&mut ServiceConfig) + Clone + Send {
    if let Some(kept) = &endpoints.kept {
        kept.start_worker();
    }
    move |config| {
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
            idempotency,
            is_once,
            kept,
        } = endpoints.clone();
        let once = (is_once, idempotency);
        config.app_data(Data::new(handler)).route("/effects", web::get().to(effects));
        if let Some(kept) = kept {
            inbox::middleware(config, kept);
        }
        wrapped::<Webhook<respan::Event>>(config, "/respan", respan, &once);
        wrapped::<Webhook<x_webhook_signature::Event>>(config, "/webhook", webhook.clone(), &once);
        wrapped::<Webhook<x_webhook_signature::Event, WebhookJs>>(
            config,
            "/webhook-js",
            webhook_js,
            &once,
        );
        wrapped::<Webhook<x_webhook_signature::Event, WebhookInflated>>(
            config,
            "/webhook-inflated",
            webhook_inflated,
            &once,
        );
        wrapped::<Webhook<x_webhook_signature::Event, Grouped>>(config, "/grouped", grouped, &once);
        wrapped::<Webhook<x_webhook_signature::Event, Numbered>>(
            config,
            "/numbered",
            numbered,
            &once,
        );
        wrapped::<Webhook<speaknode::Event>>(config, "/speaknode", speaknode, &once);
        wrapped::<Webhook<github::Event>>(config, "/github", github.clone(), &once);
        wrapped::<Webhook<stripe::Event>>(config, "/stripe", stripe, &once);
        wrapped::<Webhook<standard_webhooks::Event>>(config, "/standard", standard, &once);
        wrapped::<Webhook<standard_webhooks::Event, Svix>>(config, "/svix", svix, &once);
        wrapped::<Webhook<gitea::Event>>(config, "/gitea", gitea.clone(), &once);
        wrapped::<Webhook<hookdeck::Event>>(config, "/hookdeck", hookdeck.clone(), &once);
        wrapped::<OfEither>(config, "/either", (github.clone(), webhook.clone()), &once);
        dispatching(config, &(github.clone(), webhook.clone()), &once);
        wrapped::<OfForge>(config, "/forge", (github, (gitea, hookdeck)), &once);
        wrapped::<Webhook<x_webhook_signature::Event, PerTenant>>(
            config,
            "/tenants/{tenant}",
            tenants,
            &once,
        );
        wrapped::<Webhook<slack::Event, SlackTenants>>(
            config,
            "/slack-tenants/{tenant}",
            slack_tenants,
            &once,
        );
        wrapped::<Webhook<stripe::Event, StripeTenants>>(
            config,
            "/stripe-tenants/{tenant}",
            stripe_tenants,
            &once,
        );
        wrapped::<Webhook<standard_webhooks::Event, StandardTenants>>(
            config,
            "/standard-tenants/{tenant}",
            standard_tenants,
            &once,
        );
    }
}

fn wrapped<T: Given + FromRequest + 'static>(
    config: &mut ServiceConfig,
    path: &str,
    verifiers: impl Verifiers,
    (is_once, idempotency): &(bool, Idempotency),
) {
    let once = IdempotencyMiddleware::new(&verifiers, idempotency.clone());
    config.service(
        web::resource(path)
            .wrap(Condition::new(*is_once, once))
            .wrap(VerifyMiddleware::new(verifiers))
            .wrap_fn(|request, inner| {
                // This clone is held during the call, as a middleware that logs requests holds one.
                let held = request.request().clone();
                request.extensions_mut().insert(Arrived(held.headers().clone()));
                let response = inner.call(request);
                async move {
                    let response = response.await;
                    drop(held);
                    response
                }
            })
            .route(web::post().to(behind::<T>)),
    );
}

/// Routes with one handler for each type of event.
fn dispatching(
    config: &mut ServiceConfig,
    verifiers: &impl Verifiers,
    (is_once, idempotency): &(bool, Idempotency),
) {
    let tables = [
        ("/dispatch", dispatch::events(verifiers)),
        ("/dispatch-default", dispatch::only_push(verifiers)),
    ];
    for (path, events) in tables {
        let once = IdempotencyMiddleware::new(verifiers, idempotency.clone());
        config.service(
            web::resource(path)
                .wrap(Condition::new(*is_once, once))
                .wrap(VerifyMiddleware::new(verifiers.clone()))
                .route(web::post().to(events)),
        );
    }
}

/// The headers of a request as they arrived.
struct Arrived(HeaderMap);

async fn behind<T: Given>(
    handler: Data<Handler>,
    request: HttpRequest,
    given: T,
    payload: web::Payload,
) -> HttpResponse {
    let bytes = if given.facts().form == BodyForm::Inflated {
        // The body is inflated here, as actix's own extractors do it.
        let inflated = Decompress::from_headers(payload.into_inner(), request.headers());
        to_bytes(BodyStream::new(inflated)).await.unwrap_or_default()
    } else {
        // The body is read raw, because `web::Bytes` would inflate it.
        let bytes = payload.to_bytes_limited(usize::MAX).await;
        bytes.ok().and_then(Result::ok).unwrap_or_default()
    };
    let is_unchanged = request
        .extensions()
        .get()
        .is_some_and(|Arrived(headers)| headers.iter().eq(request.headers().iter()));
    match is_unchanged {
        true => answer(handler.handle(&given, &bytes).await),
        false => HttpResponse::InternalServerError().finish(),
    }
}

async fn effects(handler: Data<Handler>) -> HttpResponse {
    handler.effects().await.map_or_else(failed, |text| HttpResponse::Ok().body(text))
}

fn answer(handled: Result<String, Failure>) -> HttpResponse {
    handled
        .map_or_else(failed, |json| HttpResponse::Ok().content_type(ContentType::json()).body(json))
}

fn failed(failure: Failure) -> HttpResponse {
    match failure {
        Failure::Rejected(rejection) => rejection.error_response(),
        Failure::Failed => HttpResponse::InternalServerError().finish(),
    }
}
