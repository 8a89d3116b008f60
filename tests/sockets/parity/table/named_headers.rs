//! Verifiers that look in headers that their user has named.

use std::time::{Duration, UNIX_EPOCH};

use countersign::{
    Secret, Signer,
    providers::{Hookdeck, StandardWebhooks},
};

use super::*;
use crate::fire::{NOW, WHSEC};

pub(super) fn rows() -> Vec<Row> {
    [of_svix(), of_hookdeck()].into_iter().flatten().collect()
}

/// A delivery of Standard Webhooks, with headers of this family.
fn standard(family: &str) -> Post {
    let signer = Signer::<StandardWebhooks>::new(Secret::new(WHSEC).unwrap()).unwrap();
    let signing = signer.at(UNIX_EPOCH + Duration::from_secs(NOW)).id("msg_1");
    let headers = signing.sign(EVENT.as_bytes()).unwrap();
    headers.iter().fold(Post::to("/svix").body(EVENT), |post, (name, value)| {
        post.field(format!("{}: {value}", name.replace("webhook", family)))
    })
}

/// Rows of a verifier whose header was set to `svix-signature`.
fn of_svix() -> Vec<Row> {
    let accepts = |name, post: Post| {
        let answer = told("svix", Some("user.created"), Some("msg_1"), 0, EVENT.as_bytes());
        Row::ours(name, send(post.bytes()), vec![answer]).effects(["msg_1"])
    };
    let others = ["webhook-id: other", "webhook-timestamp: 1", "webhook-signature: v1,x"];
    vec![
        accepts("svix, its headers", standard("svix")),
        accepts(
            "svix, with the scheme's other headers",
            others.into_iter().fold(standard("svix"), Post::field),
        ),
        refuses("svix, only the scheme's other headers", standard("webhook").bytes()),
        refuses("svix, body changed", standard("svix").body("{}").bytes()),
    ]
}

/// Rows of Hookdeck. While a secret is rolled, Hookdeck also signs with the former one, in a second
/// header. The verifier has the former secret.
fn of_hookdeck() -> Vec<Row> {
    let line = |suffix: &str, secret: &str| {
        let signer = Signer::<Hookdeck>::new(Secret::new(secret).unwrap()).unwrap();
        let headers = signer.sign(EVENT.as_bytes()).unwrap();
        let (name, value) = headers.iter().next().unwrap();
        format!("{name}{suffix}: {value}")
    };
    let post = || Post::to("/hookdeck").body(EVENT).field("X-Hookdeck-EventID: evt_1");
    let accepts = |name, post: Post| {
        let answer = told("hookdeck", None, Some("evt_1"), 0, EVENT.as_bytes());
        Row::ours(name, send(post.bytes()), vec![answer]).effects(["evt_1"])
    };
    vec![
        accepts("hookdeck, before the secret is rolled", post().field(line("", SECRET))),
        accepts(
            "hookdeck, while the secret is rolled",
            post().field(line("", "unknown yet")).field(line("-2", SECRET)),
        ),
        refuses(
            "hookdeck, forged while the secret is rolled",
            post().field(line("", "another")).field(line("-2", "another")).bytes(),
        ),
    ]
}
