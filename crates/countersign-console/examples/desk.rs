//! A receiver with consoles, for the tests in a browser (`tests/console`).
//!
//! The handler answers by the type of the event: `fail.*` with 503, `dead.*` with 400, others with
//! 200.

use std::time::{Duration, SystemTime};

use axum::{
    Router,
    http::{HeaderMap, StatusCode},
    routing::post_service,
};
use countersign::{
    Secret, Signer, Verifier,
    explain::{ExplainRefusals as _, Refusals},
    inbox::{Accept as _, Entry, Filter, Inbox, InboxHistory as _, Retries, StoredRequest},
    providers::GitHub,
};
use countersign_console::{Auth, Console, Operator};
use countersign_sqlite::SqliteInbox;
use tokio::net::TcpListener;

type Error = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let file = std::env::args().nth(1).ok_or("the file of the inbox is missing")?;
    let engine = SqliteInbox::open(&file).await?;
    let refusals = Refusals::new();
    let verifier = Verifier::<GitHub>::new(Secret::new("secret")?)?
        .endpoint("billing")
        .body_limit(4 << 20)
        .keep_refusals(&refusals);
    let inbox = Inbox::new(engine.clone()).retries(Retries::after([Duration::from_secs(3600)]));
    let (accept, worker) = inbox.split(&verifier, Router::new().fallback(handle));

    seed(&engine).await?;
    let auth = Auth::new()
        .basic(Operator::new("admin").reads_bodies(), "correct-horse")?
        .basic(Operator::new("guest").only_looks(), "correct-horse")?;
    let console = Console::new(engine.clone())?
        .auth(auth)
        .bodies_need_permission()
        .trace_url("https://traces.example/{trace_id}")
        .refusals(&refusals);
    let redacted = Console::new(engine)?.guarded_by_a_layer_of_mine().redact("/customer/email")?;
    let router = Router::new()
        .route("/webhooks", post_service(accept))
        .nest("/webhooks-admin", console.router())
        .nest("/redacted", redacted.router());
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}", listener.local_addr()?);
    tokio::spawn(worker.run_until(std::future::pending::<()>()));
    axum::serve(listener, router).await?;
    Ok(())
}

/// Fills the last day: deliveries of an endpoint that goes on, and of one that has become quiet.
async fn seed(engine: &SqliteInbox) -> Result<(), Error> {
    let secret = Secret::new("secret")?;
    let signer = Signer::<GitHub>::new(secret.clone())?;
    let (now, minute) = (SystemTime::now(), Duration::from_secs(60));
    for part in 0..72_u32 {
        let ago = minute * (72 - part) * 20;
        for (endpoint, number) in
            [("shop", 2 + part * 7 % 11), ("crm", if part < 50 { 1 } else { 0 })]
        {
            let verifier = Verifier::<GitHub>::new(secret.clone())?.endpoint(endpoint);
            for one in 0..number {
                let body =
                    format!(r#"{{"order":{part},"customer":{{"email":"zoe@example.com"}}}}"#);
                let id = format!("{endpoint}-{part}-{one}");
                let signed = signer.id(&id).sign(body.as_bytes())?;
                let signed = signed.iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
                let mut headers: Vec<(String, String)> = signed.collect();
                headers.push(("X-GitHub-Event".to_owned(), "order.paid".to_owned()));
                let verified = verifier.verify(&headers, body.as_bytes())?;
                let stored = verified.to_stored(&headers, now - ago);
                let entry = Entry::new(None, StoredRequest::new("/shop", stored));
                engine.accept(&entry).await?;
            }
        }
    }
    for row in engine.list(&Filter::new().most(10_000)).await? {
        if row.id.0 % 40 != 7 {
            engine.mark_done(row.id, "seeded").await?;
        }
    }
    Ok(())
}

async fn handle(headers: HeaderMap) -> StatusCode {
    let kind = headers.get("x-github-event").and_then(|value| value.to_str().ok());
    match kind.unwrap_or_default().split('.').next() {
        Some("fail") => StatusCode::SERVICE_UNAVAILABLE,
        Some("dead") => StatusCode::BAD_REQUEST,
        _ => StatusCode::OK,
    }
}
