//! Endpoints that keep deliveries before they are acknowledged. A worker handles them afterwards.

mod busy;
mod slack;

use super::*;

pub(super) use busy::late_rows;

/// The worker handles one delivery at a time, so that the effects are in the order of the receipts.
pub(super) const ONE_BY_ONE: &[&str] = &["--inbox-retries", "1,1", "--inbox-concurrency", "1"];

/// A transaction that finds the file locked fails after 100 ms. Otherwise, no answer is late.
pub(super) const BUSY_AT_ONCE: &[&str] = &["--inbox-lock-wait", "100", "--inbox-deadline", "60000"];

/// A transaction waits for the lock for longer than the answer waits for the transaction.
pub(super) const BUSY_AFTER_THE_ANSWER: &[&str] =
    &["--inbox-lock-wait", "60000", "--inbox-deadline", "1000"];

pub(super) fn rows() -> Vec<Row> {
    [kept(), duplicates(), ids(), rejected(), not_events(), attempts(), slack::rows(), busy::rows()]
        .into_iter()
        .flatten()
        .collect()
}

/// An event with this id, which no other row uses.
fn event_of(id: &str) -> String {
    event_of_type("user.created", id)
}

fn event_of_type(event_type: &str, id: &str) -> String {
    json!({"id": id, "type": event_type, "data": {"id": "u_1"}}).to_string()
}

fn post(body: &str) -> Post {
    Post::to("/inbox").body(body)
}

fn to(body: &str) -> Vec<u8> {
    post(body).signed().bytes()
}

