//! Request heads: other middleware may hold them, and this middleware does not change them.

use actix_web::{HttpRequest, dev::Service};

use super::*;

/// The signed text, as `json.dumps` of Python writes it.
const DUMPED: &str = r#"{"model": "small", "tokens": 7}"#;
/// The same data, as `httpx` sends it.
const SENT: &str = r#"{"model":"small","tokens":7}"#;

/// A delivery whose signature is over another text than the body.
fn reserialised() -> TestRequest {
    signed::<Respan>("secret", DUMPED)
        .set_payload(SENT)
        .insert_header((header::CONTENT_LENGTH, SENT.len()))
        .insert_header(header::ContentType::json())
        .insert_header(("Content-Digest", "sha-256=:the wire's:"))
}

#[actix_web::test]
async fn accepts_a_delivery_whose_request_another_middleware_holds() {
    let app = init_service(
        App::new().service(
            web::resource("/")
                .wrap(VerifyMiddleware::new(verifier::<Respan>("secret")))
                .wrap_fn(|request, inner| {
                    // A middleware that logs the request together with its answer does this.
                    let held: HttpRequest = request.request().clone();
                    let response = inner.call(request);
                    async move {
                        let response = response.await;
                        assert_eq!(held.method(), "POST");
                        response
                    }
                })
                .route(web::post().to(async |body: String| body)),
        ),
    )
    .await;
    for (request, body) in [(signed::<Respan>("secret", DUMPED), DUMPED), (reserialised(), DUMPED)]
    {
        let response = call_service(&app, request.to_request()).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(text(response).await, body);
    }
    let response = call_service(&app, forged::<Respan>(SENT).to_request()).await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
}

#[actix_web::test]
async fn leaves_the_headers_as_they_arrived_and_hands_on_the_text_that_was_signed() {
    async fn handle(request: HttpRequest, payload: web::Payload) -> String {
        let fields = ["content-length", "content-digest"].map(|name| {
            let values: Vec<_> = request.headers().get_all(name).collect();
            format!("{values:?}")
        });
        let body = payload.to_bytes().await.unwrap();
        format!("{} {}", fields.join(" "), str::from_utf8(&body).unwrap())
    }
    let app = init_service(
        App::new()
            .wrap(VerifyMiddleware::new(verifier::<Respan>("secret")))
            .route("/", web::post().to(handle))
            .route("/bytes", web::post().to(async |body: web::Bytes| body)),
    )
    .await;
    let response = call_service(&app, reserialised().to_request()).await;
    let length = SENT.len();
    let expected = format!(r#"["{length}"] ["sha-256=:the wire's:"] {DUMPED}"#);
    assert_eq!(text(response).await, expected);
    // actix's own extractors read the payload to its real end as well.
    let response = call_service(&app, reserialised().uri("/bytes").to_request()).await;
    assert_eq!(text(response).await, DUMPED);
}

#[actix_web::test]
async fn hands_on_an_encoded_payload_as_it_was_on_the_wire() {
    let app = init_service(
        App::new()
            .wrap(VerifyMiddleware::new(verifier::<XWebhookSignature>("secret")))
            .route("/", web::post().to(async |payload: web::Payload| payload.to_bytes().await)),
    )
    .await;
    let request = signed::<XWebhookSignature>("secret", GZIP)
        .insert_header((header::CONTENT_ENCODING, "gzip"))
        .to_request();
    let response = call_service(&app, request).await;
    assert_eq!(to_bytes(response.into_body()).await.unwrap(), GZIP);
}
