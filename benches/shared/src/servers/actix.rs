//! Servers of actix-web.

use std::hint::black_box;

use actix_web::{
    HttpRequest, HttpResponse, Route,
    web::{self, Bytes, Data, Json, JsonConfig, PayloadConfig, ServiceConfig},
};
use countersign::{
    VerifiedBody, Verifier, Webhook, actix_web::VerifyMiddleware, providers::XWebhookSignature,
};

use super::{ACTIX_LIMIT, Handler, PATH};
use crate::{PaymentEvent, SECRET, Whole, delivery::text, tag, verify_by_hand};

/// Configures an app with this handler.
pub fn configure(handler: Handler) -> impl Fn(&mut ServiceConfig) + Clone + Send {
    let verifier = Verifier::<XWebhookSignature>::new(text()).unwrap();
    move |config| {
        config
            .app_data(PayloadConfig::new(ACTIX_LIMIT))
            .app_data(JsonConfig::default().limit(ACTIX_LIMIT));
        if let Handler::Extractor | Handler::Event | Handler::BehindEvent = handler {
            config.app_data(Data::new(verifier.clone()));
        }
        let resource = web::resource(PATH).route(route(handler));
        if let Handler::Behind | Handler::BehindJson | Handler::BehindEvent = handler {
            config.service(resource.wrap(VerifyMiddleware::new(verifier.clone())));
        } else {
            config.service(resource);
        }
    }
}

fn route(handler: Handler) -> Route {
    match handler {
        Handler::Bare | Handler::Behind => web::post().to(bare),
        Handler::Raw => web::post().to(raw),
        Handler::Extractor => web::post().to(extractor),
        Handler::ByHand => web::post().to(by_hand),
        Handler::Json | Handler::BehindJson => web::post().to(json),
        Handler::RawJson => web::post().to(raw_json),
        Handler::Event | Handler::BehindEvent => web::post().to(event),
        Handler::ByHandJson => web::post().to(by_hand_json),
    }
}

async fn bare(body: Bytes) -> HttpResponse {
    black_box(body);
    HttpResponse::Ok().finish()
}

async fn raw(body: Bytes) -> HttpResponse {
    black_box(tag(&body));
    HttpResponse::Ok().finish()
}

async fn extractor(VerifiedBody(verified): VerifiedBody<XWebhookSignature>) -> HttpResponse {
    black_box(verified);
    HttpResponse::Ok().finish()
}

async fn by_hand(request: HttpRequest, body: Bytes) -> HttpResponse {
    match is_genuine(&request, &body) {
        true => HttpResponse::Ok().finish(),
        false => HttpResponse::Unauthorized().finish(),
    }
}

async fn json(whole: Json<Whole>) -> HttpResponse {
    black_box(whole);
    HttpResponse::Ok().finish()
}

async fn raw_json(body: Bytes) -> HttpResponse {
    black_box(tag(&body));
    parse(&body)
}

async fn event(Webhook { event, .. }: Webhook<PaymentEvent>) -> HttpResponse {
    black_box(event);
    HttpResponse::Ok().finish()
}

async fn by_hand_json(request: HttpRequest, body: Bytes) -> HttpResponse {
    match is_genuine(&request, &body) {
        true => parse(&body),
        false => HttpResponse::Unauthorized().finish(),
    }
}

fn parse(body: &[u8]) -> HttpResponse {
    match serde_json::from_slice::<Whole>(body) {
        Ok(whole) => {
            black_box(whole);
            HttpResponse::Ok().finish()
        }
        Err(_) => HttpResponse::BadRequest().finish(),
    }
}

fn is_genuine(request: &HttpRequest, body: &[u8]) -> bool {
    let signature = request.headers().get("X-Webhook-Signature");
    verify_by_hand(SECRET, signature.and_then(|value| value.to_str().ok()), body)
}
