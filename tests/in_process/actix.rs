//! Behavior of actix-web only: workers, logs, and missing app data.

#![allow(clippy::unwrap_used, reason = "a panic is the report")]

use std::{
    io::{Read, Write},
    sync::mpsc,
    thread,
};

use actix_web::{
    App, HttpMessage, HttpServer,
    dev::{Decompress, Payload, ServiceRequest},
    http::StatusCode,
    middleware::{Condition, Next, from_fn},
    test::{TestRequest, call_service, init_service, read_body},
    web,
};
use countersign::{
    Secret, Secrets, VerifiedBody, Verifier, Webhook,
    actix_web::VerifyMiddleware,
    providers::{XWebhookSignature, x_webhook_signature::flat},
    scheme::BodyForm,
};
use countersign_tests::{Logs, Wire, signature};
use flate2::{Compression, GzBuilder, read::GzDecoder};

const VALUE: &str = "4242424242424242";

fn verifier(secret: &str) -> Verifier<XWebhookSignature> {
    Verifier::new(Secret::new(secret).unwrap()).unwrap()
}

async fn on_event(_: Webhook<flat::Event>) -> &'static str {
    ""
}

async fn on_bytes(_: VerifiedBody<XWebhookSignature>) -> &'static str {
    ""
}

/// Returns the status and the log lines of one delivery.
fn deliver(middleware: bool, data: bool, secret: &str, body: &str) -> (StatusCode, String) {
    Logs::of(|| {
        actix_web::rt::System::new().block_on(async {
            let app = App::new().configure(|config| {
                if data {
                    config.app_data(web::Data::new(verifier("hunter2")));
                }
                if middleware {
                    let scope = web::scope("").wrap(VerifyMiddleware::new(verifier("hunter2")));
                    config.service(scope.route("/event", web::post().to(on_event)));
                } else {
                    config.route("/event", web::post().to(on_event));
                }
            });
            let app = init_service(app).await;
            let request = TestRequest::post()
                .uri(&format!("/event?token={VALUE}"))
                .insert_header(("X-Webhook-Signature", signature(secret, body)))
                .set_payload(body.to_owned());
            call_service(&app, request.to_request()).await.status()
        })
    })
}

#[test]
fn logs_an_accepted_delivery_once_and_at_debug() {
    let body = format!("{{\"type\":\"user.created\",\"data\":{{\"name\":\"{VALUE}\"}}}}");
    for middleware in [true, false] {
        let (status, logs) = deliver(middleware, true, "hunter2", &body);
        let accepted = " countersign::delivery: accepted a delivery";
        assert_eq!((status, logs.matches(accepted).count()), (StatusCode::OK, 1), "{logs}");
        assert!(logs.contains("bytes=58 secret=0 form=Wire microseconds="), "{logs}");
        assert!(!logs.contains(VALUE) && !logs.contains("WARN"), "{logs}");
    }
}

#[test]
fn logs_rejections_like_the_other_surfaces() {
    let body = format!("{{\"type\":\"user.created\",\"data\":{{\"name\":{VALUE}}}}}");
    for middleware in [true, false] {
        for (secret, status, fields) in [
            ("another", StatusCode::UNAUTHORIZED, ["secrets_tried=1", "header_shape=Hex"]),
            (
                "hunter2",
                StatusCode::UNPROCESSABLE_ENTITY,
                ["category=WrongShape", "member=\"data.name\""],
            ),
        ] {
            let (told, logs) = deliver(middleware, true, secret, &body);
            assert_eq!((told, logs.matches("rejected a delivery").count()), (status, 1), "{logs}");
            for field in fields.into_iter().chain([
                " WARN countersign::rejection: rejected a delivery",
                "provider=\"x-webhook-signature\"",
                "path=\"/event\"",
                "body_length=56",
                "body_sha256=",
            ]) {
                assert!(logs.contains(field), "{field} not in {logs}");
            }
            for hidden in [VALUE, "hunter2", &signature("hunter2", &body)] {
                assert!(!logs.contains(hidden), "{hidden} in {logs}");
            }
        }
    }
}

#[test]
fn names_the_verifier_that_is_missing() {
    let (status, logs) = deliver(false, false, "hunter2", "{}");
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(logs.contains("XWebhookSignature> is not in the app data"), "{logs}");
    assert!(logs.contains(".app_data(web::Data::new(verifier))"), "{logs}");
}

