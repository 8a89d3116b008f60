//! The two surfaces of actix-web.

use std::io;

use actix_web::{
    FromRequest, HttpRequest, HttpResponse,
    http::header::ContentType,
    web::{self, Data, ServiceConfig},
};
use countersign::{
    Verifiers, Webhook,
    actix_web::{ActixHeaders, VerifyWebhook},
    providers::{github, respan, speaknode, standard_webhooks, stripe, x_webhook_signature},
};

use crate::{
    endpoint::{Endpoints, Handler, WebhookJs, describe},
    given::{Given, OfEither},
    tenants::PerTenant,
};

/// Each handler verifies what it takes.
pub(crate) fn extractor(endpoints: Endpoints) -> impl Fn(&mut ServiceConfig) + Clone + Send {
    move |config| {
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
        } = endpoints.clone();
        config
            .app_data(Data::new(handler))
            .app_data(Data::new(respan))
            .app_data(Data::new(webhook))
            .app_data(Data::new(webhook_js))
            .app_data(Data::new(speaknode))
            .app_data(Data::new(github))
            .app_data(Data::new(stripe))
            .app_data(Data::new(standard))
            .app_data(Data::new(tenants))
            .route("/respan", web::post().to(extracted::<Webhook<respan::Event>>))
            .route("/webhook", web::post().to(extracted::<Webhook<x_webhook_signature::Event>>))
            .route(
                "/webhook-js",
                web::post().to(extracted::<Webhook<x_webhook_signature::Event, WebhookJs>>),
            )
            .route("/speaknode", web::post().to(extracted::<Webhook<speaknode::Event>>))
            .route("/github", web::post().to(extracted::<Webhook<github::Event>>))
            .route("/stripe", web::post().to(extracted::<Webhook<stripe::Event>>))
            .route("/standard", web::post().to(extracted::<Webhook<standard_webhooks::Event>>))
            .route("/either", web::post().to(extracted::<OfEither>))
            .route(
                "/tenants/{tenant}",
                web::post().to(extracted::<Webhook<x_webhook_signature::Event, PerTenant>>),
            );
    }
}

async fn extracted<T: Given>(handler: Data<Handler>, given: T) -> HttpResponse {
    answer(handler.handle(&given, given.facts().bytes))
}

/// Each handler takes what the middleware around it has verified.
pub(crate) fn middleware(endpoints: Endpoints) -> impl Fn(&mut ServiceConfig) + Clone + Send {
    move |config| {
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
        } = endpoints.clone();
        config.app_data(Data::new(handler));
        wrapped::<Webhook<respan::Event>>(config, "/respan", respan);
        wrapped::<Webhook<x_webhook_signature::Event>>(config, "/webhook", webhook.clone());
        wrapped::<Webhook<x_webhook_signature::Event, WebhookJs>>(
            config,
            "/webhook-js",
            webhook_js,
        );
        wrapped::<Webhook<speaknode::Event>>(config, "/speaknode", speaknode);
        wrapped::<Webhook<github::Event>>(config, "/github", github.clone());
        wrapped::<Webhook<stripe::Event>>(config, "/stripe", stripe);
        wrapped::<Webhook<standard_webhooks::Event>>(config, "/standard", standard);
        wrapped::<OfEither>(config, "/either", (github, webhook));
        wrapped::<Webhook<x_webhook_signature::Event, PerTenant>>(
            config,
            "/tenants/{tenant}",
            tenants,
        );
    }
}

fn wrapped<T: Given + FromRequest + 'static>(
    config: &mut ServiceConfig,
    path: &str,
    verifiers: impl Verifiers,
) {
    let route = web::post().to(behind::<T>);
    config.service(web::resource(path).wrap(VerifyWebhook::new(verifiers)).route(route));
}

async fn behind<T: Given>(
    handler: Data<Handler>,
    request: HttpRequest,
    given: T,
    payload: web::Payload,
) -> HttpResponse {
    // Raw: `web::Bytes` would inflate a body that is encoded.
    let bytes = payload.to_bytes_limited(usize::MAX).await;
    let bytes = bytes.ok().and_then(Result::ok).unwrap_or_default();
    match describe(&ActixHeaders(request.headers()), given.facts().form, &bytes) {
        true => answer(handler.handle(&given, &bytes)),
        false => HttpResponse::InternalServerError().finish(),
    }
}

fn answer(handled: io::Result<String>) -> HttpResponse {
    match handled {
        Ok(json) => HttpResponse::Ok().content_type(ContentType::json()).body(json),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}
