//! Two providers at one endpoint.

use super::*;

const PUSH: &str = r#"{"ref":"refs/heads/main"}"#;

/// A push from GitHub, without its signature.
fn push() -> Post {
    Post::to("/either")
        .body(PUSH)
        .field("X-GitHub-Event: push")
        .field("X-GitHub-Delivery: 72d3162e")
}

fn in_house() -> Post {
    Post::to("/either").body(EVENT)
}

fn hub(secret: &str, body: &str) -> String {
    format!("X-Hub-Signature-256: sha256={}", signature(secret, body))
}

fn web(secret: &str, body: &str) -> String {
    format!("X-Webhook-Signature: {}", signature(secret, body))
}

fn pushed(secret: u8) -> Answer {
    told("github", Some("push"), Some("72d3162e"), secret, PUSH.as_bytes())
}

fn accepts_push(name: &'static str, bytes: Vec<u8>, secret: u8) -> Row {
    Row::ours(name, send(bytes), vec![pushed(secret)]).effects(["72d3162e"])
}

pub(super) fn rows() -> Vec<Row> {
    [genuine(), forged(), ambiguous(), unsigned(), connections()].into_iter().flatten().collect()
}

fn genuine() -> Vec<Row> {
    let type_of_the_other = push().field(hub(SECRET, EVENT)).body(EVENT).bytes();
    vec![
        accepts_push("either, the first", push().field(hub(SECRET, PUSH)).bytes(), 0),
        accepts("either, the second", in_house().field(web(SECRET, EVENT)).bytes()),
        accepts_push(
            "either, the first's retired secret",
            push().field(hub(PREVIOUS, PUSH)).bytes(),
            1,
        ),
        accepts_push("either, chunked", push().field(hub(SECRET, PUSH)).chunked(&[3], ""), 0),
        accepts("either, in capitals", in_house().field(web(SECRET, EVENT).to_uppercase()).bytes()),
        accepts(
            "either, the second, with a header of the first",
            in_house().field("X-GitHub-Event: push").field(web(SECRET, EVENT)).bytes(),
        ),
        accepts_push(
            "either, the second's header in a trailer",
            push().field(hub(SECRET, PUSH)).chunked(&[20], &format!("{}\r\n", web(SECRET, PUSH))),
            0,
        ),
        Row::ours(
            "either, the second's event from the first",
            send(type_of_the_other),
            vec![told("github", Some("push"), Some("72d3162e"), 0, EVENT.as_bytes())],
        )
        .effects(["72d3162e"]),
        Row::ours(
            "either, no event of the first",
            send(in_house().field(hub(SECRET, EVENT)).bytes()),
            vec![payload(422)],
        ),
        Row::ours(
            "either, no event of the second",
            send(push().field(web(SECRET, PUSH)).bytes()),
            vec![payload(422)],
        ),
        Row::ours(
            "either, over the limit",
            send(in_house().field(web(SECRET, EVENT)).declaring(LIMIT + 1)),
            vec![too_large()],
        ),
    ]
}

fn forged() -> Vec<Row> {
    let zeros = "0".repeat(64);
    let good = signature(SECRET, EVENT);
    let with = |line: String| in_house().field(line).bytes();
    vec![
        refuses("either, the first forged", with(format!("X-Hub-Signature-256: sha256={zeros}"))),
        refuses("either, the second forged", with(format!("X-Webhook-Signature: {zeros}"))),
        refuses("either, another secret for the first", with(hub("another", EVENT))),
        refuses("either, another secret for the second", with(web("another", EVENT))),
        refuses(
            "either, the first in the second's form",
            with(format!("X-Hub-Signature-256: {good}")),
        ),
        refuses(
            "either, the second in the first's form",
            with(format!("X-Webhook-Signature: sha256={good}")),
        ),
        refuses("either, the first empty", with("X-Hub-Signature-256:".to_owned())),
        refuses("either, the second empty", with("X-Webhook-Signature:".to_owned())),
        refuses("either, body changed", in_house().field(hub(SECRET, PUSH)).bytes()),
        refuses(
            "either, the first repeated",
            in_house().field(hub(SECRET, EVENT)).field(hub(SECRET, EVENT)).bytes(),
        ),
        refuses(
            "either, the second repeated",
            in_house().field(web(SECRET, EVENT)).field(web(SECRET, EVENT)).bytes(),
        ),
    ]
}

