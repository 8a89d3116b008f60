//! An inbox with deliveries, and its console.

#![allow(
    clippy::unwrap_used,
    dead_code,
    reason = "tests use parts of it, and a panic is the report"
)]

use std::time::SystemTime;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use countersign::{
    Secret, Signer, Verifier,
    idempotency::IdempotencyKey,
    inbox::{Accept as _, Entry, InboxHistory as _, RowId, State, StoredRequest},
    providers::XWebhookSignature,
};
use countersign_console::{Auth, Console, Guarded, Operator, Request, Response};
use countersign_sqlite::SqliteInbox;
use tempfile::TempDir;

pub(crate) struct Desk {
    pub(crate) inbox: SqliteInbox,
    pub(crate) console: Console<SqliteInbox, Guarded>,
    _folder: TempDir,
}

impl Desk {
    /// Makes an inbox with this many deliveries.
    pub(crate) async fn with(deliveries: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let inbox = SqliteInbox::open(folder.path().join("inbox.db")).await.unwrap();
        let console = Console::new(inbox.clone()).unwrap().auth(auth());
        let desk = Self { inbox, console, _folder: folder };
        for number in 1..=deliveries {
            desk.add(number).await;
        }
        desk
    }

    /// Adds the delivery of one event.
    pub(crate) async fn add(&self, number: usize) {
        let body = format!(
            r#"{{"id":"evt_{number}","type":"user.created","data":{{"note":"secret {number}"}}}}"#
        );
        self.add_body(body.as_bytes()).await;
    }

    /// Adds a delivery with this body.
    pub(crate) async fn add_body(&self, body: &[u8]) {
        let secret = Secret::new("secret").unwrap();
        let headers = Signer::<XWebhookSignature>::new(secret.clone()).unwrap().sign(body).unwrap();
        let verifier = Verifier::<XWebhookSignature>::new(secret).unwrap().body_limit(4 << 20);
        let verified = verifier.verify(&headers, body).unwrap();
        let request = StoredRequest::new("/hooks", verified.to_stored(&headers, SystemTime::now()));
        let entry = Entry::new(IdempotencyKey::of(&verified), request);
        self.inbox.accept(&entry).await.unwrap();
    }

    pub(crate) async fn get(&self, target: &str) -> Response {
        self.console.handle(login(Request::get(target)).at("/admin")).await
    }

    /// Sends a form as a page of the console does.
    pub(crate) async fn post(&self, target: &str, form: &str) -> Response {
        let form = format!("token={}&{form}", self.token().await);
        let request =
            Request::post(target, form).at("/admin").header("Sec-Fetch-Site", "same-origin");
        self.console.handle(login(request)).await
    }

    /// Reads the token of the forms from a page.
    pub(crate) async fn token(&self) -> String {
        let page = self.get("/prune?days=1").await;
        let page = if page.text().contains("name=\"token\"") {
            page
        } else {
            self.get("/deliveries/1").await
        };
        let (_, rest) = page.text().split_once("name=\"token\" value=\"").unwrap();
        rest.split('"').next().unwrap().to_owned()
    }

    pub(crate) async fn state(&self, id: i64) -> State {
        self.inbox.get(RowId(id)).await.unwrap().unwrap().row.state
    }
}

pub(crate) fn auth() -> Auth {
    let auth = Auth::new().basic(Operator::new("admin"), "correct-horse");
    auth.and_then(|auth| auth.basic(Operator::new("guest").only_looks(), "correct-horse")).unwrap()
}

pub(crate) fn login(request: Request) -> Request {
    login_as(request, "admin", "correct-horse")
}

pub(crate) fn login_as(request: Request, name: &str, password: &str) -> Request {
    let pair = STANDARD.encode(format!("{name}:{password}"));
    request.header("Authorization", format!("Basic {pair}"))
}
