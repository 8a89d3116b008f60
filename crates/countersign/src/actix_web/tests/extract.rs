//! The extractors, without the middleware.

use actix_web::http::Version;

use super::*;

#[actix_web::test]
async fn an_extractor_takes_what_was_signed_and_refuses_what_was_not() {
    let app = init_service(
        App::new()
            .app_data(web::Data::new(verifier::<XWebhookSignature>("secret")))
            .route("/", web::post().to(on_event)),
    )
    .await;

    let good = signed::<XWebhookSignature>("secret", USER).to_request();
    let response = call_service(&app, good).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(text(response).await, "user.created");

    let response = call_service(&app, forged::<XWebhookSignature>(USER).to_request()).await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert!(matches!(
        rejection(&response).reason(),
        Reason::Verify(error) if error.kind() == VerifyErrorKind::Mismatch
    ));
    assert_eq!(text(response).await, r#"{"error":"Invalid signature"}"#);
}

#[actix_web::test]
async fn names_a_missing_verifier_only_in_the_log() {
    let app = init_service(
        App::new()
            .app_data(web::Data::new(verifier::<XWebhookSignature>("secret")))
            .route("/", web::post().to(async |_: Webhook<respan::Event>| "")),
    )
    .await;
    let response = call_service(&app, signed::<Respan>("secret", "{}").to_request()).await;
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(response.response().head().connection_type(), ConnectionType::Close);
    assert_eq!(
        rejection(&response).to_string(),
        "Verifier<countersign_core::providers::respan::Respan> is not in the app data: \
         add .app_data(web::Data::new(verifier))"
    );
    assert_eq!(text(response).await, r#"{"error":"Internal server error"}"#);
}

#[actix_web::test]
async fn the_verifier_of_the_nearest_scope_decides() {
    let data = |secret| web::Data::new(verifier::<XWebhookSignature>(secret));
    let plain = verifier::<XWebhookSignature>;
    let app = init_service(
        App::new().app_data(data("app")).route("/app", web::post().to(on_bytes)).service(
            web::scope("/scope")
                .app_data(data("scope"))
                .route("", web::post().to(on_bytes))
                .service(
                    web::resource("/resource")
                        .app_data(data("resource"))
                        .route(web::post().to(on_bytes)),
                ),
        ),
    )
    .await;
    let bare = init_service(
        App::new().app_data(plain("app")).route("/app", web::post().to(on_bytes)).service(
            web::scope("/scope").app_data(plain("scope")).route("", web::post().to(on_bytes)),
        ),
    )
    .await;
    for secret in ["app", "scope", "resource"] {
        for (uri, holder) in [("/app", "app"), ("/scope", "scope"), ("/scope/resource", "resource")]
        {
            let expected = if holder == secret { StatusCode::OK } else { StatusCode::UNAUTHORIZED };
            let request = || signed::<XWebhookSignature>(secret, USER).uri(uri).to_request();
            let response = call_service(&app, request()).await;
            assert_eq!(response.status(), expected, "{secret} at {uri}");
            if holder != "resource" {
                let response = call_service(&bare, request()).await;
                assert_eq!(response.status(), expected, "{secret} at {uri}");
            }
        }
    }
}

#[actix_web::test]
async fn distinguishes_an_outer_limit_from_a_broken_body() {
    for (error, status) in [
        (PayloadError::Overflow, 413),
        (PayloadError::Incomplete(None), 400),
        (PayloadError::EncodingCorrupted, 400),
    ] {
        let rejection = refused(Chunks::payload([Ok("{"), Err(error)], true)).await;
        assert_eq!(rejection.status(), status);
        assert_eq!(rejection.headers().last(), Some(("connection", "close".into())));
    }
}

#[actix_web::test]
async fn gives_up_on_a_body_at_the_deadline() {
    let rejection = refused(Chunks::payload([Ok("{")], false)).await;
    assert_eq!(*rejection.reason(), Reason::Deadline);
    assert_eq!(rejection.status(), 408);
    assert_eq!(rejection.headers().last(), Some(("connection", "close".into())));
}

/// Returns the rejection of a delivery with a well-formed signature and this body.
async fn refused(mut payload: Payload) -> Rejection {
    let verifier = verifier::<XWebhookSignature>("secret").body_deadline(Duration::from_secs(1));
    let request = forged::<XWebhookSignature>("").app_data(verifier).to_http_request();
    VerifiedBody::<XWebhookSignature>::from_request(&request, &mut payload).await.unwrap_err()
}

#[actix_web::test]
async fn http_2_is_not_told_to_close() {
    let request = forged::<XWebhookSignature>(USER).version(Version::HTTP_2).to_http_request();
    let rejection = VerifiedBody::<XWebhookSignature>::extract(&request).await.unwrap_err();
    assert_eq!(rejection.status(), 500);
    assert!(rejection.headers().all(|(name, _)| name != "connection"));
}

#[actix_web::test]
async fn a_handler_can_answer_by_itself() {
    async fn on_result(delivery: Result<Webhook<flat::Event>, Rejection>) -> String {
        delivery.map_or_else(|rejection| rejection.to_string(), |_| "event".to_owned())
    }
    let app = init_service(
        App::new()
            .app_data(web::Data::new(verifier::<XWebhookSignature>("secret")))
            .route("/", web::post().to(on_result)),
    )
    .await;
    let good = signed::<XWebhookSignature>("secret", USER).to_request();
    assert_eq!(text(call_service(&app, good).await).await, "event");
    let response = call_service(&app, forged::<XWebhookSignature>(USER).to_request()).await;
    assert_eq!(text(response).await, "the body was not signed with any of the secrets");
}

/// This behaviour is not wanted, but actix turns every rejection into `None`, and a library cannot
/// prevent this. The test shows when actix changes; the page of the module has a warning.
#[actix_web::test]
async fn an_optional_delivery_is_none_if_it_is_rejected() {
    async fn on_option(delivery: Option<Webhook<flat::Event>>, rest: web::Payload) -> String {
        let rest = rest.to_bytes().await.unwrap();
        format!("{} {}", delivery.is_some(), rest.len())
    }
    let app = init_service(
        App::new()
            .app_data(web::Data::new(verifier::<XWebhookSignature>("secret")))
            .route("/bare", web::post().to(on_option))
            .service(
                web::resource("/behind")
                    .wrap(VerifyMiddleware::new(verifier::<XWebhookSignature>("secret")))
                    .route(web::post().to(on_option)),
            ),
    )
    .await;
    let request = forged::<XWebhookSignature>(USER).uri("/bare").to_request();
    assert_eq!(text(call_service(&app, request).await).await, "false 0");

    let request = forged::<XWebhookSignature>(USER).uri("/behind").to_request();
    let response = call_service(&app, request).await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(text(response).await, r#"{"error":"Invalid signature"}"#);

    let request = signed::<XWebhookSignature>("secret", USER).uri("/behind").to_request();
    let expected = format!("true {}", USER.len());
    assert_eq!(text(call_service(&app, request).await).await, expected);
}
