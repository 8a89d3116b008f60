//! Several providers at one endpoint.

use super::*;
use crate::Either;

type Two = Either<Webhook<flat::Event>, VerifiedBody<GitHub>>;

async fn on_two(delivery: Two) -> &'static str {
    match delivery {
        Either::Left(_) => "in-house",
        Either::Right(_) => "github",
    }
}

#[actix_web::test]
async fn each_is_verified_with_its_own_secret_and_two_are_ambiguous() {
    let in_house = verifier::<XWebhookSignature>("in-house");
    let github = verifier::<GitHub>("github");
    let app = init_service(
        App::new()
            .app_data(web::Data::new(in_house.clone()))
            .app_data(web::Data::new(github.clone()))
            .route("/extractor", web::post().to(on_two))
            .service(
                // The verifiers in the app data have other secrets, and are not used.
                web::resource("/middleware")
                    .app_data(web::Data::new(verifier::<XWebhookSignature>("another")))
                    .app_data(web::Data::new(verifier::<GitHub>("another")))
                    .wrap(VerifyMiddleware::new((in_house, github)))
                    .route(web::post().to(on_two)),
            ),
    )
    .await;
    for uri in ["/extractor", "/middleware"] {
        for (request, expected) in [
            (signed::<XWebhookSignature>("in-house", USER), Ok("in-house")),
            (signed::<GitHub>("github", USER), Ok("github")),
            (signed::<XWebhookSignature>("github", USER), Err(VerifyErrorKind::Mismatch)),
            (signed::<GitHub>("in-house", USER), Err(VerifyErrorKind::Mismatch)),
            (TestRequest::post().set_payload(USER), Err(VerifyErrorKind::MissingSignature)),
            (
                signed::<GitHub>("github", USER).append_header(("X-Webhook-Signature", "")),
                Err(VerifyErrorKind::AmbiguousSignature),
            ),
        ] {
            let response = call_service(&app, request.uri(uri).to_request()).await;
            match expected {
                Ok(by) => assert_eq!(text(response).await, by, "{uri}"),
                Err(kind) => {
                    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
                    let rejection = rejection(&response);
                    assert!(
                        matches!(rejection.reason(), Reason::Verify(error) if error.kind() == kind),
                        "{uri}: {rejection} is not {kind:?}"
                    );
                }
            }
        }
    }
}

/// A verifier that looks for the signature in GitHub's header, written in lower case.
fn in_the_header_of_github() -> Verifier<XWebhookSignature> {
    verifier::<XWebhookSignature>("in-house").header("x-hub-signature-256").unwrap()
}

#[test]
#[should_panic(expected = "the verifiers of x-webhook-signature and github both look for the \
                           signature in the header x-hub-signature-256")]
fn no_middleware_is_made_where_two_look_in_the_same_header() {
    let _ = VerifyMiddleware::new((in_the_header_of_github(), verifier::<GitHub>("github")));
}

#[actix_web::test]
async fn answers_500_where_two_look_in_the_same_header() {
    let app = init_service(
        App::new()
            .app_data(web::Data::new(in_the_header_of_github()))
            .app_data(web::Data::new(verifier::<GitHub>("github")))
            .route("/", web::post().to(on_two)),
    )
    .await;
    for request in [signed::<GitHub>("github", USER), TestRequest::post().set_payload(USER)] {
        let response = call_service(&app, request.to_request()).await;
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(
            rejection(&response).to_string(),
            "the verifiers of x-webhook-signature and github both look for the signature in the \
             header x-hub-signature-256: receive each provider at a URL of its own"
        );
    }
}

#[actix_web::test]
async fn takes_the_proof_that_is_there_and_does_not_choose_by_header_again() {
    let app = init_service(
        App::new()
            .wrap(VerifyMiddleware::new(verifier::<GitHub>("github")))
            .route("/", web::post().to(on_two)),
    )
    .await;
    let request = signed::<GitHub>("github", USER).append_header(("X-Webhook-Signature", "x"));
    assert_eq!(text(call_service(&app, request.to_request()).await).await, "github");
}

#[actix_web::test]
async fn needs_the_verifiers_of_all() {
    let app = init_service(
        App::new()
            .app_data(web::Data::new(verifier::<XWebhookSignature>("in-house")))
            .route("/", web::post().to(on_two)),
    )
    .await;
    // The missing verifier is reported at the first delivery, even if it is not the one that is
    // needed.
    let request = signed::<XWebhookSignature>("in-house", USER).to_request();
    let response = call_service(&app, request).await;
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(
        rejection(&response).to_string(),
        "Verifier<countersign_core::providers::github::GitHub> is not in the app data: \
         add .app_data(web::Data::new(verifier))"
    );
}
