//! Requests over real sockets, with bytes that no client library sends.

use std::{error::Error, net::SocketAddr, time::Duration};

use axum::{Json, Router, routing::post};
use countersign::{
    Secret, VerifiedBody, Verifier, Webhook,
    providers::{
        Respan, XWebhookSignature, respan,
        x_webhook_signature::{self as x},
    },
    tower::VerifyLayer,
};
use countersign_tests::{Reply, Wire, serve, signature};

type Outcome = Result<(), Box<dyn Error>>;

const EVENT: &str = r#"{"id":"evt_1","type":"user.created","data":{"id":"u_1"}}"#;

/// Serves the same endpoint with the extractor and behind the layer.
fn server() -> Result<SocketAddr, Box<dyn Error>> {
    let verifier = Verifier::<XWebhookSignature>::new(Secret::new("secret")?)?
        .body_limit(100_000)
        .body_deadline(Duration::from_secs(1));
    let respan = Verifier::<Respan>::new(Secret::new("secret")?)?;
    let extractor = Router::new()
        .route(
            "/event",
            post(async |Webhook { event, .. }: Webhook<x::Event>| event.event_type().to_owned()),
        )
        .route(
            "/bytes",
            post(async |VerifiedBody(verified): VerifiedBody<XWebhookSignature>| {
                verified.into_body()
            }),
        )
        .with_state(verifier.clone());
    let layer = Router::new()
        .route("/layer", post(async |Json(json): Json<serde_json::Value>| json.to_string()))
        .route_layer(VerifyLayer::new(verifier));
    let respan = Router::new()
        .route(
            "/respan",
            post(async |Webhook { event, .. }: Webhook<respan::Event>| {
                event.json.as_str().to_owned()
            }),
        )
        .with_state(respan);
    Ok(serve(extractor.merge(layer).merge(respan)))
}

fn request(path: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!("POST {path} HTTP/1.1\r\n{HOST}{headers}Content-Length: {length}\r\n\r\n{body}")
}

fn signed(path: &str, body: &str) -> String {
    request(path, &format!("X-Webhook-Signature: {}\r\n", signature("secret", body)), body)
}

fn ask(addr: SocketAddr, bytes: impl AsRef<[u8]>) -> std::io::Result<Reply> {
    Wire::connect(addr)?.exchange(bytes)
}

/// Header fields that every sender adds.
const HOST: &str = "Host: x\r\nContent-Type: application/json\r\n";

const PATHS: [&str; 3] = ["/event", "/bytes", "/layer"];