#[test]
fn rejects_a_body_that_was_inflated_before() {
    // The gzip of `{}`, signed as it is on the wire.
    let gzip = b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xab\xae\x05\0\x43\xbf\xa6\xa3\x02\0\0\0";
    for (inflates, status) in [(false, StatusCode::OK), (true, StatusCode::UNAUTHORIZED)] {
        let told = actix_web::rt::System::new().block_on(async {
            let inflate = Condition::new(
                inflates,
                from_fn(async |mut request: ServiceRequest, next: Next<_>| {
                    let payload = request.take_payload();
                    let inflated = Decompress::from_headers(payload, request.headers());
                    request.set_payload(Payload::Stream { payload: Box::pin(inflated) });
                    next.call(request).await
                }),
            );
            // The middleware that is wrapped last is the outermost one.
            let app = App::new()
                .route("/", web::post().to(async |_: VerifiedBody<XWebhookSignature>| ""))
                .wrap(VerifyMiddleware::new(verifier("secret")))
                .wrap(inflate);
            let request = TestRequest::post()
                .insert_header(("Content-Encoding", "gzip"))
                .insert_header(("X-Webhook-Signature", signature("secret", gzip)))
                .set_payload(&gzip[..]);
            call_service(&init_service(app).await, request.to_request()).await.status()
        });
        assert_eq!(told, status);
    }
}

#[test]
fn passes_on_only_the_text_of_a_stream() {
    const TEXT: &[u8] = b"signed=1";
    let mut gzip = GzBuilder::new()
        .extra("&amount=999&")
        .filename("&amount=999&")
        .comment("&amount=999&")
        .write(Vec::new(), Compression::default());
    gzip.write_all(TEXT).unwrap();
    let gzip = gzip.finish().unwrap();
    let bodies = actix_web::rt::System::new().block_on(async {
        let verifier = verifier("secret").forms([BodyForm::Inflated]);
        let app = App::new()
            .route(
                "/raw",
                web::post().to(async |payload: web::Payload| payload.to_bytes().await.unwrap()),
            )
            .route("/bytes", web::post().to(async |bytes: web::Bytes| bytes))
            .wrap(VerifyMiddleware::new(verifier));
        let app = init_service(app).await;
        let mut bodies = Vec::new();
        for path in ["/raw", "/bytes"] {
            let request = TestRequest::post()
                .uri(path)
                .insert_header(("Content-Encoding", "gzip"))
                .insert_header(("X-Webhook-Signature", signature("secret", TEXT)))
                .set_payload(gzip.clone());
            let response = call_service(&app, request.to_request()).await;
            assert_eq!(response.status(), StatusCode::OK);
            bodies.push(read_body(response).await);
        }
        bodies
    });
    let [raw, bytes] = &bodies[..] else { panic!("two bodies") };
    assert_eq!(bytes, TEXT);
    // The body is still a gzip stream, and holds only the text.
    let mut text = Vec::new();
    let mut decoder = GzDecoder::new(&raw[..]);
    decoder.read_to_end(&mut text).unwrap();
    assert_eq!(text, TEXT);
    let header = decoder.header().unwrap();
    assert_eq!((header.extra(), header.filename(), header.comment()), (None, None, None));
}

#[test]
fn workers_share_secrets_that_are_replaced() {
    let verifier = verifier("old");
    let shared = verifier.clone();
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        actix_web::rt::System::new().block_on(async {
            let server = HttpServer::new(move || {
                App::new()
                    .app_data(web::Data::new(shared.clone()))
                    .route("/extractor", web::post().to(on_bytes))
                    .service(
                        web::resource("/middleware")
                            .wrap(VerifyMiddleware::new(shared.clone()))
                            .route(web::post().to(async || "")),
                    )
            });
            let server = server.workers(4).bind("127.0.0.1:0").unwrap();
            sender.send(server.addrs()[0]).unwrap();
            server.run().await.unwrap();
        });
    });
    let addr = receiver.recv().unwrap();
    let statuses = |secret: &str| {
        // The server hands connections to its workers in turn.
        let ask = |path: &str| {
            let request = format!(
                "POST {path} HTTP/1.1\r\nHost: x\r\nX-Webhook-Signature: {}\r\nContent-Length: 2\r\n\r\n{{}}",
                signature(secret, "{}")
            );
            Wire::connect(addr).unwrap().exchange(request).unwrap().status
        };
        let mut statuses: Vec<_> =
            (0..16).flat_map(|_| [ask("/extractor"), ask("/middleware")]).collect();
        statuses.dedup();
        statuses
    };
    assert_eq!((statuses("old"), statuses("new")), (vec![200], vec![401]));
    let both = Secrets::new(Secret::new("new").unwrap());
    verifier
        .replace_secrets(both.clone().with_retired(Secret::new("old").unwrap()).unwrap())
        .unwrap();
    assert_eq!((statuses("old"), statuses("new")), (vec![200], vec![200]));
    verifier.replace_secrets(both).unwrap();
    assert_eq!((statuses("old"), statuses("new")), (vec![401], vec![200]));
}
