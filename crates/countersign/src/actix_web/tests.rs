use std::{
    collections::VecDeque,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use actix_web::{
    App, FromRequest, HttpMessage, HttpResponse,
    body::{MessageBody, to_bytes},
    dev::{Payload, ServiceResponse},
    error::PayloadError,
    http::{ConnectionType, StatusCode, header},
    test::{TestRequest, call_service, init_service},
    web,
};
use bytes::Bytes;
use countersign_core::{
    Provider, Secret, Signer, Verifier,
    error::VerifyErrorKind,
    providers::{EndpointOf, GitHub, Respan, XWebhookSignature, respan, x_webhook_signature::flat},
};
use futures_core::Stream;

use super::VerifyMiddleware;
use crate::{Rejection, Verified, VerifiedBody, Webhook, surface::Reason};

mod either;
mod extract;
mod heads;
mod middleware;
mod server;

const USER: &str = r#"{"id":"evt_1","type":"user.created","data":{"id":"u_1"}}"#;

fn verifier<P: Provider>(secret: &str) -> Verifier<P> {
    Verifier::new(Secret::new(secret).unwrap()).unwrap()
}

/// A delivery that `P` signs with `secret`.
fn signed<P: Provider>(secret: &str, body: impl Into<Bytes>) -> TestRequest {
    let body = body.into();
    let signer = Signer::<P>::new(Secret::new(secret).unwrap()).unwrap();
    let request = TestRequest::post().uri("/").set_payload(body.clone());
    signer.sign(&body).unwrap().into_iter().fold(request, TestRequest::append_header)
}

/// A delivery with a well-formed signature over other bytes.
fn forged<P: Provider>(body: &'static str) -> TestRequest {
    signed::<P>("secret", "other bytes").set_payload(body)
}

async fn text<B: MessageBody>(response: ServiceResponse<B>) -> String {
    let body = to_bytes(response.into_body()).await.ok().unwrap();
    String::from_utf8(body.to_vec()).unwrap()
}

#[track_caller]
fn rejection<B>(response: &ServiceResponse<B>) -> Rejection {
    response.response().extensions().get::<Rejection>().cloned().unwrap()
}

/// A body whose chunks are all ready, and which may never end.
struct Chunks {
    chunks: VecDeque<Result<Bytes, PayloadError>>,
    ends: bool,
}

impl Chunks {
    fn payload(
        chunks: impl IntoIterator<Item = Result<&'static str, PayloadError>>,
        ends: bool,
    ) -> Payload {
        let chunks = chunks.into_iter().map(|chunk| chunk.map(Bytes::from)).collect();
        Payload::Stream { payload: Box::pin(Self { chunks, ends }) }
    }
}

impl Stream for Chunks {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match self.chunks.pop_front() {
            None if !self.ends => Poll::Pending,
            chunk => Poll::Ready(chunk),
        }
    }
}

async fn on_event(Webhook { event, .. }: Webhook<flat::Event>) -> String {
    event.event_type().to_owned()
}

async fn on_bytes(VerifiedBody(verified): VerifiedBody<XWebhookSignature>) -> Vec<u8> {
    verified.bytes().to_vec()
}

