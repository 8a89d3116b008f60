//! The console in a router of axum, in an application of actix-web, and in its own server.

#![cfg(all(feature = "axum", feature = "actix-web"))]
#![allow(clippy::unwrap_used, reason = "a panic is the report")]

mod common;

use std::time::Duration;

use actix_web::{App, body::MessageBody as _, test::TestRequest};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode},
    middleware::{Next, from_fn},
    routing::get,
};
use common::{Desk, login_as};
use countersign::inbox::State;
use countersign_console::{Console, Operator, ServeError};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};
use tower::ServiceExt as _;

const LOGIN: &str = "Basic YWRtaW46Y29ycmVjdC1ob3JzZQ==";

#[tokio::test]
async fn a_nested_router_writes_links_with_its_place() {
    let desk = Desk::with(1).await;
    let app: Router = Router::new().nest("/ops/webhooks", desk.console.clone().router());
    for path in ["/ops/webhooks", "/ops/webhooks/overview", "/ops/webhooks/deliveries/1"] {
        let request =
            Request::get(path).header("Authorization", LOGIN).body(Body::empty()).unwrap();
        let response = app.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        assert_eq!(response.headers()["x-frame-options"], "DENY");
        let text = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let text = String::from_utf8(text.into()).unwrap();
        assert!(text.contains("href=\"/ops/webhooks/overview\""), "{text}");
        assert!(text.contains("href=\"/ops/webhooks\""), "{text}");
    }
    let request = Request::get("/ops/webhooks").body(Body::empty()).unwrap();
    assert_eq!(app.clone().oneshot(request).await.unwrap().status(), 401);
    let long = |login: &str| {
        let long = Request::post("/ops/webhooks/prune").header("Authorization", login);
        long.body(Body::from(vec![b'a'; 100_000])).unwrap()
    };
    let response = app.clone().oneshot(long(LOGIN)).await.unwrap();
    assert_eq!(response.status(), 413);
    assert_eq!(response.headers()["x-frame-options"], "DENY");
    // A stranger does not even have the body read.
    assert_eq!(app.clone().oneshot(long("Basic eDp5")).await.unwrap().status(), 401);
    for path in ["/ops/webhooks/deliveries/%31", "/ops/webhooks/%6fverview"] {
        let request =
            Request::get(path).header("Authorization", LOGIN).body(Body::empty()).unwrap();
        assert_eq!(app.clone().oneshot(request).await.unwrap().status(), 404, "{path}");
    }
}

#[tokio::test]
async fn an_open_server_answers_only_to_names_of_this_machine() {
    let desk = Desk::with(1).await;
    let console = Console::new(desk.inbox.clone()).unwrap().guarded_by_a_layer_of_mine();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(console.serve(listener));
    let port = address.port();
    for (host, status) in [
        (format!("127.0.0.1:{port}"), "200"),
        (format!("localhost:{port}"), "200"),
        ("[::1]".to_owned(), "200"),
        (format!("rebound.example:{port}"), "421"),
        ("localhost.example".to_owned(), "421"),
        ("127.0.0.1.example".to_owned(), "421"),
        (String::new(), "421"),
    ] {
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        let request = format!("GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{host}: {answer}");
    }
}