#[test]
fn gives_equal_answers_to_all_rejected_signatures() -> Outcome {
    let addr = server()?;
    let good = signature("secret", EVENT);
    let headers = [
        String::new(),
        "X-Webhook-Signature:\r\n".to_owned(),
        "X-Webhook-Signature: \t \r\n".to_owned(),
        format!("X-Webhook-Signature: {}\r\n", signature("other", EVENT)),
        format!("X-Webhook-Signature: {}\r\n", signature("secret", "another body")),
        format!("X-Webhook-Signature: sha256={good}\r\n"),
        format!("X-Webhook-Signature: {}\r\n", &good[..63]),
        format!("X-Webhook-Signature: {}\r\n", &good[..32]),
        format!("X-Webhook-Signature: {good}0\r\n"),
        format!("X-Webhook-Signature: {good},{good}\r\n"),
        format!("X-Webhook-Signature: {}\r\n", "é".repeat(32)),
        format!("X-Webhook-Signature: {good}\r\nX-Webhook-Signature: {good}\r\n"),
        format!("X-Webhook-Signature: {good}\r\nx-webhook-signature: {}\r\n", "0".repeat(64)),
        format!("Cookie: X-Webhook-Signature={good}\r\n"),
        format!("X-Respan-Signature: {good}\r\n"),
    ];
    for path in PATHS {
        let first = ask(addr, request(path, &headers[0], EVENT))?;
        assert_eq!((first.status, first.text()), (401, r#"{"error":"Invalid signature"}"#));
        assert_eq!(first.header("www-authenticate"), Some("Webhook-Signature"));
        assert_eq!(first.header("content-type"), Some("application/json"));
        for header in &headers {
            // The answer does not depend on whether the body is JSON.
            for body in [EVENT, "nonsense"] {
                let reply = ask(addr, request(path, header, body))?;
                assert_eq!(reply.essence(), first.essence(), "{path} {header:?}");
            }
        }
        let reply = ask(addr, request(&format!("{path}?X-Webhook-Signature={good}"), "", EVENT))?;
        assert_eq!(reply.essence(), first.essence());
        let spaced = format!("x-WEBHOOK-signature: \t {} \t\r\n", good.to_uppercase());
        assert_eq!(ask(addr, request(path, &spaced, EVENT))?.status, 200);
    }
    Ok(())
}

#[test]
fn keeps_the_connection_after_a_small_rejected_delivery() -> Outcome {
    let addr = server()?;
    for path in PATHS {
        let mut wire = Wire::connect(addr)?;
        for body in [EVENT, &"x".repeat(60_000)] {
            let refused = wire.exchange(request(path, "", body))?;
            assert_eq!((refused.status, refused.header("connection")), (401, None));
            let forged = format!("X-Webhook-Signature: {}\r\n", "0".repeat(64));
            assert_eq!(wire.exchange(request(path, &forged, body))?.status, 401);
            assert_eq!(wire.exchange(signed(path, EVENT))?.status, 200);
        }
    }
    Ok(())
}

#[test]
fn never_takes_an_unread_body_for_a_request() -> Outcome {
    let addr = server()?;
    for path in PATHS {
        let smuggled = signed(path, EVENT).repeat(2000);
        for refused in [request(path, "", &smuggled), signed(path, &smuggled)] {
            let mut wire = Wire::connect(addr)?;
            let reply = wire.exchange(refused)?;
            assert!(matches!(reply.status, 401 | 413), "{}", reply.status);
            assert_eq!(reply.header("connection"), Some("close"));
            assert!(wire.is_closed());
        }
    }
    Ok(())
}

#[test]
fn answers_each_pipelined_request_on_its_own() -> Outcome {
    let addr = server()?;
    for path in PATHS {
        let mut wire = Wire::connect(addr)?;
        let requests = [signed(path, EVENT), request(path, "", EVENT), signed(path, EVENT)];
        wire.send(requests.concat())?;
        let replies: Vec<_> = (0..3).map(|_| wire.reply()).collect::<Result<_, _>>()?;
        let statuses: Vec<_> = replies.iter().map(|reply| reply.status).collect();
        assert_eq!(statuses, [200, 401, 200], "{path}");
    }
    Ok(())
}

#[test]
fn takes_chunked_bodies_and_stops_them_at_the_limit() -> Outcome {
    let addr = server()?;
    for path in PATHS {
        let head = |body: &str| {
            let signature = signature("secret", body);
            format!(
                "POST {path} HTTP/1.1\r\n{HOST}Transfer-Encoding: chunked\r\n\
                 X-Webhook-Signature: {signature}\r\n\r\n"
            )
        };
        let pieces: String =
            EVENT.chars().map(|byte| format!("1;extension=\"x\"\r\n{byte}\r\n")).collect();
        let reply = ask(addr, format!("{}{pieces}0\r\nTrailer: x\r\n\r\n", head(EVENT)))?;
        assert_eq!(reply.status, 200, "{path}");

        // A signature in a trailer does not count.
        let head = head(EVENT).replace("X-Webhook", "X-Other");
        let trailer = format!("X-Webhook-Signature: {}\r\n", signature("secret", EVENT));
        assert_eq!(ask(addr, format!("{head}{pieces}0\r\n{trailer}\r\n"))?.status, 401);

        let mut wire = Wire::connect(addr)?;
        let endless = format!(
            "POST {path} HTTP/1.1\r\n{HOST}Transfer-Encoding: chunked\r\nX-Webhook-Signature: {}\r\n\r\n",
            "0".repeat(64)
        );
        wire.send(endless)?;
        let chunk = format!("2710\r\n{}\r\n", "x".repeat(10_000));
        let sent = (0..10_000).take_while(|_| wire.send(&chunk).is_ok()).count();
        assert!(sent < 10_000, "the server read the whole body");
        if let Ok(reply) = wire.reply() {
            assert_eq!((reply.status, reply.header("connection")), (413, Some("close")));
        }
    }
    Ok(())
}

#[test]
fn answers_408_to_a_body_that_does_not_arrive_and_400_to_one_that_breaks_off() -> Outcome {
    let addr = server()?;
    for path in PATHS {
        let half = signed(path, EVENT);
        let half = &half[..half.len() - 10];
        let mut wire = Wire::connect(addr)?;
        let reply = wire.exchange(half)?;
        assert_eq!((reply.status, reply.header("connection")), (408, Some("close")));
        assert_eq!(reply.text(), r#"{"error":"Request timeout"}"#);
        assert!(wire.is_closed());

        let broken = format!(
            "POST {path} HTTP/1.1\r\n{HOST}Transfer-Encoding: chunked\r\n\
             X-Webhook-Signature: {}\r\n\r\nnonsense\r\n",
            "0".repeat(64)
        );
        let reply = ask(addr, broken)?;
        assert_eq!((reply.status, reply.text()), (400, r#"{"error":"Incomplete body"}"#));

        let mut wire = Wire::connect(addr)?;
        wire.send(half)?;
        wire.shutdown()?;
        if let Ok(reply) = wire.reply() {
            assert_eq!(reply.status, 400);
        }
    }
    Ok(())
}

#[test]
fn distinguishes_a_body_without_json_from_json_without_an_event() -> Outcome {
    let addr = server()?;
    for (body, status) in [
        ("", 400),
        ("nonsense", 400),
        ("{", 400),
        ("[]", 422),
        ("{}", 422),
        (r#"{"type":7}"#, 422),
        (r#"{"type":"a","type":"b"}"#, 422),
        (r#"{"type":"user.created","data":[]}"#, 422),
        (r#"{"type":"unheard.of","data":[]}"#, 200),
        (r#"{"type":"user.created","data":{}}"#, 200),
    ] {
        let reply = ask(addr, signed("/event", body))?;
        assert_eq!(reply.status, status, "{body}");
        if status != 200 {
            assert_eq!(reply.text(), r#"{"error":"Invalid payload"}"#);
        }
        assert_eq!(ask(addr, signed("/bytes", body))?.text(), body);
    }
    let deep = format!(r#"{{"type":"a","data":{}{}}}"#, "[".repeat(40_000), "]".repeat(40_000));
    assert_eq!(ask(addr, signed("/event", &deep))?.status, 200);
    Ok(())
}

#[test]
fn verifies_bytes_that_are_not_text() -> Outcome {
    let addr = server()?;
    let body = b"\xff\xfe{\"a\":1}";
    let head = format!(
        "POST /bytes HTTP/1.1\r\n{HOST}Content-Length: {}\r\nX-Webhook-Signature: {}\r\n\r\n",
        body.len(),
        signature("secret", body)
    );
    let reply = ask(addr, [head.as_bytes(), body].concat())?;
    assert_eq!((reply.status, &*reply.body), (200, &body[..]));
    Ok(())
}

#[test]
fn the_first_of_the_headers_of_respan_decides() -> Outcome {
    let addr = server()?;
    let body = r#"{"model": "small"}"#;
    let good = signature("secret", body);
    let bad = "0".repeat(64);
    for (headers, status) in [
        (format!("X-Respan-Signature: {good}\r\n"), 200),
        (format!("X-Keywordsai-Signature: {good}\r\n"), 200),
        (format!("X-Keywordsai-Signature: {bad}\r\nX-Respan-Signature: {good}\r\n"), 200),
        (format!("X-Keywordsai-Signature: {good}\r\nX-Respan-Signature: {bad}\r\n"), 401),
        (format!("X-Webhook-Signature: {good}\r\n"), 401),
    ] {
        assert_eq!(ask(addr, request("/respan", &headers, body))?.status, status, "{headers}");
    }
    Ok(())
}

#[tokio::test]
async fn works_over_http_2() -> Outcome {
    use http_body_util::{BodyExt, Full};
    use hyper_util::rt::{TokioExecutor, TokioIo};

    let stream = tokio::net::TcpStream::connect(server()?).await?;
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    for path in PATHS {
        for (signature, size, status) in [
            (signature("secret", EVENT), 0, 200),
            ("0".repeat(64), 0, 401),
            ("0".repeat(64), 100_001, 413),
            (String::new(), 100_001, 401),
        ] {
            let body = if size == 0 { EVENT.into() } else { "x".repeat(size) };
            let request = http::Request::post(format!("http://x{path}"))
                .header("X-Webhook-Signature", signature)
                .header("Content-Type", "application/json")
                .body(Full::<bytes::Bytes>::from(body))?;
            let response = sender.send_request(request).await?;
            assert_eq!(response.status(), status, "{path}");
            assert_eq!(response.headers().get("connection"), None);
            let _ = response.into_body().collect().await;
        }
    }
    Ok(())
}