#[actix_web::test]
async fn rejects_forged_json_that_does_not_parse_before_it_is_parsed() {
    let app = init_service(
        App::new()
            .app_data(web::Data::new(verifier::<XWebhookSignature>("secret")))
            .route("/extractor", web::post().to(on_event))
            .service(
                web::resource("/middleware")
                    .wrap(VerifyMiddleware::new(verifier::<XWebhookSignature>("secret")))
                    .route(web::post().to(async |_: web::Json<Vec<u8>>| "")),
            ),
    )
    .await;
    for uri in ["/extractor", "/middleware"] {
        let request = forged::<XWebhookSignature>("{").uri(uri);
        let request = request.insert_header(header::ContentType::json());
        let response = call_service(&app, request.to_request()).await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{uri}");
    }

    let request = signed::<XWebhookSignature>("secret", "{").uri("/extractor");
    let response = call_service(&app, request.to_request()).await;
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    assert_eq!(text(response).await, r#"{"error":"Invalid payload"}"#);
}

#[actix_web::test]
async fn answers_all_bad_signatures_alike() {
    let app = init_service(
        App::new()
            .app_data(verifier::<XWebhookSignature>("secret"))
            .route("/extractor", web::post().to(on_event))
            .service(
                web::resource("/middleware")
                    .wrap(VerifyMiddleware::new(verifier::<XWebhookSignature>("secret")))
                    .route(web::post().to(HttpResponse::Ok)),
            ),
    )
    .await;
    let name = "X-Webhook-Signature";
    let post = || TestRequest::post().set_payload(USER);
    let valid = signed::<XWebhookSignature>("secret", USER).to_request();
    let valid = valid.headers().get(name).unwrap().clone();
    for uri in ["/extractor", "/middleware"] {
        for request in [
            post(),
            post().insert_header((name, "")),
            post().insert_header((name, "no hex")),
            post().insert_header((name, "ff".repeat(31))),
            post().insert_header((name, "ff".repeat(32))),
            post().append_header((name, valid.clone())).append_header((name, valid.clone())),
            signed::<XWebhookSignature>("secre", USER),
            forged::<XWebhookSignature>(USER),
        ] {
            let response = call_service(&app, request.uri(uri).to_request()).await;
            assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
            assert_eq!(response.response().head().connection_type(), ConnectionType::KeepAlive);
            let mut headers: Vec<_> = response.headers().iter().collect();
            headers.sort_by_key(|(name, _)| name.as_str());
            assert_eq!(
                headers,
                [
                    (&header::CONTENT_TYPE, &"application/json".parse().unwrap()),
                    (&header::WWW_AUTHENTICATE, &"Webhook-Signature".parse().unwrap()),
                ]
            );
            assert_eq!(text(response).await, r#"{"error":"Invalid signature"}"#);
        }
    }
}

#[actix_web::test]
async fn verifies_an_encoded_body_over_the_bytes_on_the_wire() {
    async fn on_read(body: web::Bytes) -> web::Bytes {
        body
    }
    let app = init_service(
        App::new()
            .app_data(web::Data::new(verifier::<XWebhookSignature>("secret")))
            .route("/bytes", web::post().to(on_bytes))
            .route("/event", web::post().to(on_event))
            .service(
                web::scope("/middleware")
                    .wrap(VerifyMiddleware::new(verifier::<XWebhookSignature>("secret")))
                    .route("/bytes", web::post().to(on_bytes))
                    .route("/inflated", web::post().to(on_read)),
            ),
    )
    .await;
    let post = async |uri| {
        let request = signed::<XWebhookSignature>("secret", GZIP).uri(uri);
        let request = request.insert_header((header::CONTENT_ENCODING, "gzip"));
        let response = call_service(&app, request.to_request()).await;
        (response.status(), to_bytes(response.into_body()).await.unwrap())
    };
    assert_eq!(post("/bytes").await, (StatusCode::OK, GZIP.into()));
    assert_eq!(post("/middleware/bytes").await, (StatusCode::OK, GZIP.into()));
    assert_eq!(post("/event").await.0, StatusCode::BAD_REQUEST);
    // actix's own extractors inflate the verified body.
    assert_eq!(post("/middleware/inflated").await, (StatusCode::OK, r#"{"a":1}"#.into()));
}

#[actix_web::test]
async fn the_limit_is_the_verifiers_and_not_actixs() {
    let small = verifier::<XWebhookSignature>("secret").body_limit(16);
    let app = init_service(
        App::new()
            .app_data(web::Data::new(verifier::<XWebhookSignature>("secret")))
            .app_data(web::PayloadConfig::new(1))
            .route("/extractor", web::post().to(on_bytes))
            .service(
                web::resource("/middleware")
                    .wrap(VerifyMiddleware::new(verifier::<XWebhookSignature>("secret")))
                    .route(web::post().to(on_bytes)),
            )
            .service(
                web::scope("/small")
                    .app_data(web::Data::new(small.clone()))
                    .route("/extractor", web::post().to(on_bytes))
                    .service(
                        web::resource("/middleware")
                            .wrap(VerifyMiddleware::new(small))
                            .route(web::post().to(on_bytes)),
                    ),
            ),
    )
    .await;
    for uri in ["/extractor", "/middleware", "/small/extractor", "/small/middleware"] {
        let limit = if uri.starts_with("/small") { 16 } else { 1024 * 1024 };
        for (length, expected) in
            [(limit, StatusCode::OK), (limit + 1, StatusCode::PAYLOAD_TOO_LARGE)]
        {
            // With and without a declared length.
            for declared in [Some(length), None] {
                let request = signed::<XWebhookSignature>("secret", vec![b'x'; length]).uri(uri);
                let request = declared.into_iter().fold(request, |request, length| {
                    request.insert_header((header::CONTENT_LENGTH, length))
                });
                let response = call_service(&app, request.to_request()).await;
                assert_eq!(response.status(), expected, "{uri} {length} {declared:?}");
                let closes = response.response().head().connection_type() == ConnectionType::Close;
                assert_eq!(closes, expected != StatusCode::OK, "{uri} {length}");
            }
        }
    }
}

/// `{"a":1}`, as `gzip -n` writes it.
const GZIP: &[u8] = &[
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xab, 0x56, 0x4a, 0x54, 0xb2, 0x32,
    0xac, 0x05, 0x00, 0xaf, 0xac, 0x1b, 0x56, 0x07, 0x00, 0x00, 0x00,
];