#[tokio::test]
async fn every_kind_of_layer_guards_every_page() {
    let desk = Desk::with(1).await;
    let refuse = |_: axum::extract::Request, _: Next| async { StatusCode::UNAUTHORIZED };
    let console = || {
        let console = Console::new(desk.inbox.clone()).unwrap().guarded_by_a_layer_of_mine();
        Router::<()>::new().route("/", get(|| async {})).nest("/admin", console.router())
    };
    for app in [console().route_layer(from_fn(refuse)), console().layer(from_fn(refuse))] {
        for path in ["/admin", "/admin/overview", "/admin/deliveries/1", "/admin/assets/x"] {
            let request = Request::get(path).body(Body::empty()).unwrap();
            assert_eq!(app.clone().oneshot(request).await.unwrap().status(), 401, "{path}");
        }
        let request = Request::get("/admin/").body(Body::empty()).unwrap();
        let response = app.clone().oneshot(request).await.unwrap();
        assert!(matches!(response.status().as_u16(), 401 | 404), "{}", response.status());
        assert!(to_bytes(response.into_body(), 10).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_layer_of_the_application_names_the_operator() {
    let desk = Desk::with(1).await;
    let console = Console::new(desk.inbox.clone()).unwrap().guarded_by_a_layer_of_mine();
    let app: Router = Router::new().nest("/admin", console.router());
    let ask = async |operator: Option<Operator>| {
        let mut request = Request::get("/admin").body(Body::empty()).unwrap();
        if let Some(operator) = operator {
            request.extensions_mut().insert(operator);
        }
        let response = app.clone().oneshot(request).await.unwrap();
        let text = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        String::from_utf8(text.into()).unwrap()
    };
    assert!(ask(Some(Operator::new("zoe").only_looks())).await.contains("zoe (may look only)"));
    assert!(ask(None).await.contains("<p class=\"who\">unnamed</p>"));
}

#[actix_web::test]
async fn a_scope_of_actix_web_answers_as_the_router_does() {
    let desk = Desk::with(1).await;
    let app = App::new().service(desk.console.scope("/ops/webhooks"));
    let app = actix_web::test::init_service(app).await;
    for path in ["/ops/webhooks", "/ops/webhooks/", "/ops/webhooks/deliveries/1"] {
        let request = TestRequest::get().uri(path).insert_header(("Authorization", LOGIN));
        let response = actix_web::test::call_service(&app, request.to_request()).await;
        assert_eq!(response.status(), 200, "{path}");
        assert_eq!(response.headers().get("x-frame-options").unwrap(), "DENY");
        let bytes = response.into_body().try_into_bytes().unwrap();
        let text = str::from_utf8(&bytes).unwrap();
        assert!(text.contains("href=\"/ops/webhooks/overview\""), "{text}");
    }
    let request = TestRequest::get().uri("/ops/webhooks").to_request();
    assert_eq!(actix_web::test::call_service(&app, request).await.status(), 401);
    for path in ["/ops/webhooks/deliveries/%31", "/ops/webhooks/%6fverview"] {
        let request = TestRequest::get().uri(path).insert_header(("Authorization", LOGIN));
        let response = actix_web::test::call_service(&app, request.to_request()).await;
        assert_eq!(response.status(), 404, "{path}");
    }
    for (login, status) in [(LOGIN, 413), ("Basic eDp5", 401)] {
        let long = TestRequest::post().uri("/ops/webhooks/prune");
        let long = long.insert_header(("Authorization", login)).set_payload(vec![b'a'; 100_000]);
        let response = actix_web::test::call_service(&app, long.to_request()).await;
        assert_eq!(response.status(), status);
        assert_eq!(response.headers().get("x-frame-options").unwrap(), "DENY");
    }

    let form = format!("token={}", desk.token().await);
    let post = |site| {
        TestRequest::post()
            .uri("/ops/webhooks/deliveries/1/discard")
            .insert_header(("Authorization", LOGIN))
            .insert_header(("Sec-Fetch-Site", site))
            .set_payload(form.clone())
            .to_request()
    };
    assert_eq!(actix_web::test::call_service(&app, post("cross-site")).await.status(), 403);
    assert_eq!(desk.state(1).await, State::Waiting);
    let response = actix_web::test::call_service(&app, post("same-origin")).await;
    assert_eq!(response.status(), 303);
    let location = response.headers().get("location").unwrap();
    assert_eq!(location, "/ops/webhooks/deliveries/1?acted=discard");
    assert_eq!(desk.state(1).await, State::Discarded);
}

#[tokio::test]
async fn the_own_server_refuses_a_public_address_without_a_check() {
    let desk = Desk::with(0).await;
    let console = Console::new(desk.inbox.clone()).unwrap().guarded_by_a_layer_of_mine();
    let public = TcpListener::bind("0.0.0.0:0").await.unwrap();
    let refused = console.clone().serve(public).await.unwrap_err();
    assert!(matches!(refused, ServeError::Public(_)), "{refused}");
    let local = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let served = tokio::time::timeout(Duration::from_millis(50), console.serve(local)).await;
    assert!(served.is_err(), "it ended");
    let public = TcpListener::bind("0.0.0.0:0").await.unwrap();
    let served = desk.console.clone().serve(public);
    assert!(tokio::time::timeout(Duration::from_millis(50), served).await.is_err(), "it ended");
}

#[tokio::test]
async fn a_stream_of_events_reports_a_change() {
    let desk = Desk::with(1).await;
    let mut response = desk.get("/events").await;
    assert_eq!(response.header("content-type"), Some("text/event-stream"));
    let countersign_console::Body::Events(events) = &mut response.body else { panic!("no events") };
    let mut next = async || {
        let next = futures_util::StreamExt::next(events);
        tokio::time::timeout(Duration::from_secs(20), next).await.unwrap().unwrap()
    };
    assert_eq!(next().await, "retry: 5000\n\n");
    let waits = next();
    let adds = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        desk.add(2).await;
    };
    let (event, ()) = tokio::join!(waits, adds);
    assert_eq!(event, "event: changed\ndata: 1\n\n");
}

#[tokio::test]
async fn open_pages_are_bounded() {
    let desk = Desk::with(0).await;
    let mut open = Vec::new();
    for _ in 0..8 {
        open.push(desk.get("/events").await);
    }
    assert_eq!(desk.get("/events").await.status, 503);
    let other = login_as(countersign_console::Request::get("/events"), "guest", "correct-horse");
    assert_eq!(desk.console.handle(other).await.status, 200);
    open.clear();
    assert_eq!(desk.get("/events").await.status, 200);
}

/// A server that shuts down waits until all open answers have ended.
#[tokio::test(start_paused = true)]
async fn a_stream_of_events_ends_soon() {
    let desk = Desk::with(1).await;
    let began = tokio::time::Instant::now();
    let response = desk.get("/events").await;
    let countersign_console::Body::Events(events) = response.body else { panic!("no events") };
    let events: Vec<_> = futures_util::StreamExt::collect(events).await;
    assert!(events.contains(&": still here\n\n".into()), "{events:?}");
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
}
