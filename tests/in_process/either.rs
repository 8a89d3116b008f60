//! Several providers at one endpoint, on axum and tower: the choice of the verifier, its secret and
//! limits, and the logs.

#![allow(clippy::unwrap_used, reason = "a panic is the report")]

use axum::{
    Extension, Json, Router,
    body::Body,
    extract::{FromRef, Request},
    http::HeaderMap,
    routing::post,
};
use countersign::{
    Answer, Either, Provider, Rejection, Scheme, Secret, Signer, Verified, VerifiedBody, Verifier,
    Webhook,
    adapter::HttpHeaders,
    error::{Reason, VerifyErrorKind},
    event::EventAt,
    idempotency::{FirstDelivery, Idempotency, MemoryStore},
    providers::{
        GitHub, Hookdeck, Respan, SpeakNode, XWebhookSignature, github, respan, speaknode,
        x_webhook_signature::flat,
    },
    scheme::ForeignHeaders,
    tower::{VerifyLayer, VerifyService},
};
use countersign_tests::Logs;
use http::{Response, request::Builder};
use http_body_util::BodyExt;
use tower::ServiceExt;

const EVENT: &str = r#"{"id":"evt_1","type":"user.created","data":{"id":"u_1"}}"#;

type Two = Either<Webhook<github::Event>, Webhook<flat::Event>>;

#[derive(Clone, FromRef)]
struct App {
    github: Verifier<GitHub>,
    in_house: Verifier<XWebhookSignature>,
    respan: Verifier<Respan>,
}

/// A verifier whose secret is the provider's name.
fn verifier<P: Provider>() -> Verifier<P> {
    Verifier::new(Secret::new(P::NAME).unwrap()).unwrap()
}

fn state() -> App {
    App { github: verifier(), in_house: verifier(), respan: verifier() }
}

async fn on_two(delivery: Two) -> &'static str {
    match delivery {
        Either::Left(_) => "github",
        Either::Right(_) => "in-house",
    }
}

async fn on_three(
    delivery: Either<Webhook<respan::Event>, Either<VerifiedBody<GitHub>, Webhook<flat::Event>>>,
) -> &'static str {
    match delivery {
        Either::Left(_) => "respan",
        Either::Right(Either::Left(VerifiedBody(_))) => "github",
        Either::Right(Either::Right(_)) => "in-house",
    }
}

/// Routers with the extractors only, and with a layer of the same providers in the same order.
fn surfaces() -> [Router; 2] {
    let two = Router::new().route("/two", post(on_two));
    let three = Router::new().route("/three", post(on_three));
    let App { github, in_house, respan } = state();
    // Behind the layer, the handlers' own verifiers have other secrets: they must not be used.
    let others = App {
        github: Verifier::new(Secret::new("another").unwrap()).unwrap(),
        in_house: Verifier::new(Secret::new("another").unwrap()).unwrap(),
        respan: Verifier::new(Secret::new("another").unwrap()).unwrap(),
    };
    let behind = two
        .clone()
        .route_layer(VerifyLayer::new((github.clone(), in_house.clone())))
        .merge(three.clone().route_layer(VerifyLayer::new((respan, (github, in_house)))));
    [two.merge(three).with_state(state()), behind.with_state(others)]
}

/// Adds the headers that `P` sends, signed with this secret.
fn signed<P: Provider>(request: Builder, secret: &str, body: &str) -> Builder {
    let signer = Signer::<P>::new(Secret::new(secret).unwrap()).unwrap();
    let headers = signer.sign(body.as_bytes()).unwrap();
    headers.into_iter().fold(request, |request, (name, value)| request.header(name, value))
}

fn delivery(path: &str) -> Builder {
    Request::post(path).header("X-GitHub-Event", "push")
}

async fn send(app: &Router, request: Builder) -> Response<Body> {
    let Ok(response) = app.clone().oneshot(request.body(Body::from(EVENT)).unwrap()).await;
    response
}

