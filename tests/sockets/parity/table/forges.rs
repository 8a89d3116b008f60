//! Senders that also send the signature headers of other providers: Gitea sends those of GitHub,
//! and a gateway those of the original sender.

use countersign::{Secret, Signer, providers::Hookdeck};

use super::*;

const PUSH: &str = r#"{"ref":"refs/heads/main"}"#;

/// A push with the unsigned header fields of Gitea, GitHub and Hookdeck.
fn push() -> Post {
    let fields = ["X-Gitea-Event: push", "X-Gitea-Delivery: a", "X-Gogs-Event: push"];
    let fields = fields.into_iter().chain(["X-GitHub-Event: push", "X-GitHub-Delivery: b"]);
    let fields = fields.chain(["X-Hookdeck-EventID: c"]);
    fields.fold(Post::to("/forge").body(PUSH), Post::field)
}

fn hub(secret: &str) -> String {
    format!("X-Hub-Signature-256: sha256={}", signature(secret, PUSH))
}

fn gitea(secret: &str) -> String {
    format!("X-Gitea-Signature: {}", signature(secret, PUSH))
}

fn gogs(secret: &str) -> String {
    format!("X-Gogs-Signature: {}", signature(secret, PUSH))
}

fn hookdeck(secret: &str) -> String {
    let signer = Signer::<Hookdeck>::new(Secret::new(secret).unwrap()).unwrap();
    let headers = signer.sign(PUSH.as_bytes()).unwrap();
    let (name, value) = headers.iter().next().unwrap();
    format!("{name}: {value}")
}

fn with<const COUNT: usize>(fields: [String; COUNT]) -> Vec<u8> {
    fields.into_iter().fold(push(), Post::field).bytes()
}

fn by_github(name: &'static str, bytes: Vec<u8>) -> Row {
    let answer = told("github", Some("push"), Some("b"), 0, PUSH.as_bytes());
    Row::ours(name, send(bytes), vec![answer]).effects(["b"])
}

fn by_gitea(name: &'static str, bytes: Vec<u8>) -> Row {
    let answer = told("gitea", Some("push"), Some("a"), 0, PUSH.as_bytes());
    Row::ours(name, send(bytes), vec![answer]).effects(["a"])
}

fn by_hookdeck(name: &'static str, bytes: Vec<u8>) -> Row {
    let answer = told("hookdeck", None, Some("c"), 0, PUSH.as_bytes());
    Row::ours(name, send(bytes), vec![answer]).effects(["c"])
}

pub(super) fn rows() -> Vec<Row> {
    [genuine(), forged()].into_iter().flatten().collect()
}

fn genuine() -> Vec<Row> {
    let all = || [gitea(SECRET), gogs(SECRET), hub(SECRET)];
    let [gitea_line, gogs_line, hub_line] = all();
    vec![
        by_github("forge, from github", with([hub(SECRET)])),
        by_gitea("forge, from gitea", with(all())),
        by_gitea("forge, from gitea in another order", with([hub_line, gogs_line, gitea_line])),
        by_gitea("forge, from gitea with only its own header", with([gitea(SECRET)])),
        by_gitea("forge, from gitea, github's forged", with([gitea(SECRET), hub("another")])),
        by_gitea(
            "forge, from gitea, github's empty",
            with([gitea(SECRET), "X-Hub-Signature-256:".to_owned()]),
        ),
        by_gitea(
            "forge, from gitea, github's twice",
            with([gitea(SECRET), hub(SECRET), hub(SECRET)]),
        ),
        by_hookdeck("forge, from hookdeck", with([hookdeck(SECRET)])),
        by_hookdeck(
            "forge, from github through hookdeck",
            with([hub("another"), hookdeck(SECRET)]),
        ),
        by_hookdeck(
            "forge, from gitea through hookdeck",
            with([gitea("another"), gogs("another"), hub("another"), hookdeck(SECRET)]),
        ),
    ]
}

fn forged() -> Vec<Row> {
    vec![
        refuses("forge, gitea's forged, github's genuine", with([gitea("another"), hub(SECRET)])),
        refuses(
            "forge, gitea's empty, github's genuine",
            with(["X-Gitea-Signature:".to_owned(), hub(SECRET)]),
        ),
        refuses(
            "forge, gitea's malformed, github's genuine",
            with(["X-Gitea-Signature: x".to_owned(), hub(SECRET)]),
        ),
        refuses("forge, gitea's twice", with([gitea(SECRET), gitea(SECRET), hub(SECRET)])),
        refuses(
            "forge, hookdeck's forged, gitea's genuine",
            with([hookdeck("another"), gitea(SECRET), hub(SECRET)]),
        ),
        refuses(
            "forge, hookdeck's forged, github's genuine",
            with([hookdeck("another"), hub(SECRET)]),
        ),
        refuses("forge, only gogs's", with([gogs(SECRET)])),
        refuses("forge, no signature", push().bytes()),
    ]
}