fn received() -> Answer {
    Answer::new(200, r#"{"status":"received"}"#)
}

/// A row that sends the deliveries one after another on one connection.
fn row(
    name: &'static str,
    deliveries: impl IntoIterator<Item = Vec<u8>>,
    answers: Vec<Answer>,
) -> Row {
    let deliveries: Vec<_> = deliveries.into_iter().collect();
    Row::ours(name, send(deliveries.concat()), answers)
}

/// A row whose delivery is kept, and then handled with the effect `id`.
fn keeps(name: &'static str, bytes: Vec<u8>, id: &str) -> Row {
    row(name, [bytes], vec![received()]).effects([id])
}

fn kept() -> Vec<Row> {
    let kept = |id: &str| post(&event_of(id)).signed();
    let large = json!({"id": "large", "type": "a", "data": "x".repeat(LIMIT - 100)}).to_string();
    vec![
        keeps("kept", kept("kept_1").bytes(), "kept_1"),
        keeps("kept, chunked", kept("kept_2").chunked(&[7], ""), "kept_2"),
        keeps(
            "kept, with a query",
            Post::to("/inbox?a=b%20c").body(event_of("kept_3")).signed().bytes(),
            "kept_3",
        ),
        keeps(
            "kept, retired secret",
            post(&event_of("kept_4")).signed_with(PREVIOUS).bytes(),
            "kept_4",
        ),
        keeps(
            "kept, with a broken content type",
            kept("kept_5").field(b"Content-Type: \xff;;").bytes(),
            "kept_5",
        ),
        keeps(
            "kept, with a repeated content type",
            kept("kept_6").field("Content-Type: a/b").field("Content-Type: c/d").bytes(),
            "kept_6",
        ),
        keeps(
            "kept, with a broken trace context",
            kept("kept_7").field("traceparent: x").field("tracestate: y").bytes(),
            "kept_7",
        ),
        keeps(
            "kept, expecting 100-continue",
            kept("kept_8").field("Expect: 100-continue").bytes(),
            "kept_8",
        ),
        keeps("kept, almost as large as the limit", to(&large), "large"),
        row(
            "three are kept and handled in their order",
            ["kept_9", "kept_10", "kept_11"].map(|id| to(&event_of(id))),
            vec![received(); 3],
        )
        .effects(["kept_9", "kept_10", "kept_11"]),
        keeps("kept, of an unknown type", to(&event_of_type("unheard.of", "kept_12")), "kept_12"),
        keeps(
            "kept, of the type of another provider's handshake",
            to(&event_of_type("url_verification", "kept_13")),
            "kept_13",
        ),
    ]
}

fn duplicates() -> Vec<Row> {
    let (first, changed) = (event_of("dup_2"), event_of("dup_2").replace("u_1", "u_2"));
    let retired = event_of("dup_3");
    let (one, other) = (event_of_type("a", "dup_4"), event_of_type("b", "dup_4"));
    let without = r#"{"type":"user.created","data":{"n":1}}"#;
    let null = r#"{"id":null,"type":"user.created","data":{}}"#;
    vec![
        row(
            "kept before",
            [to(&event_of("dup_1")), to(&event_of("dup_1")), to(&event_of("dup_1"))],
            vec![received(), duplicate(), duplicate()],
        )
        .effects(["dup_1"]),
        row(
            "kept before, with other data",
            [to(&first), to(&changed)],
            vec![received(), duplicate()],
        )
        .effects(["dup_2"]),
        row(
            "kept before, signed with another secret and chunked",
            [
                post(&retired).signed_with(PREVIOUS).bytes(),
                post(&retired).signed().chunked(&[9], ""),
            ],
            vec![received(), duplicate()],
        )
        .effects(["dup_3"]),
        row(
            "one id and two types are two events",
            [to(&one), to(&other), to(&one), to(&other)],
            vec![received(), received(), duplicate(), duplicate()],
        )
        .effects(["dup_4", "dup_4"]),
        row("without an id, always new", [to(without), to(without)], vec![received(), received()])
            .effects([hex_digest(without.as_bytes()), hex_digest(without.as_bytes())]),
        row("with the id null, always new", [to(null), to(null)], vec![received(), received()])
            .effects([hex_digest(null.as_bytes()), hex_digest(null.as_bytes())]),
        row(
            "with an empty id, always new",
            [to(&event_of("")), to(&event_of(""))],
            vec![received(), received()],
        )
        .effects([r#""""#, r#""""#]),
    ]
}

/// Ids with odd content, which the file of the inbox must not confuse.
fn ids() -> Vec<Row> {
    let long = format!("i{}", "x".repeat(10_000));
    let twice = |name, id: &str, effect: &str| {
        row(name, [to(&event_of(id)), to(&event_of(id))], vec![received(), duplicate()])
            .effects([effect])
    };
    let number = r#"{"id":9711,"type":"user.created","data":{}}"#;
    vec![
        twice("kept, a long id", &long, &long),
        twice("kept, an id with a NUL", "in\0box", r#""in\u0000box""#),
        twice("kept, an id with quotes", "in'box\"", "in'box\""),
        twice("kept, an id with odd characters", "é🦀\n", r#""\u00e9\ud83e\udd80\u000a""#),
        row(
            "kept, a number and its digits as text",
            [to(number), to(&number.replace("9711", r#""9711""#))],
            vec![received(), duplicate()],
        )
        .effects(["9711"]),
        row(
            "kept, ids that differ in case or after a NUL",
            ["Case", "case", "case\0", "case\0a"].map(|id| to(&event_of(id))),
            vec![received(); 4],
        )
        .effects(["Case", "case", r#""case\u0000""#, r#""case\u0000a""#]),
    ]
}

fn rejected() -> Vec<Row> {
    let (before, after) = (event_of("forged_1"), event_of("forged_2"));
    vec![
        refuses("inbox, unsigned", post(&event_of("forged_3")).bytes()),
        refuses("inbox, forged", post(&event_of("forged_4")).forged().bytes()),
        refuses("inbox, another secret", post(&event_of("forged_5")).signed_with("x").bytes()),
        refuses(
            "inbox, body changed",
            post(&event_of("forged_6")).signed().body(event_of("forged_7")).bytes(),
        ),
        refuses("inbox, forged and not JSON", post("{nonsense").forged().bytes()),
        refuses("inbox, unsigned and empty", post("").bytes()),
        row(
            "inbox, forged first and genuine second",
            [post(&before).forged().bytes(), post(&before).bytes(), to(&before)],
            vec![refused(), refused(), received()],
        )
        .effects(["forged_1"]),
        row(
            "inbox, genuine first and forged second",
            [to(&after), post(&after).forged().bytes(), post(&after).bytes(), to(&after)],
            vec![received(), refused(), refused(), duplicate()],
        )
        .effects(["forged_2"]),
        Row::ours(
            "inbox, over the limit",
            send(post("").signed().body("x".repeat(LIMIT + 1)).bytes()),
            vec![too_large()],
        ),
        Row::ours(
            "inbox, declared over the limit",
            send(post(EVENT).signed().declaring(LIMIT + 1)),
            vec![too_large()],
        ),
        closes("inbox, unsigned and over the limit", post(EVENT).declaring(LIMIT + 1)),
        Row::ours(
            "inbox, malformed chunks",
            send(
                [post(EVENT).signed().head("Transfer-Encoding: chunked\r\n"), b"x\r\n".to_vec()]
                    .concat(),
            ),
            vec![cut_off(400, "Incomplete body")],
        ),
    ]
}

/// Signed bytes that are not an event. They are kept and acknowledged, because nothing is read
/// before: the provider would send them again. No handler can read them, so they are dead.
fn not_events() -> Vec<Row> {
    let dead = |name, body: &[u8]| {
        let bytes = Post::to("/inbox").body(body).signed().bytes();
        // Each of them is a delivery without an id, so it is new each time. actix-web closes a
        // connection on which large requests do not wait for their answers.
        let steps = vec![Step::Send(bytes.clone()), Step::Answer, Step::Send(bytes)];
        Row::ours(name, steps, vec![received(), received()])
    };
    vec![
        dead("kept, an empty body", b""),
        dead("kept, not JSON", b"{nonsense"),
        dead("kept, not UTF-8", b"\xff\xfe\0"),
        dead("kept, JSON that is not an object", b"[1]"),
        dead("kept, no type", b"{}"),
        dead("kept, deep", "[".repeat(100_000).as_bytes()),
        // These have an id, and one of them no type, which is a part of the key.
        row(
            "kept, data that does not fit",
            [r#"{"id":"misfit","type":"user.created","data":7}"#; 2].map(to),
            vec![received(), duplicate()],
        ),
        row(
            "kept, an id and no type",
            [r#"{"id":"untyped","data":{}}"#; 2].map(to),
            vec![received(), duplicate()],
        ),
    ]
}

fn attempts() -> Vec<Row> {
    vec![
        keeps(
            "fails at the first attempt, and is handled at the second",
            to(&event_of_type("test.fails", "fails_1")),
            "fails_1",
        ),
        row(
            "dead, and still a duplicate",
            [event_of_type("test.dead", "dead_1"), event_of_type("test.dead", "dead_1")]
                .map(|body| to(&body)),
            vec![received(), duplicate()],
        ),
    ]
}