async fn outcome(app: &Router, request: Builder) -> (u16, String) {
    let response = send(app, request).await;
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

fn accepted(by: &str) -> (u16, String) {
    (200, by.to_owned())
}

fn refused() -> (u16, String) {
    (401, r#"{"error":"Invalid signature"}"#.to_owned())
}

#[track_caller]
fn kind(response: &Response<Body>) -> VerifyErrorKind {
    match response.extensions().get::<Rejection>().unwrap().reason() {
        Reason::Verify(error) => error.kind(),
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn each_is_verified_with_its_own_secret() {
    for app in surfaces() {
        for path in ["/two", "/three"] {
            let github = |secret| signed::<GitHub>(delivery(path), secret, EVENT);
            let in_house = |secret| signed::<XWebhookSignature>(delivery(path), secret, EVENT);
            assert_eq!(outcome(&app, github(GitHub::NAME)).await, accepted("github"));
            assert_eq!(
                outcome(&app, in_house(XWebhookSignature::NAME)).await,
                accepted("in-house")
            );
            assert_eq!(outcome(&app, github(XWebhookSignature::NAME)).await, refused());
            assert_eq!(outcome(&app, in_house(GitHub::NAME)).await, refused());
        }
        let respan = signed::<Respan>(delivery("/three"), Respan::NAME, EVENT);
        assert_eq!(outcome(&app, respan).await, accepted("respan"));
        let respan = signed::<Respan>(delivery("/three"), GitHub::NAME, EVENT);
        assert_eq!(outcome(&app, respan).await, refused());
    }
}

#[tokio::test]
async fn rejects_a_delivery_with_the_headers_of_two_of_three_providers() {
    for app in surfaces() {
        // Each bit decides whether the headers of one provider are there.
        for claims in 0..8 {
            let mut request = delivery("/three");
            if claims & 1 != 0 {
                request = signed::<Respan>(request, Respan::NAME, EVENT);
            }
            if claims & 2 != 0 {
                request = signed::<GitHub>(request, GitHub::NAME, EVENT);
            }
            if claims & 4 != 0 {
                request = signed::<XWebhookSignature>(request, XWebhookSignature::NAME, EVENT);
            }
            let response = send(&app, request).await;
            match u32::count_ones(claims) {
                0 => assert_eq!(kind(&response), VerifyErrorKind::MissingSignature),
                1 => assert_eq!(response.status(), 200, "{claims}"),
                _ => assert_eq!(kind(&response), VerifyErrorKind::AmbiguousSignature, "{claims}"),
            }
        }
    }
}

#[tokio::test]
async fn takes_the_proof_that_is_there_and_does_not_choose_by_header_again() {
    type Swapped = Either<Webhook<flat::Event>, Webhook<github::Event>>;
    async fn swapped(delivery: Swapped) -> &'static str {
        match delivery {
            Either::Left(_) => "in-house",
            Either::Right(_) => "github",
        }
    }
    let app = Router::new()
        .route("/two", post(on_two))
        .route("/swapped", post(swapped))
        .route_layer(VerifyLayer::new(verifier::<GitHub>()))
        .with_state(state());
    for path in ["/two", "/swapped"] {
        let request = signed::<GitHub>(delivery(path), GitHub::NAME, EVENT);
        let request = signed::<XWebhookSignature>(request, XWebhookSignature::NAME, EVENT);
        assert_eq!(outcome(&app, request).await, accepted("github"));
        let request = signed::<XWebhookSignature>(delivery(path), XWebhookSignature::NAME, EVENT);
        assert_eq!(outcome(&app, request).await, refused());
    }
}

#[tokio::test]
async fn leaves_the_proof_of_the_one_that_signed() {
    type Proof<P> = Option<Extension<Verified<P>>>;
    async fn existing(
        github: Proof<GitHub>,
        in_house: Proof<XWebhookSignature>,
        Json(body): Json<serde_json::Value>,
    ) -> String {
        assert_eq!(body["id"], "evt_1");
        format!("{} {}", github.is_some(), in_house.is_some())
    }
    let layer = VerifyLayer::new((verifier::<GitHub>(), verifier::<XWebhookSignature>()));
    let app = Router::new().route("/", post(existing)).route_layer(layer);
    let request = || delivery("/").header("Content-Type", "application/json");
    let github = signed::<GitHub>(request(), GitHub::NAME, EVENT);
    assert_eq!(outcome(&app, github).await, accepted("true false"));
    let in_house = signed::<XWebhookSignature>(request(), XWebhookSignature::NAME, EVENT);
    assert_eq!(outcome(&app, in_house).await, accepted("false true"));
}

#[tokio::test]
async fn passes_on_the_form_that_was_signed() {
    async fn existing(headers: HeaderMap, body: String) -> String {
        format!("{} {body}", headers["content-length"].to_str().unwrap())
    }
    let layer = VerifyLayer::new((verifier::<GitHub>(), verifier::<Respan>()));
    let app = Router::new().route("/", post(existing)).route_layer(layer);
    let request = signed::<Respan>(Request::post("/"), Respan::NAME, r#"{"a": 1}"#);
    let request = request.header("Content-Length", "7").body(Body::from(r#"{"a":1}"#)).unwrap();
    let Ok(response) = app.oneshot(request).await;
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(body, r#"8 {"a": 1}"#);
}

#[tokio::test]
async fn the_chosen_verifier_sets_the_limits_and_the_first_answers_for_all() {
    let answer = |text| Answer::text(text);
    let small = verifier::<GitHub>().unauthorized(answer("first")).body_limit(10);
    let state = App {
        github: small,
        in_house: verifier::<XWebhookSignature>().unauthorized(answer("second")),
        respan: verifier(),
    };
    let layer = VerifyLayer::new((state.github.clone(), state.in_house.clone()));
    let routes = Router::new().route("/", post(on_two));
    for app in
        [routes.clone().with_state(state.clone()), routes.route_layer(layer).with_state(state)]
    {
        let github = || signed::<GitHub>(delivery("/"), GitHub::NAME, EVENT);
        let in_house = signed::<XWebhookSignature>(delivery("/"), XWebhookSignature::NAME, EVENT);
        assert_eq!(send(&app, github()).await.status(), 413);
        assert_eq!(outcome(&app, in_house).await, accepted("in-house"));

        let forged = signed::<XWebhookSignature>(delivery("/"), "another", EVENT);
        assert_eq!(outcome(&app, forged).await, (401, "second".to_owned()));
        assert_eq!(outcome(&app, delivery("/")).await, (401, "first".to_owned()));
        let both = signed::<XWebhookSignature>(github(), XWebhookSignature::NAME, EVENT);
        assert_eq!(outcome(&app, both).await, (401, "first".to_owned()));
    }
}

/// A verifier that looks in GitHub's header, written in another case.
fn in_the_header_of_github() -> Verifier<SpeakNode> {
    verifier::<SpeakNode>().header("x-hub-signature-256").unwrap().endpoint("calls")
}

#[test]
#[should_panic(expected = "the verifiers of github and calls both look for the signature in the \
                           header X-Hub-Signature-256: receive each provider at a URL of its own")]
fn no_layer_is_made_where_two_look_in_the_same_header() {
    let _ = VerifyLayer::new((verifier::<GitHub>(), in_the_header_of_github()));
}

#[test]
#[should_panic(expected = "the verifiers of github and calls both look")]
fn no_service_is_made_where_two_of_three_look_in_the_same_header() {
    let verifiers = ((verifier::<GitHub>(), verifier::<Respan>()), in_the_header_of_github());
    let _ = VerifyService::new((), verifiers);
}

#[test]
fn extractors_answer_500_where_two_look_in_the_same_header() {
    #[derive(Clone, FromRef)]
    struct Mistaken {
        github: Verifier<GitHub>,
        calls: Verifier<SpeakNode>,
        idempotency: Idempotency,
    }
    type Calls = Either<Webhook<github::Event>, Webhook<speaknode::Event>>;
    async fn on_calls(_: Calls) {}
    async fn on_fresh(_: FirstDelivery<Calls>) {}
    let app = Router::new().route("/", post(on_calls)).route("/fresh", post(on_fresh));
    let app = app.with_state(Mistaken {
        github: verifier(),
        calls: in_the_header_of_github(),
        idempotency: Idempotency::new(MemoryStore::new()),
    });
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for path in ["/", "/fresh"] {
        let genuine = signed::<GitHub>(delivery(path), GitHub::NAME, EVENT);
        for request in [genuine, delivery(path)] {
            let (answer, logs) = Logs::of(|| runtime.block_on(outcome(&app, request)));
            assert_eq!(answer, (500, r#"{"error":"Internal server error"}"#.to_owned()));
            assert_eq!(logs.lines().count(), 1, "{logs}");
            for field in [
                "provider=\"github|speaknode\"",
                "reason=the verifiers of github and calls both look for the signature in the \
                 header X-Hub-Signature-256: receive each provider at a URL of its own",
            ] {
                assert!(logs.contains(field), "{field} not in {logs}");
            }
        }
    }
}

#[tokio::test]
async fn a_gateway_with_the_headers_of_another_gateway_is_ambiguous() {
    struct Gateway;
    impl Provider for Gateway {
        const NAME: &'static str = "gateway";
        const SCHEME: Scheme = Scheme::hmac_sha256_hex(&["X-Gateway-Signature"]);
        const EVENT: EventAt = EventAt::OPEN;
        const FOREIGN_HEADERS: ForeignHeaders = ForeignHeaders::PassedOn;
    }
    async fn handle() -> &'static str {
        "handled"
    }
    let verifiers = ((verifier::<GitHub>(), verifier::<Hookdeck>()), verifier::<Gateway>());
    let app = Router::new().route("/", post(handle)).route_layer(VerifyLayer::new(verifiers));
    let github = || signed::<GitHub>(delivery("/"), GitHub::NAME, EVENT);
    let gateway = || signed::<Gateway>(github(), Gateway::NAME, EVENT);
    assert_eq!(outcome(&app, gateway()).await, accepted("handled"));
    let both = signed::<Hookdeck>(gateway(), Hookdeck::NAME, EVENT);
    assert_eq!(kind(&send(&app, both).await), VerifyErrorKind::AmbiguousSignature);
}

#[test]
fn the_log_names_the_providers_of_a_rejected_delivery() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let both = || {
        let request = signed::<GitHub>(delivery("/two"), GitHub::NAME, EVENT);
        signed::<XWebhookSignature>(request, XWebhookSignature::NAME, EVENT)
    };
    let forged = || signed::<XWebhookSignature>(delivery("/two"), "another", EVENT);
    let no_event = || {
        let in_house = Request::post("/two");
        signed::<GitHub>(in_house, GitHub::NAME, EVENT)
    };
    for app in surfaces() {
        for (request, fields) in [
            (
                both(),
                [
                    "provider=\"github|x-webhook-signature\"",
                    "reason=there are signature headers of more than one provider",
                ],
            ),
            (
                delivery("/two"),
                [
                    "provider=\"github|x-webhook-signature\"",
                    "reason=the signature header is missing or empty",
                ],
            ),
            (
                delivery("/three"),
                [
                    "provider=\"respan|github|x-webhook-signature\"",
                    "reason=the signature header is missing or empty",
                ],
            ),
            (
                forged(),
                [
                    "provider=\"x-webhook-signature\"",
                    "reason=the body was not signed with any of the secrets",
                ],
            ),
            (no_event(), ["provider=\"github\"", "reason=the event's type is missing or not text"]),
        ] {
            let (_, logs) = Logs::of(|| runtime.block_on(send(&app, request)));
            assert_eq!(logs.matches("rejected a delivery").count(), 1, "{logs}");
            for field in fields {
                assert!(logs.contains(field), "{field} not in {logs}");
            }
        }
    }
}

#[test]
fn names_the_missing_layer_only_to_the_operator() {
    let request = signed::<GitHub>(delivery("/"), GitHub::NAME, EVENT);
    let (parts, ()) = request.body(()).unwrap().into_parts();
    assert!(verifier::<GitHub>().has_signature_header(&HttpHeaders(&parts.headers)));
    let rejection = Two::from_parts(&parts).unwrap_err();
    assert_eq!(rejection.status(), 500);
    assert_eq!(
        rejection.to_string(),
        "Verified<countersign_core::providers::github::GitHub> is not in the request's extensions: put \
         VerifyLayer (VerifyMiddleware on actix-web) around the service, and around the middleware of \
         idempotency"
    );
}
