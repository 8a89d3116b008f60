//! The endpoints on actix-web.

use actix_web::{
    HttpRequest, HttpResponse, ResponseError,
    http::header::ContentType,
    web::{self, Data, ServiceConfig},
};
use countersign::{
    Provider, Verified, VerifiedBody, Verifier,
    actix_web::{ActixHeaders, InboxMiddleware, VerifyMiddleware},
    inbox::{Inbox, RECEIVED},
    providers::slack,
};

use super::{Kept, KeptSlack, KeptWebhook, engine::Engine};

/// Routes whose handlers verify their deliveries with extractors, and keep them themselves.
pub(crate) fn extractor(config: &mut ServiceConfig, kept: Kept) {
    let Kept { inbox, webhook, slack, .. } = kept;
    config
        .app_data(Data::new(inbox))
        .app_data(Data::new(webhook))
        .app_data(Data::new(slack))
        .route("/inbox", web::post().to(keep::<KeptWebhook>))
        .route("/inbox-slack", web::post().to(keep::<KeptSlack>));
}

async fn keep<P: Provider>(
    inbox: Data<Inbox<Engine>>,
    request: HttpRequest,
    VerifiedBody(verified): VerifiedBody<P>,
) -> HttpResponse {
    let headers = ActixHeaders(request.headers());
    if inbox.is_answered_now(&verified, &headers) {
        return at_once(&verified);
    }
    match inbox.accept(&verified, &headers, request.path()).await {
        Ok(()) => HttpResponse::Ok().content_type(ContentType::json()).body(RECEIVED),
        Err(rejection) => rejection.error_response(),
    }
}

/// Routes behind the middleware that keeps deliveries.
pub(crate) fn middleware(config: &mut ServiceConfig, kept: Kept) {
    let Kept { inbox, webhook, slack, .. } = kept;
    wrapped(config, "/inbox", webhook, &inbox);
    wrapped(config, "/inbox-slack", slack, &inbox);
}

fn wrapped<P: Provider>(
    config: &mut ServiceConfig,
    path: &str,
    verifier: Verifier<P>,
    inbox: &Inbox<Engine>,
) {
    config.service(
        web::resource(path)
            .wrap(InboxMiddleware::new(&verifier, inbox))
            .wrap(VerifyMiddleware::new(verifier))
            .route(web::post().to(behind::<P>)),
    );
}

async fn behind<P: Provider>(VerifiedBody(verified): VerifiedBody<P>) -> HttpResponse {
    at_once(&verified)
}

/// Answers a handshake.
fn at_once<P: Provider>(verified: &Verified<P>) -> HttpResponse {
    match slack::answer_challenge(verified) {
        Some(answer) => {
            let mut response = HttpResponse::Ok();
            for header in answer.headers() {
                response.insert_header(header);
            }
            response.body(answer.into_body())
        }
        None => HttpResponse::UnprocessableEntity().finish(),
    }
}
