//! The request that the middleware passes on.

use std::{
    cell::Cell,
    future::{Future, poll_fn},
    pin::pin,
};

use actix_web::{dev::Service, middleware::Compress};

use super::*;

#[actix_web::test]
async fn handlers_work_unchanged_behind_the_middleware() {
    #[derive(serde::Deserialize)]
    struct User {
        id: String,
    }
    async fn json(user: web::Json<User>) -> String {
        user.into_inner().id
    }
    async fn proof(verified: web::ReqData<Verified<XWebhookSignature>>) -> Vec<u8> {
        verified.bytes().to_vec()
    }
    let app = init_service(
        App::new()
            .wrap(VerifyMiddleware::new(verifier::<XWebhookSignature>("secret")))
            .route("/json", web::post().to(json))
            .route("/bytes", web::post().to(async |body: web::Bytes| body))
            .route("/text", web::post().to(async |body: String| body))
            .route("/proof", web::post().to(proof))
            .route("/event", web::post().to(on_event)),
    )
    .await;

    for (uri, expected) in [
        ("/json", "evt_1"),
        ("/bytes", USER),
        ("/text", USER),
        ("/proof", USER),
        ("/event", "user.created"),
    ] {
        let good = signed::<XWebhookSignature>("secret", USER)
            .uri(uri)
            .insert_header(header::ContentType::json());
        let response = call_service(&app, good.to_request()).await;
        assert_eq!(response.status(), StatusCode::OK, "{uri}");
        assert_eq!(text(response).await, expected, "{uri}");

        let response =
            call_service(&app, forged::<XWebhookSignature>(USER).uri(uri).to_request()).await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{uri}");
        assert_eq!(rejection(&response).status(), 401, "{uri}");
        assert!(response.response().error().is_some(), "{uri}: what actix logs");
    }
}

#[actix_web::test]
async fn an_extractor_takes_the_proof_that_the_middleware_left() {
    let app = init_service(
        App::new()
            .wrap(VerifyMiddleware::new(verifier::<XWebhookSignature>("middleware")))
            .app_data(web::Data::new(verifier::<XWebhookSignature>("app data")))
            .route("/", web::post().to(on_event))
            .route("/twice", {
                web::post()
                    .to(async |_: Webhook<flat::Event>, _: VerifiedBody<XWebhookSignature>| "")
            }),
    )
    .await;
    for uri in ["/", "/twice"] {
        let request = signed::<XWebhookSignature>("middleware", USER).uri(uri);
        let response = call_service(&app, request.to_request()).await;
        assert_eq!(response.status(), StatusCode::OK, "{uri}");
    }
}

#[actix_web::test]
async fn the_proof_of_another_provider_is_not_taken() {
    /// Signs in the same way, and is another provider.
    struct Eu;
    impl EndpointOf for Eu {
        type Provider = XWebhookSignature;
        const NAME: &'static str = "eu";
    }
    let app = init_service(
        App::new()
            .wrap(VerifyMiddleware::new(verifier::<XWebhookSignature>("us")))
            .app_data(web::Data::new(verifier::<Eu>("eu")))
            .route("/", web::post().to(async |_: Webhook<flat::Event, Eu>| "")),
    )
    .await;
    let request = signed::<XWebhookSignature>("us", USER).to_request();
    let response = call_service(&app, request).await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
}

#[actix_web::test]
async fn wraps_apps_scopes_and_resources_each_with_its_verifier() {
    let app = init_service(
        App::new()
            .service(
                web::scope("/github")
                    .wrap(VerifyMiddleware::new(verifier::<GitHub>("github")))
                    .route("/push", web::post().to(async |_: VerifiedBody<GitHub>| "github")),
            )
            .service(
                web::resource("/respan")
                    .wrap(VerifyMiddleware::new(verifier::<Respan>("respan")))
                    .route(web::post().to(async |_: Webhook<respan::Event>| "respan")),
            )
            .route("/open", web::post().to(async || "open"))
            .wrap(Compress::default()),
    )
    .await;
    for (request, expected) in [
        (signed::<GitHub>("github", "{}").uri("/github/push"), StatusCode::OK),
        (signed::<GitHub>("respan", "{}").uri("/github/push"), StatusCode::UNAUTHORIZED),
        (signed::<Respan>("github", "{}").uri("/github/push"), StatusCode::UNAUTHORIZED),
        (signed::<Respan>("respan", "{}").uri("/respan"), StatusCode::OK),
        (signed::<Respan>("github", "{}").uri("/respan"), StatusCode::UNAUTHORIZED),
        (signed::<GitHub>("github", "{}").uri("/respan"), StatusCode::UNAUTHORIZED),
        (TestRequest::post().uri("/open"), StatusCode::OK),
        (signed::<GitHub>("github", "{}").uri("/nowhere"), StatusCode::NOT_FOUND),
        // The default services are wrapped as well.
        (TestRequest::post().uri("/github/nowhere"), StatusCode::UNAUTHORIZED),
        (TestRequest::put().uri("/respan"), StatusCode::UNAUTHORIZED),
        (signed::<GitHub>("github", "{}").uri("/github/nowhere"), StatusCode::NOT_FOUND),
    ] {
        let request = request.insert_header((header::ACCEPT_ENCODING, "gzip")).to_request();
        let path = request.path().to_owned();
        let response = call_service(&app, request).await;
        assert_eq!(response.status(), expected, "{path}");
        if expected == StatusCode::UNAUTHORIZED {
            assert_eq!(rejection(&response).status(), 401, "{path}");
        }
    }
}

