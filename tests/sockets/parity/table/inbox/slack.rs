//! Slack, whose signed handshakes are answered at once.

use std::time::{Duration, UNIX_EPOCH};

use countersign::{Secret, Signer, providers::Slack};

use super::*;
use crate::fire::NOW;

pub(super) fn rows() -> Vec<Row> {
    [events(), handshakes()].into_iter().flatten().collect()
}

/// A delivery of Slack, signed `offset` seconds after the receiver's time.
pub(super) fn from_slack(secret: &str, offset: i64, body: &str) -> Post {
    let signer = Signer::<Slack>::new(Secret::new(secret).unwrap()).unwrap();
    let time = UNIX_EPOCH + Duration::from_secs(NOW.saturating_add_signed(offset));
    let headers = signer.at(time).sign(body.as_bytes()).unwrap();
    headers.into_iter().fold(Post::to("/inbox-slack").body(body), |post, (name, value)| {
        post.field(format!("{name}: {value}"))
    })
}

fn events() -> Vec<Row> {
    let event = |id: &str| {
        json!({"type": "event_callback", "event_id": id, "event": {"type": "app_mention"}})
            .to_string()
    };
    let kept = |id: &str, offset| from_slack(SECRET, offset, &event(id)).bytes();
    vec![
        row(
            "slack, kept and repeated",
            [kept("Ev1", 0), kept("Ev1", 0)],
            vec![received(), duplicate()],
        )
        .effects(["Ev1"]),
        row(
            "slack, repeated with a new time and the retired secret",
            [kept("Ev2", -300), from_slack(PREVIOUS, 0, &event("Ev2")).bytes()],
            vec![received(), duplicate()],
        )
        .effects(["Ev2"]),
        row(
            "one id at two endpoints",
            [kept("Ev3", 0), to(&event_of_type("event_callback", "Ev3"))],
            vec![received(), received()],
        )
        .effects(["Ev3", "Ev3"]),
        refuses("slack, stale", kept("Ev4", -301)),
        refuses("slack, another secret", from_slack("x", 0, &event("Ev5")).bytes()),
        refuses(
            "slack, the signature of another provider",
            Post::to("/inbox-slack").body(event("Ev6")).signed().bytes(),
        ),
        refuses("inbox, the signature of Slack", {
            let slack = from_slack(SECRET, 0, &event("Ev7")).bytes();
            String::from_utf8(slack).unwrap().replacen("/inbox-slack", "/inbox", 1).into_bytes()
        }),
    ]
}

fn handshakes() -> Vec<Row> {
    let challenge = r#"{"token":"t","challenge":"3eZbrw1a","type":"url_verification"}"#;
    let with_id = r#"{"type":"url_verification","event_id":"Ev8","challenge":"3eZbrw1a"}"#;
    let none = r#"{"token":"t","type":"url_verification"}"#;
    let answer = || Answer::new(200, "3eZbrw1a");
    let shake = |body: &str| from_slack(SECRET, 0, body).bytes();
    let event = with_id.replace("url_verification", "event_callback");
    vec![
        row(
            "slack, a signed handshake is answered at once",
            [shake(challenge), shake(challenge)],
            vec![answer(), answer()],
        ),
        row(
            "slack, a handshake with an id is not kept",
            [shake(with_id), shake(with_id), shake(&event)],
            vec![answer(), answer(), received()],
        )
        .effects(["Ev8"]),
        Row::ours(
            "slack, a handshake that cannot be answered is not kept",
            send(shake(none)),
            vec![Answer::new(422, "")],
        ),
        refuses("slack, a forged handshake", from_slack("x", 0, challenge).bytes()),
        refuses("slack, a stale handshake", from_slack(SECRET, -301, challenge).bytes()),
        refuses("slack, an unsigned handshake", Post::to("/inbox-slack").body(challenge).bytes()),
    ]
}
