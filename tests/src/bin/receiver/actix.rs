//! The two surfaces of actix-web.

use std::io;

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::ContentType,
    web::{self, Data, ServiceConfig},
};
use countersign::{
    Provider, Verifier, Webhook,
    actix_web::{ActixHeaders, VerifyWebhook},
    providers::{GitHub, Respan, SpeakNode, XWebhookSignature},
    providers::{github, respan, speaknode, x_webhook_signature},
};

use crate::endpoint::{Endpoints, Handler, Told, WebhookJs, describe};

/// Each handler verifies what it takes.
pub(crate) fn extractor(endpoints: Endpoints) -> impl Fn(&mut ServiceConfig) + Clone + Send {
    move |config| {
        let Endpoints { respan, webhook, webhook_js, speaknode, github, handler } =
            endpoints.clone();
        config
            .app_data(Data::new(handler))
            .app_data(Data::new(respan))
            .app_data(Data::new(webhook))
            .app_data(Data::new(webhook_js))
            .app_data(Data::new(speaknode))
            .app_data(Data::new(github))
            .route("/respan", web::post().to(extracted::<respan::Event, Respan>))
            .route(
                "/webhook",
                web::post().to(extracted::<x_webhook_signature::Event, XWebhookSignature>),
            )
            .route(
                "/webhook-js",
                web::post().to(extracted::<x_webhook_signature::Event, WebhookJs>),
            )
            .route("/speaknode", web::post().to(extracted::<speaknode::Event, SpeakNode>))
            .route("/github", web::post().to(extracted::<github::Event, GitHub>));
    }
}

async fn extracted<E: Told, P: Provider>(
    handler: Data<Handler>,
    webhook: Webhook<E, P>,
) -> HttpResponse {
    answer(handler.handle(&webhook, webhook.verified.bytes()))
}

/// Each handler takes what the middleware around it has verified.
pub(crate) fn middleware(endpoints: Endpoints) -> impl Fn(&mut ServiceConfig) + Clone + Send {
    move |config| {
        let Endpoints { respan, webhook, webhook_js, speaknode, github, handler } =
            endpoints.clone();
        config.app_data(Data::new(handler));
        wrapped::<respan::Event, _>(config, "/respan", respan);
        wrapped::<x_webhook_signature::Event, _>(config, "/webhook", webhook);
        wrapped::<x_webhook_signature::Event, _>(config, "/webhook-js", webhook_js);
        wrapped::<speaknode::Event, _>(config, "/speaknode", speaknode);
        wrapped::<github::Event, _>(config, "/github", github);
    }
}

fn wrapped<E: Told, P: Provider>(config: &mut ServiceConfig, path: &str, verifier: Verifier<P>) {
    let route = web::post().to(behind::<E, P>);
    config.service(web::resource(path).wrap(VerifyWebhook::new(verifier)).route(route));
}

async fn behind<E: Told, P: Provider>(
    handler: Data<Handler>,
    request: HttpRequest,
    webhook: Webhook<E, P>,
    payload: web::Payload,
) -> HttpResponse {
    // Raw: `web::Bytes` would inflate a body that is encoded.
    let bytes = payload.to_bytes_limited(usize::MAX).await;
    let bytes = bytes.ok().and_then(Result::ok).unwrap_or_default();
    match describe(&ActixHeaders(request.headers()), webhook.verified.form(), &bytes) {
        true => answer(handler.handle(&webhook, &bytes)),
        false => HttpResponse::InternalServerError().finish(),
    }
}

fn answer(handled: io::Result<String>) -> HttpResponse {
    match handled {
        Ok(json) => HttpResponse::Ok().content_type(ContentType::json()).body(json),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}
