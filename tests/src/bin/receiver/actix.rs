//! The two surfaces of actix-web.

use std::io;

use actix_web::{
    HttpResponse,
    http::header::ContentType,
    web::{self, Data, ServiceConfig},
};
use countersign::{
    Provider, Verifier, Webhook,
    actix_web::VerifyWebhook,
    providers::{github, respan, speaknode, x_webhook_signature},
};

use crate::endpoint::{Endpoints, Handler, Told};

/// Each handler verifies what it takes.
pub(crate) fn extractor(endpoints: Endpoints) -> impl Fn(&mut ServiceConfig) + Clone + Send {
    move |config| {
        let Endpoints { respan, webhook, speaknode, github, handler } = endpoints.clone();
        config
            .app_data(Data::new(handler))
            .app_data(Data::new(respan))
            .app_data(Data::new(webhook))
            .app_data(Data::new(speaknode))
            .app_data(Data::new(github))
            .route("/respan", web::post().to(extracted::<respan::Event, _>))
            .route("/webhook", web::post().to(extracted::<x_webhook_signature::Event, _>))
            .route("/speaknode", web::post().to(extracted::<speaknode::Event, _>))
            .route("/github", web::post().to(extracted::<github::Event, _>));
    }
}

async fn extracted<E: Told<Provider = P>, P: Provider>(
    handler: Data<Handler>,
    webhook: Webhook<E>,
) -> HttpResponse {
    answer(handler.handle(&webhook, webhook.verified.bytes()))
}

/// Each handler takes what the middleware around it has verified.
pub(crate) fn middleware(endpoints: Endpoints) -> impl Fn(&mut ServiceConfig) + Clone + Send {
    move |config| {
        let Endpoints { respan, webhook, speaknode, github, handler } = endpoints.clone();
        config.app_data(Data::new(handler));
        wrapped::<respan::Event, _>(config, "/respan", respan);
        wrapped::<x_webhook_signature::Event, _>(config, "/webhook", webhook);
        wrapped::<speaknode::Event, _>(config, "/speaknode", speaknode);
        wrapped::<github::Event, _>(config, "/github", github);
    }
}

fn wrapped<E: Told<Provider = P>, P: Provider>(
    config: &mut ServiceConfig,
    path: &str,
    verifier: Verifier<P>,
) {
    let route = web::post().to(behind::<E, P>);
    config.service(web::resource(path).wrap(VerifyWebhook::new(verifier)).route(route));
}

async fn behind<E: Told<Provider = P>, P: Provider>(
    handler: Data<Handler>,
    webhook: Webhook<E>,
    payload: web::Payload,
) -> HttpResponse {
    // Raw: `web::Bytes` would inflate a body that is encoded.
    let bytes = payload.to_bytes_limited(usize::MAX).await;
    answer(handler.handle(&webhook, &bytes.ok().and_then(Result::ok).unwrap_or_default()))
}

fn answer(handled: io::Result<String>) -> HttpResponse {
    match handled {
        Ok(json) => HttpResponse::Ok().content_type(ContentType::json()).body(json),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}