fn ambiguous() -> Vec<Row> {
    let both = |hub: &str, web: &str| {
        in_house()
            .field("X-GitHub-Event: push")
            .field(format!("X-Hub-Signature-256: {hub}"))
            .field(format!("X-Webhook-Signature: {web}"))
    };
    let good = signature(SECRET, EVENT);
    let good_hub = format!("sha256={good}");
    let bad = "0".repeat(64);
    let large = "x".repeat(70_000);
    vec![
        refuses("either, both genuine", both(&good_hub, &good).bytes()),
        refuses(
            "either, both genuine in the other order",
            push().body(EVENT).field(web(SECRET, EVENT)).field(hub(SECRET, EVENT)).bytes(),
        ),
        refuses("either, the first genuine, the second malformed", both(&good_hub, "x").bytes()),
        refuses("either, the first genuine, the second forged", both(&good_hub, &bad).bytes()),
        refuses("either, the first genuine, the second empty", both(&good_hub, "").bytes()),
        refuses("either, the second genuine, the first malformed", both("x", &good).bytes()),
        refuses("either, the second genuine, the first empty", both("", &good).bytes()),
        refuses("either, both forged", both(&format!("sha256={bad}"), &bad).bytes()),
        refuses("either, both empty", both("", "").bytes()),
        refuses(
            "either, both, one repeated",
            both(&good_hub, &good).field(web(SECRET, EVENT)).bytes(),
        ),
        refuses("either, both chunked", both(&good_hub, &good).chunked(&[7], "")),
        refuses(
            "either, both with 64 KiB",
            both(&good_hub, &good).body("x".repeat(65_536)).bytes(),
        ),
        closes("either, both declared over 64 KiB", both(&good_hub, &good).declaring(65_537)),
        closes("either, both over 64 KiB", both(&good_hub, &good).body(&large).bytes()),
        closes(
            "either, both over 64 KiB, chunked",
            both(&good_hub, &good).body(&large).chunked(&[10_000], ""),
        ),
        closes("either, both over the limit", both(&good_hub, &good).declaring(LIMIT + 1)),
    ]
}

fn unsigned() -> Vec<Row> {
    vec![
        refuses("either, no signature", in_house().bytes()),
        refuses(
            "either, a third provider's signature",
            in_house().field(format!("X-Respan-Signature: {}", signature(SECRET, EVENT))).bytes(),
        ),
        refuses("either, 64 KiB unsigned", in_house().body("x".repeat(65_536)).bytes()),
        closes("either, 3 MB unsigned", in_house().body("x".repeat(3_000_000)).bytes()),
        closes(
            "either, over 64 KiB, chunked and unsigned",
            in_house().body("x".repeat(70_000)).chunked(&[10_000], ""),
        ),
        closes("either, declared over the limit, unsigned", in_house().declaring(LIMIT + 1)),
    ]
}

fn connections() -> Vec<Row> {
    let first = push().field(hub(SECRET, PUSH)).bytes();
    let second = in_house().field(web(SECRET, EVENT)).bytes();
    let both = in_house().field(web(SECRET, EVENT)).field(hub(SECRET, EVENT)).bytes();
    let none = in_house().bytes();
    vec![
        Row::ours(
            "either, pipelined",
            send([&first[..], &both, &second, &none, &first].concat()),
            vec![pushed(0), refused(), ok(), refused(), pushed(0)],
        )
        .effects(["72d3162e", "evt_1", "72d3162e"]),
    ]
}
