//! Signed times and ids: Stripe's list, and the three headers of Standard Webhooks.

use std::time::{Duration, UNIX_EPOCH};

use countersign::{
    Provider, Scheme, Secret, Signer,
    event::EventAt,
    providers::{StandardWebhooks, Stripe},
    scheme::SecretEncoding,
};

use super::*;
use crate::fire::{NOW, WHSEC};

/// Stripe's tag.
fn tag(secret: &str, time: &str, body: &str) -> String {
    signature(secret, format!("{time}.{body}"))
}

fn list(time: &str) -> String {
    format!("t={time},v1={}", tag(SECRET, time, EVENT))
}

fn to_stripe(header: &str) -> Post {
    Post::to("/stripe").body(EVENT).field(format!("Stripe-Signature: {header}"))
}

fn by_stripe(secret: u8) -> Answer {
    told("stripe", Some("user.created"), Some("evt_1"), secret, EVENT.as_bytes())
}

fn takes(name: &'static str, header: &str) -> Row {
    Row::ours(name, send(to_stripe(header).bytes()), vec![by_stripe(0)]).effects(["evt_1"])
}

fn drops(name: &'static str, header: &str) -> Row {
    refuses(name, to_stripe(header).bytes())
}

pub(super) fn rows() -> Vec<Row> {
    [stripe(), standard()].into_iter().flatten().collect()
}

fn stripe() -> Vec<Row> {
    let now = NOW.to_string();
    let at = |offset: i64| NOW.saturating_add_signed(offset).to_string();
    let good = tag(SECRET, &now, EVENT);
    let other = "0".repeat(64);
    let many = |count| vec![format!("v1={other}"); count].join(",");
    let milliseconds = (NOW * 1000).to_string();
    let large = "x".repeat(LIMIT + 1);
    let headers = Signer::<Stripe>::new(Secret::new(SECRET).unwrap()).unwrap();
    let signed_at = UNIX_EPOCH + Duration::from_secs(NOW);
    let headers = headers.at(signed_at).sign(EVENT.as_bytes()).unwrap();
    let by_signer = headers.iter().next().unwrap().1.to_owned();
    vec![
        takes("stripe, now", &list(&now)),
        takes("stripe, from our signer", &by_signer),
        takes("stripe, 300 s ago", &list(&at(-300))),
        takes("stripe, 300 s ahead", &list(&at(300))),
        takes("stripe, the second v1", &format!("t={now},v1={other},v1={good}")),
        takes("stripe, with v0 and v2", &format!("t={now},v0={other},v1={good},v2=x")),
        takes("stripe, the time last", &format!("v1={good},t={now}")),
        takes("stripe, eight entries", &format!("t={now},{},v1={good}", many(7))),
        takes("stripe, in capitals", &format!("t={now},v1={}", good.to_uppercase())),
        Row::ours(
            "stripe, retired secret",
            send(to_stripe(&format!("t={now},v1={}", tag(PREVIOUS, &now, EVENT))).bytes()),
            vec![by_stripe(1)],
        )
        .effects(["evt_1"]),
        drops("stripe, 301 s ago", &list(&at(-301))),
        drops("stripe, 301 s ahead", &list(&at(301))),
        drops("stripe, the time changed", &list(&now).replacen(&now, &at(1), 1)),
        drops("stripe, milliseconds", &list(&milliseconds)),
        drops("stripe, 1970", &list("0")),
        drops("stripe, 20 digits", &list("99999999999999999999")),
        drops("stripe, negative", &list(&format!("-{now}"))),
        drops("stripe, with a plus sign", &list(&format!("+{now}"))),
        drops("stripe, with a fraction", &list(&format!("{now}.0"))),
        drops("stripe, not a number", &list("NaN")),
        drops("stripe, empty time", &list("")),
        drops("stripe, no time", &format!("v1={good}")),
        drops("stripe, two times", &format!("t={now},t={now},v1={good}")),
        drops("stripe, only v0", &format!("t={now},v0={good}")),
        drops("stripe, nine entries", &format!("t={now},{},v1={good}", many(8))),
        takes("stripe, a malformed entry behind", &format!("t={now},v1={good},v1=bad_signature")),
        takes("stripe, a malformed entry before", &format!("t={now},v1=00,v1={good}")),
        takes("stripe, with an empty entry", &format!("t={now},v1=,v1={good}")),
        takes(
            "stripe, seven malformed entries",
            &format!("t={now},{},v1={good}", ["v1=00"; 7].join(",")),
        ),
        drops(
            "stripe, eight malformed entries",
            &format!("t={now},{},v1={good}", ["v1=00"; 8].join(",")),
        ),
        drops("stripe, malformed entries only", &format!("t={now},v1=00,v1=bad_signature")),
        drops("stripe, 0x in front", &format!("t={now},v1=0x{good}")),
        drops("stripe, only the tag", &good),
        drops("stripe, forged", &format!("t={now},v1={other}")),
        drops("stripe, only the body signed", &format!("t={now},v1={}", signature(SECRET, EVENT))),
        refuses(
            "stripe, two headers",
            to_stripe(&list(&now)).field(format!("Stripe-Signature: {}", list(&now))).bytes(),
        ),
        refuses("stripe, stale and large", to_stripe(&list("0")).body(&large[..60_000]).bytes()),
        closes("stripe, stale and over the limit", to_stripe(&list("0")).declaring(LIMIT + 1)),
        Row::ours(
            "stripe, no event",
            send({
                let header = format!("t={now},v1={}", tag(SECRET, &now, "[]"));
                to_stripe(&header).body("[]").bytes()
            }),
            vec![payload(422)],
        ),
    ]
}