#[actix_web::test]
async fn verifies_again_where_one_is_inside_another() {
    let app = init_service(
        App::new().wrap(VerifyMiddleware::new(verifier::<GitHub>("outer"))).service(
            web::resource("/")
                .wrap(VerifyMiddleware::new(verifier::<Respan>("inner")))
                .route(web::post().to(async |body: web::Bytes| body)),
        ),
    )
    .await;
    for (secret, expected) in [("inner", StatusCode::OK), ("other", StatusCode::UNAUTHORIZED)] {
        let signer = Signer::<Respan>::new(Secret::new(secret).unwrap()).unwrap();
        let headers = signer.sign(b"{}").unwrap();
        let request =
            headers.into_iter().fold(signed::<GitHub>("outer", "{}"), TestRequest::append_header);
        let response = call_service(&app, request.to_request()).await;
        assert_eq!(response.status(), expected);
        if expected == StatusCode::OK {
            assert_eq!(text(response).await, "{}");
        }
    }
}

#[actix_web::test]
async fn calls_a_handler_without_a_body_only_for_verified_deliveries() {
    let calls = web::Data::new(Cell::new(0_u32));
    async fn on_anything(calls: web::Data<Cell<u32>>) -> &'static str {
        calls.set(calls.get() + 1);
        "called"
    }
    let app = init_service(
        App::new()
            .wrap(VerifyMiddleware::new(verifier::<GitHub>("secret")))
            .app_data(calls.clone())
            .default_service(web::to(on_anything)),
    )
    .await;
    let response = call_service(&app, forged::<GitHub>("{}").to_request()).await;
    assert_eq!((response.status(), calls.get()), (StatusCode::UNAUTHORIZED, 0));
    let response = call_service(&app, TestRequest::get().to_request()).await;
    assert_eq!((response.status(), calls.get()), (StatusCode::UNAUTHORIZED, 0));
    let response = call_service(&app, signed::<GitHub>("secret", "{}").to_request()).await;
    assert_eq!((response.status(), calls.get()), (StatusCode::OK, 1));
    let response = call_service(&app, signed::<GitHub>("secret", "").to_request()).await;
    assert_eq!((response.status(), calls.get()), (StatusCode::OK, 2));
}

#[actix_web::test]
async fn an_error_of_the_inner_service_is_its_own() {
    let app = init_service(
        App::new()
            .wrap(VerifyMiddleware::new(verifier::<GitHub>("secret")))
            .wrap_fn(|request, inner| inner.call(request))
            .service(
                web::resource("/")
                    .wrap_fn(|_, _| async {
                        Err::<ServiceResponse, _>(actix_web::error::ErrorImATeapot("inner"))
                    })
                    .route(web::post().to(async || "")),
            ),
    )
    .await;
    let request = signed::<GitHub>("secret", "{}").to_request();
    let error = app.call(request).await.map(|_| ()).unwrap_err();
    assert_eq!(error.as_response_error().status_code(), StatusCode::IM_A_TEAPOT);
}

#[actix_web::test]
async fn an_unverified_upload_takes_no_place_of_an_inner_middleware() {
    let places = std::rc::Rc::new(Cell::new(1_u32));
    let left = places.clone();
    let app = init_service(
        App::new().service(
            web::resource("/")
                .wrap_fn(move |request, inner| {
                    let left = places.get().checked_sub(1);
                    places.set(left.expect("a place is left"));
                    let response = inner.call(request);
                    let places = places.clone();
                    async move {
                        let response = response.await;
                        places.set(places.get() + 1);
                        response
                    }
                })
                .wrap(VerifyMiddleware::new(verifier::<GitHub>("secret")))
                .route(web::post().to(async || "")),
        ),
    )
    .await;

    let (upload, _) = signed::<GitHub>("secret", "{}").to_request().replace_payload(
        // The first half of a body, without the second half.
        Chunks::payload([Ok("{")], false),
    );
    let mut upload = pin!(app.call(upload));
    assert!(poll_fn(|cx| Poll::Ready(upload.as_mut().poll(cx).is_pending())).await);
    assert_eq!(left.get(), 1);
    let response = call_service(&app, signed::<GitHub>("secret", "{}").to_request()).await;
    assert_eq!((response.status(), left.get()), (StatusCode::OK, 1));
}
