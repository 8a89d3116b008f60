//! Requests without a signature header, at a receiver with `--answer-unsigned`.

use super::*;

fn post(body: impl AsRef<[u8]>) -> Post {
    Post::to("/webhook").body(body)
}

fn answers(name: &'static str, bytes: Vec<u8>, body: &str) -> Row {
    Row::ours(name, send(bytes), vec![Answer::new(200, body)])
}

/// A body that the receiver answers with its length.
fn sized(length: usize) -> Post {
    post(format!("length{}", "x".repeat(length - 6)))
}

pub(super) fn rows() -> Vec<Row> {
    let check = "ssl_check=1&token=t";
    let signature_header = |value: &str| format!("X-Webhook-Signature: {value}");
    vec![
        answers("unsigned, the check of a certificate", post(check).bytes(), ""),
        answers("unsigned, a challenge", post("challenge=abc123").bytes(), "abc123"),
        answers("unsigned, chunked", post("challenge=abc123").chunked(&[1], ""), "abc123"),
        answers(
            "unsigned, a token in a header",
            post("").field("X-Hook-Secret: b537207f20cbfa02357cf448134da559").bytes(),
            "",
        ),
        answers("unsigned, to a tenant", Post::to("/tenants/acme").body(check).bytes(), ""),
        answers("unsigned, to an unknown tenant", Post::to("/tenants/x").body(check).bytes(), ""),
        answers("unsigned, to two providers", Post::to("/either").body(check).bytes(), ""),
        answers("unsigned, 4 KiB", sized(4096).bytes(), "4096"),
        answers("unsigned, 4 KiB, chunked", sized(4096).chunked(&[1000, 96], ""), "4096"),
        refuses("unsigned, more than 4 KiB", sized(4097).bytes()),
        refuses("unsigned, more than 4 KiB, chunked", sized(4097).chunked(&[1000, 96, 1], "")),
        refuses("unsigned, 64 KiB, chunked", sized(65_536).chunked(&[4096, 4096, 57_344], "")),
        closes("unsigned, over 64 KiB, chunked", sized(70_000).chunked(&[4000], "")),
        closes("unsigned, over 64 KiB, chunked, all in one", sized(70_000).chunked(&[70_000], "")),
        closes("unsigned, over 64 KiB", sized(65_537).bytes()),
        refuses("unsigned, the closure returns None", post("hello").bytes()),
        refuses("unsigned, an event", event().bytes()),
        refuses("unsigned, markup", post("challenge=<script>").bytes()),
        refuses("unsigned, a token with a space", post("").field("X-Hook-Secret: a b").bytes()),
        refuses("unsigned, not UTF-8", post(b"challenge=\xff").bytes()),
        refuses(
            "an empty signature is not answered as unsigned",
            post(check).field(signature_header("")).bytes(),
        ),
        refuses(
            "a malformed signature is not answered as unsigned",
            post(check).field(signature_header("x")).bytes(),
        ),
        refuses("a forged signature is not answered as unsigned", post(check).forged().bytes()),
        refuses(
            "two signatures are not answered as unsigned",
            post(check).forged().forged().bytes(),
        ),
        refuses(
            "either, both signatures are not answered as unsigned",
            Post::to("/either").body(check).forged().field("X-Hub-Signature-256: sha256=x").bytes(),
        ),
        Row::ours(
            "a signed check is not an event",
            send(post(check).signed().bytes()),
            vec![payload(400)],
        ),
        accepts(
            "a signed event with a token in a header",
            event().field("X-Hook-Secret: abc").signed().bytes(),
        ),
        Row::ours(
            "unsigned, then signed",
            send([post(check).bytes(), event().signed().bytes(), post("x").bytes()].concat()),
            vec![Answer::new(200, ""), ok(), refused()],
        )
        .effects(["evt_1"]),
    ]
}