/// A delivery of Standard Webhooks, with headers of this family.
fn standard_post(family: &str, id: &str, offset: i64) -> Post {
    standard_post_with(Secret::new(WHSEC).unwrap(), family, id, offset)
}

fn standard_post_with(secret: Secret, family: &str, id: &str, offset: i64) -> Post {
    let signer = Signer::<StandardWebhooks>::new(secret).unwrap();
    let time = UNIX_EPOCH + Duration::from_secs(NOW.saturating_add_signed(offset));
    let headers = signer.at(time).id(id).sign(EVENT.as_bytes()).unwrap();
    headers.iter().fold(Post::to("/standard").body(EVENT), |post, (name, value)| {
        post.field(format!("{}: {value}", name.replace("webhook", family)))
    })
}

/// The signature of Standard Webhooks over any text.
fn standard_tag(text: &str) -> String {
    struct Plain;
    impl Provider for Plain {
        const NAME: &'static str = "plain";
        const SCHEME: Scheme = Scheme::hmac_sha256_base64(&["x-plain"])
            .list(' ', ',', "v1")
            .secret(SecretEncoding::Base64 { prefix: "whsec_", at_least: 24 });
        const EVENT: EventAt = EventAt::OPEN;
    }
    let signer = Signer::<Plain>::new(Secret::new(WHSEC).unwrap()).unwrap();
    signer.sign(text.as_bytes()).unwrap().iter().next().unwrap().1.to_owned()
}

fn standard() -> Vec<Row> {
    let answer =
        |id: &str| told("standard-webhooks", Some("user.created"), Some(id), 0, EVENT.as_bytes());
    let takes = |name, id: &'static str, post: Post| {
        Row::ours(name, send(post.bytes()), vec![answer(id)]).effects([id])
    };
    let with = |id: &str, time: &str, signature: &str| {
        Post::to("/standard")
            .body(EVENT)
            .field(format!("webhook-id: {id}"))
            .field(format!("webhook-timestamp: {time}"))
            .field(format!("webhook-signature: {signature}"))
    };
    let now = NOW.to_string();
    let other = format!("v1,{}=", "A".repeat(43));
    // The first tag is over `msg.1.{NOW}.` and the event. The second tag is that of a delivery from
    // 2020 whose body contains the time `NOW`.
    let dotted = standard_tag(&format!("msg.1.{now}.{EVENT}"));
    let old = standard_tag(&format!(r#"msg_1.1600000000.{{"type":"a","text":"no.{now}.[]"}}"#));
    vec![
        takes("standard, now", "msg_1", standard_post("webhook", "msg_1", 0)),
        Row::ours(
            "standard, with the second of the joined secrets",
            send({
                let secret = Secret::from_bytes([0xfb; 25]).unwrap();
                standard_post_with(secret, "webhook", "msg_1", 0).bytes()
            }),
            vec![told(
                "standard-webhooks",
                Some("user.created"),
                Some("msg_1"),
                2,
                EVENT.as_bytes(),
            )],
        )
        .effects(["msg_1"]),
        takes("standard, with malformed entries", "msg_1", {
            let good = standard_tag(&format!("msg_1.{now}.{EVENT}"));
            with("msg_1", &now, &format!("v1,AAAA {good} v1,"))
        }),
        takes("standard, with svix's headers", "msg_1", standard_post("svix", "msg_1", 0)),
        takes("standard, 300 s ago", "msg_1", standard_post("webhook", "msg_1", -300)),
        refuses("standard, 301 s ago", standard_post("webhook", "msg_1", -301).bytes()),
        refuses("standard, 301 s ahead", standard_post("webhook", "msg_1", 301).bytes()),
        refuses("standard, forged", with("msg_1", &now, &other).bytes()),
        refuses("standard, another version", with("msg_1", &now, "v2,AAAA").bytes()),
        refuses("standard, empty id", with("", &now, &other).bytes()),
        refuses("standard, empty time", with("msg_1", "", &other).bytes()),
        refuses(
            "standard, the id twice",
            standard_post("webhook", "msg_1", 0).field("webhook-id: msg_1").bytes(),
        ),
        refuses(
            "standard, the time twice",
            standard_post("webhook", "msg_1", 0).field(format!("webhook-timestamp: {now}")).bytes(),
        ),
        refuses(
            "standard, families mixed",
            Post::to("/standard")
                .body(EVENT)
                .field("svix-id: msg_1")
                .field(format!("svix-timestamp: {now}"))
                .field(format!("webhook-signature: {other}"))
                .bytes(),
        ),
        refuses("standard, a full stop in the id", with("msg.1", &now, &dotted).bytes()),
        refuses(
            "standard, an old text with moved boundaries",
            with(r#"msg_1.1600000000.{"type":"a","text":"no"#, &now, &old).body(r#"[]"}"#).bytes(),
        ),
        refuses("standard, body changed", standard_post("webhook", "m", 0).body("{}").bytes()),
    ]
}
