//! The table. A row has a name, the bytes to send, the expected answers, and the expected effects
//! of the handler.

mod answers;
mod dispatch;
mod either;
mod forges;
mod inbox;
mod inflated;
mod named_headers;
mod once;
mod several;
mod tenants;
mod timed;
mod timed_tenants;
mod unsigned;
mod url_encoded;

use countersign::adapter::body_digest;
use countersign_tests::signature;
use serde_json::json;

use crate::{
    fire::LIMIT,
    group::Group,
    post::{PREVIOUS, Post, SECRET},
    row::{Answer, Row, Step},
};

const EVENT: &str = r#"{"id":"evt_1","type":"user.created","data":{"id":"u_1"}}"#;

/// All rows.
pub(crate) static GROUPS: [Group; 26] = [
    Group::new("accepted", accepted_deliveries, &[PATIENT]),
    Group::new("refused", refused_signatures, &[PATIENT]),
    Group::new("respan", both_headers_of_respan, &[PATIENT]),
    Group::new("events", events_and_payloads, &[PATIENT]),
    Group::new("ids", ids, &[PATIENT]),
    Group::new("forms", forms, &[PATIENT]),
    Group::new("framing", framing, &[PATIENT]),
    Group::new("limits", limits, &[PATIENT]),
    Group::new("connections", connections, &[PATIENT]),
    Group::new("dispatch", dispatch::rows, &[PATIENT]),
    Group::new("either", either::rows, &[PATIENT]),
    Group::new("forges", forges::rows, &[PATIENT]),
    Group::new("inflated", inflated::rows, &[PATIENT]),
    Group::new("named_headers", named_headers::rows, &[PATIENT]),
    Group::new("several", several::rows, &[PATIENT]),
    Group::new("tenants", tenants::rows, &[PATIENT]),
    Group::new("timed", timed::rows, &[PATIENT]),
    Group::new("timed_tenants", timed_tenants::rows, &[PATIENT]),
    Group::new("url_encoded", url_encoded::rows, &[PATIENT]),
    // A connection ends with its last answer, or at this deadline.
    Group::new("servers", rows_left_to_the_servers, &[&["--header-deadline", "2"]]),
    Group::new(
        "deadlines",
        rows_that_meet_a_deadline,
        &[&["--body-deadline", "1", "--answer-unsigned"]],
    ),
    Group::new("inbox", inbox::rows, &[PATIENT, inbox::ONE_BY_ONE, inbox::BUSY_AT_ONCE]),
    Group::new(
        "inbox_late",
        inbox::late_rows,
        &[PATIENT, inbox::ONE_BY_ONE, inbox::BUSY_AFTER_THE_ANSWER],
    ),
    Group::new("once", once::rows, &[PATIENT, &["--idempotency", "memory"]]),
    Group::new("own_answers", answers::rows, &[PATIENT, &["--own-answers"]]),
    Group::new("unsigned", unsigned::rows, &[PATIENT, &["--answer-unsigned"]]),
];

/// Deadlines that no row misses, even on a busy machine.
const PATIENT: &[&str] = &["--header-deadline", "60", "--body-deadline", "60"];

// Answers.

fn told(
    provider: &str,
    event_type: Option<&str>,
    id: Option<&str>,
    secret: u8,
    body: &[u8],
) -> Answer {
    let digest: String = body_digest(body).iter().map(|byte| format!("{byte:02x}")).collect();
    let (event_type, id) = (json!(event_type), json!(id));
    let body = format!(
        r#"{{"provider":"{provider}","type":{event_type},"id":{id},"secret":{secret},"body_sha256":"{digest}"}}"#
    );
    Answer::new(200, body)
}

/// The answer to the event that most rows send.
fn ok() -> Answer {
    told("x-webhook-signature", Some("user.created"), Some("evt_1"), 0, EVENT.as_bytes())
}

fn refused() -> Answer {
    Answer::new(401, r#"{"error":"Invalid signature"}"#)
}

fn payload(status: u16) -> Answer {
    Answer::new(status, r#"{"error":"Invalid payload"}"#)
}

fn cut_off(status: u16, error: &str) -> Answer {
    Answer::new(status, format!(r#"{{"error":"{error}"}}"#)).closing()
}

fn too_large() -> Answer {
    cut_off(413, "Payload too large")
}

fn duplicate() -> Answer {
    Answer { is_replayed: true, ..Answer::new(200, r#"{"duplicate":true}"#) }
}

/// A row whose request is rejected before the end of its body.
fn closes(name: &'static str, bytes: Vec<u8>) -> Row {
    Row::ours(name, send(bytes), vec![refused().closing()])
}

impl Answer {
    fn new(status: u16, body: impl Into<String>) -> Self {
        let has_retry_after = status == 503;
        Self { status, body: body.into(), closes: false, is_replayed: false, has_retry_after }
    }

    fn closing(self) -> Self {
        Self { closes: true, ..self }
    }
}

// Shapes of rows.

fn send(bytes: impl Into<Vec<u8>>) -> Vec<Step> {
    vec![Step::Send(bytes.into())]
}

fn event() -> Post {
    Post::to("/webhook").body(EVENT)
}

/// A row whose delivery is accepted, with `evt_1` as its effect.
fn accepts(name: &'static str, bytes: Vec<u8>) -> Row {
    Row::ours(name, send(bytes), vec![ok()]).effects(["evt_1"])
}

fn refuses(name: &'static str, bytes: Vec<u8>) -> Row {
    Row::ours(name, send(bytes), vec![refused()])
}

fn rejects_payload(name: &'static str, status: u16, path: &str, body: impl AsRef<[u8]>) -> Row {
    let bytes = Post::to(path).body(body).signed().bytes();
    Row::ours(name, send(bytes), vec![payload(status)])
}

fn hex_digest(body: &[u8]) -> String {
    body_digest(body).iter().map(|byte| format!("{byte:02x}")).collect()
}

// Rows.

fn accepted_deliveries() -> Vec<Row> {
    let good = signature(SECRET, EVENT);
    let respan = r#"{"model": "small", "prompt": "Zo\u00eb"}"#;
    let objects = r#"{"id":"evt_2","type":"resource.updated","data":{"object":{"id":"r"}},"previous_data":{}}"#;
    let speaknode = r#"{"event":"SessionStarted","agent":7}"#;
    let github = r#"{"ref":"refs/heads/main"}"#;
    vec![
        accepts("flat event", event().signed().bytes()),
        Row::ours(
            "objects event",
            send(Post::to("/webhook").body(objects).signed().bytes()),
            vec![told(
                "x-webhook-signature",
                Some("resource.updated"),
                Some("evt_2"),
                0,
                objects.as_bytes(),
            )],
        )
        .effects(["evt_2"]),
        Row::ours(
            "respan",
            send(Post::to("/respan").body(respan).signed().bytes()),
            vec![told("respan", None, None, 0, respan.as_bytes())],
        )
        .effects([hex_digest(respan.as_bytes())]),
        Row::ours(
            "speaknode",
            send(Post::to("/speaknode").body(speaknode).signed().bytes()),
            vec![told("speaknode", Some("SessionStarted"), None, 0, speaknode.as_bytes())],
        )
        .effects([hex_digest(speaknode.as_bytes())]),
        Row::ours(
            "github",
            send(
                Post::to("/github")
                    .body(github)
                    .field("X-GitHub-Event: push")
                    .field("X-GitHub-Delivery: 72d3162e-cc78-11e3-81ab-4c9367dc0958")
                    .signed()
                    .bytes(),
            ),
            vec![told(
                "github",
                Some("push"),
                Some("72d3162e-cc78-11e3-81ab-4c9367dc0958"),
                0,
                github.as_bytes(),
            )],
        )
        .effects(["72d3162e-cc78-11e3-81ab-4c9367dc0958"]),
        Row::ours(
            "retired secret",
            send(event().signed_with(PREVIOUS).bytes()),
            vec![told(
                "x-webhook-signature",
                Some("user.created"),
                Some("evt_1"),
                1,
                EVENT.as_bytes(),
            )],
        )
        .effects(["evt_1"]),
        accepts(
            "header in capitals",
            event().field(format!("X-WEBHOOK-SIGNATURE: {good}")).bytes(),
        ),
        accepts(
            "header in lower case",
            event().field(format!("x-webhook-signature: {good}")).bytes(),
        ),
        accepts(
            "header without a space",
            event().field(format!("X-Webhook-Signature:{good}")).bytes(),
        ),
        accepts(
            "spaces and tabs around the signature",
            event().field(format!("X-Webhook-Signature: \t {good} \t ")).bytes(),
        ),
        accepts(
            "digits in capitals",
            event().field(format!("X-Webhook-Signature: {}", good.to_uppercase())).bytes(),
        ),
        accepts("content type absent", event().signed().bytes()),
        accepts(
            "content type json",
            event().field("Content-Type: application/json").signed().bytes(),
        ),
        accepts("content type wrong", event().field("Content-Type: image/png").signed().bytes()),
        accepts("content type broken", event().field("Content-Type: /;;").signed().bytes()),
        accepts("with a query", Post::to("/webhook?a=b").body(EVENT).signed().bytes()),
        accepts(
            "with another provider's signature",
            event().field("X-Hub-Signature-256: sha256=00").signed().bytes(),
        ),
        accepts("encoding identity", event().field("Content-Encoding: identity").signed().bytes()),
    ]
}

fn refused_signatures() -> Vec<Row> {
    let good = signature(SECRET, EVENT);
    let with = |value: &[u8]| event().field([b"X-Webhook-Signature: ", value].concat()).bytes();
    let twice =
        |second: &str| event().signed().field(format!("x-webhook-signature: {second}")).bytes();
    vec![
        refuses("no signature", event().bytes()),
        refuses("empty signature", event().field("X-Webhook-Signature:").bytes()),
        refuses("blank signature", event().field("X-Webhook-Signature: \t ").bytes()),
        refuses("zeros", event().forged().bytes()),
        refuses("another secret", event().signed_with("another").bytes()),
        refuses("an almost equal secret", event().signed_with("current secre").bytes()),
        refuses("one digit", with(b"a")),
        refuses("62 digits", with(&good.as_bytes()[..62])),
        refuses("63 digits", with(&good.as_bytes()[..63])),
        refuses("half of the tag", with(&good.as_bytes()[..32])),
        refuses("65 digits", with(format!("{good}0").as_bytes())),
        refuses("66 digits", with(format!("{good}00").as_bytes())),
        refuses("the tag twice", with(format!("{good}{good}").as_bytes())),
        refuses("a list of tags", with(format!("{good},{good}").as_bytes())),
        refuses("a list with a space", with(format!("{good}, {good}").as_bytes())),
        refuses("a prefix that is not the scheme's", with(format!("sha256={good}").as_bytes())),
        refuses("a version", with(format!("v1={good}").as_bytes())),
        refuses("in quotes", with(format!("\"{good}\"").as_bytes())),
        refuses("a space inside", with(format!("{} {}", &good[..32], &good[32..]).as_bytes())),
        refuses("0x in front of 62 digits", with(format!("0x{}", &good[2..]).as_bytes())),
        refuses("0x in front of 64 digits", with(format!("0x{good}").as_bytes())),
        refuses("0X in front of 64 digits", with(format!("0X{good}").as_bytes())),
        refuses("base64 of the tag", with(b"uWTeRG6Phe94k8rb+x/R1tLyTC4VN0J7VdsiQSB3Uns=")),
        refuses("no hex digits", with("z".repeat(64).as_bytes())),
        refuses("letters that are not ASCII", with("é".repeat(32).as_bytes())),
        refuses("digits of another script", with("٣".repeat(32).as_bytes())),
        refuses("bytes above ASCII", with(&[0xff; 64])),
        refuses("20 KB of digits", with("0".repeat(20_000).as_bytes())),
        refuses("repeated, equal", twice(&good)),
        refuses("repeated, the second wrong", twice(&"0".repeat(64))),
        refuses("repeated, the second empty", twice("")),
        refuses(
            "repeated, the first wrong",
            event().forged().field(format!("x-webhook-signature: {good}")).bytes(),
        ),
        refuses(
            "in the query",
            Post::to(&format!("/webhook?X-Webhook-Signature={good}")).body(EVENT).bytes(),
        ),
        refuses(
            "in a cookie",
            event().field(format!("Cookie: X-Webhook-Signature={good}")).bytes(),
        ),
        refuses("in another header", event().field(format!("Signature: {good}")).bytes()),
        refuses(
            "in another provider's header",
            event().field(format!("X-Respan-Signature: {good}")).bytes(),
        ),
        refuses(
            "with an underscore",
            event().field(format!("X_Webhook_Signature: {good}")).bytes(),
        ),
        refuses(
            "in a trailer",
            event().chunked(&[1000], &format!("X-Webhook-Signature: {good}\r\n")),
        ),
        refuses("body changed", event().signed().body(EVENT.replace("u_1", "u_2")).bytes()),
        refuses("body extended", event().signed().body(format!("{EVENT} ")).bytes()),
        refuses("body with a newline", event().signed().body(format!("{EVENT}\n")).bytes()),
        refuses("body shortened", event().signed().body(&EVENT[..EVENT.len() - 1]).bytes()),
        refuses("body emptied", event().signed().body("").bytes()),
        refuses("body with other spaces", event().signed().body(EVENT.replace(':', ": ")).bytes()),
        refuses("body with a BOM", event().signed().body(format!("\u{feff}{EVENT}")).bytes()),
        refuses("forged and not JSON", Post::to("/webhook").body("{nonsense").forged().bytes()),
        refuses("forged and not UTF-8", Post::to("/webhook").body(b"\xff\xfe").forged().bytes()),
        refuses("forged and empty", Post::to("/webhook").forged().bytes()),
        refuses("unsigned and not JSON", Post::to("/webhook").body("{nonsense").bytes()),
        refuses(
            "forged and 100,000 levels deep",
            Post::to("/webhook").body("[".repeat(100_000)).forged().bytes(),
        ),
        refuses("forged and encoded", event().field("Content-Encoding: gzip").forged().bytes()),
        refuses(
            "signed for another provider",
            Post::to("/github").body(EVENT).field(format!("X-Webhook-Signature: {good}")).bytes(),
        ),
        refuses(
            "github without its prefix",
            Post::to("/github").body(EVENT).field(format!("X-Hub-Signature-256: {good}")).bytes(),
        ),
        refuses(
            "github's prefix in capitals",
            Post::to("/github")
                .body(EVENT)
                .field(format!("X-Hub-Signature-256: SHA256={good}"))
                .bytes(),
        ),
        refuses(
            "github's prefix twice",
            Post::to("/github")
                .body(EVENT)
                .field(format!("X-Hub-Signature-256: sha256=sha256={good}"))
                .bytes(),
        ),
        refuses(
            "github's former header",
            Post::to("/github")
                .body(EVENT)
                .field(format!("X-Hub-Signature: sha1={}", &good[..40]))
                .bytes(),
        ),
    ]
}

fn both_headers_of_respan() -> Vec<Row> {
    let body = "{}";
    let good = signature(SECRET, body);
    let bad = "0".repeat(64);
    let post =
        |fields: &[String]| fields.iter().fold(Post::to("/respan").body(body), Post::field).bytes();
    let now = |value: &str| format!("X-Respan-Signature: {value}");
    let former = |value: &str| format!("X-Keywordsai-Signature: {value}");
    let accepts = |name, fields: &[String]| {
        Row::ours(name, send(post(fields)), vec![told("respan", None, None, 0, body.as_bytes())])
            .effects([hex_digest(body.as_bytes())])
    };
    vec![
        accepts("respan, former header", &[former(&good)]),
        accepts("respan, both right", &[former(&good), now(&good)]),
        accepts("respan, the former header wrong", &[former(&bad), now(&good)]),
        accepts("respan, the former header malformed", &[now(&good), former("x")]),
        accepts("respan, the former header twice", &[former(&bad), now(&good), former(&good)]),
        refuses("respan, the current header wrong", post(&[now(&bad), former(&good)])),
        refuses("respan, the current header malformed", post(&[now("x"), former(&good)])),
        refuses("respan, the current header empty", post(&[now(""), former(&good)])),
        refuses("respan, the current header twice", post(&[now(&good), former(&good), now(&good)])),
    ]
}

fn events_and_payloads() -> Vec<Row> {
    const DEEP: usize = 100_000;
    let deep = format!("{}{}", "[".repeat(DEEP), "]".repeat(DEEP));
    let unknown = |name: &'static str, body: String, id: Option<&str>| {
        let event_type = Some("unheard.of");
        let answer = told("x-webhook-signature", event_type, id, 0, body.as_bytes());
        let effect = id.map_or_else(|| hex_digest(body.as_bytes()), str::to_owned);
        Row::ours(name, send(Post::to("/webhook").body(body).signed().bytes()), vec![answer])
            .effects([effect])
    };
    let gzip = b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xab\xae\x05\0\x43\xbf\xa6\xa3\x02\0\0\0";
    let encoded = |path: &str, encoding: &str| {
        Post::to(path).body(gzip).field(format!("Content-Encoding: {encoding}")).signed().bytes()
    };
    vec![
        rejects_payload("empty body", 400, "/webhook", ""),
        rejects_payload("blank body", 400, "/webhook", " \n"),
        rejects_payload("not JSON", 400, "/webhook", "{nonsense"),
        rejects_payload("JSON cut off", 400, "/webhook", &EVENT[..EVENT.len() - 1]),
        rejects_payload("JSON with text after it", 400, "/webhook", format!("{EVENT}{EVENT}")),
        rejects_payload("NaN", 400, "/webhook", "NaN"),
        rejects_payload("a BOM", 400, "/webhook", format!("\u{feff}{EVENT}")),
        rejects_payload("not UTF-8", 400, "/webhook", b"\xff\xfe{\"a\":1}"),
        rejects_payload("UTF-16", 400, "/webhook", b"{\0}\0"),
        rejects_payload(
            "not UTF-8 inside",
            400,
            "/webhook",
            b"{\"type\":\"user.created\",\"x\":\"\xff\"}",
        ),
        rejects_payload("deep and cut off", 400, "/webhook", "[".repeat(DEEP)),
        Row::ours("gzip", send(encoded("/webhook", "gzip")), vec![payload(400)]),
        Row::ours("gzip to respan", send(encoded("/respan", "gzip")), vec![payload(400)]),
        Row::ours("brotli that is not valid", send(encoded("/webhook", "br")), vec![payload(400)]),
        Row::ours("an unknown encoding", send(encoded("/webhook", "x")), vec![payload(400)]),
        rejects_payload("an array", 422, "/webhook", "[]"),
        rejects_payload("a number", 422, "/webhook", "7"),
        rejects_payload("null", 422, "/webhook", "null"),
        rejects_payload("text", 422, "/webhook", "\"user.created\""),
        rejects_payload("an array of events", 422, "/webhook", format!("[{EVENT}]")),
        rejects_payload("respan: an array", 422, "/respan", "[]"),
        rejects_payload("respan: not JSON", 400, "/respan", "x"),
        rejects_payload("no type", 422, "/webhook", r#"{"id":"evt_1","data":{}}"#),
        rejects_payload("type null", 422, "/webhook", r#"{"type":null,"data":{}}"#),
        rejects_payload("type a number", 422, "/webhook", r#"{"type":1,"data":{}}"#),
        rejects_payload("type an object", 422, "/webhook", r#"{"type":{},"data":{}}"#),
        rejects_payload("type a lone surrogate", 422, "/webhook", r#"{"type":"\udfff","data":{}}"#),
        rejects_payload(
            "type in capitals",
            422,
            "/webhook",
            r#"{"TYPE":"user.created","data":{}}"#,
        ),
        rejects_payload(
            "type repeated",
            422,
            "/webhook",
            r#"{"type":"user.created","type":"user.updated","data":{}}"#,
        ),
        rejects_payload(
            "type repeated, equal",
            422,
            "/webhook",
            r#"{"type":"user.created","type":"user.created","data":{}}"#,
        ),
        rejects_payload(
            "type repeated, escaped",
            422,
            "/webhook",
            r#"{"type":"user.created","data":{},"t\u0079pe":"user.deleted"}"#,
        ),
        rejects_payload("known type without data", 422, "/webhook", r#"{"type":"user.created"}"#),
        rejects_payload(
            "known type, data null",
            422,
            "/webhook",
            r#"{"type":"user.created","data":null}"#,
        ),
        rejects_payload(
            "known type, data text",
            422,
            "/webhook",
            r#"{"type":"user.created","data":"x"}"#,
        ),
        rejects_payload(
            "known type, data an array",
            422,
            "/webhook",
            r#"{"type":"user.created","data":[]}"#,
        ),
        rejects_payload(
            "known type, a member of another shape",
            422,
            "/webhook",
            r#"{"type":"user.created","data":{"name":{}}}"#,
        ),
        rejects_payload(
            "known type, a lone surrogate",
            422,
            "/webhook",
            r#"{"type":"user.created","data":{"name":"\ud800"}}"#,
        ),
        rejects_payload(
            "known type, a number out of range",
            422,
            "/webhook",
            r#"{"type":"user.created","data":{"id":1e999}}"#,
        ),
        rejects_payload(
            "known type, deep instead of text",
            422,
            "/webhook",
            format!(r#"{{"type":"user.created","data":{{"name":{deep}}}}}"#),
        ),
        rejects_payload("speaknode without a type", 422, "/speaknode", r#"{"agent":7}"#),
        rejects_payload("github without its event header", 422, "/github", "{}"),
        unknown(
            "unknown type",
            r#"{"id":"evt_9","type":"unheard.of","data":7}"#.to_owned(),
            Some("evt_9"),
        ),
        unknown("unknown type without data", r#"{"type":"unheard.of"}"#.to_owned(), None),
        unknown("unknown type, deep", format!(r#"{{"type":"unheard.of","data":{deep}}}"#), None),
        unknown(
            "unknown type, a key that is not text",
            r#"{"\ud800":1,"type":"unheard.of"}"#.to_owned(),
            None,
        ),
        unknown(
            "the last of two ids",
            r#"{"id":"a","type":"unheard.of","id":"b"}"#.to_owned(),
            Some("b"),
        ),
        Row::ours(
            "respan, deep",
            send(Post::to("/respan").body(format!(r#"{{"a":{deep}}}"#)).signed().bytes()),
            vec![told("respan", None, None, 0, format!(r#"{{"a":{deep}}}"#).as_bytes())],
        )
        .effects([hex_digest(format!(r#"{{"a":{deep}}}"#).as_bytes())]),
        Row::ours(
            "known type, deep in an unknown member",
            send(
                Post::to("/webhook")
                    .body(format!(r#"{{"id":"d","type":"user.created","data":{{"x":{deep}}}}}"#))
                    .signed()
                    .bytes(),
            ),
            vec![told(
                "x-webhook-signature",
                Some("user.created"),
                Some("d"),
                0,
                format!(r#"{{"id":"d","type":"user.created","data":{{"x":{deep}}}}}"#).as_bytes(),
            )],
        )
        .effects(["d"]),
    ]
}

/// Ids with odd content. They must break neither an answer nor a line of the effects file.
fn ids() -> Vec<Row> {
    let row = |name, json: &str, id: Option<&str>, line: Option<&str>| {
        let body = format!(r#"{{"id":{json},"type":"user.created","data":{{}}}}"#);
        let answer = told("x-webhook-signature", Some("user.created"), id, 0, body.as_bytes());
        let line = line.map_or_else(|| hex_digest(body.as_bytes()), str::to_owned);
        Row::ours(name, send(Post::to("/webhook").body(body).signed().bytes()), vec![answer])
            .effects([line])
    };
    let long = "x".repeat(100_000);
    vec![
        row("id an integer", "7", Some("7"), Some("7")),
        row("id a negative integer", "-7", Some("-7"), Some("-7")),
        row("id a huge integer", &"9".repeat(400), Some(&"9".repeat(400)), Some(&"9".repeat(400))),
        row("id null", "null", None, None),
        row("id a fraction", "1.5", None, None),
        row("id with an exponent", "1e3", None, None),
        row("id true", "true", None, None),
        row("id an object", r#"{"a":1}"#, None, None),
        row("id a lone surrogate", r#""\ud800""#, None, None),
        row("id empty", r#""""#, Some(""), Some(r#""""#)),
        row("id with a space", r#""a b""#, Some("a b"), Some(r#""a b""#)),
        row("id with quotes", r#""a\"b\\c""#, Some("a\"b\\c"), Some("a\"b\\c")),
        row("id with NUL", r#""a\u0000b""#, Some("a\0b"), Some(r#""a\u0000b""#)),
        row("id with line ends", r#""a\r\nb""#, Some("a\r\nb"), Some(r#""a\u000d\u000ab""#)),
        row(
            "id with other line ends",
            r#""a\u0085\u2028b""#,
            Some("a\u{85}\u{2028}b"),
            Some(r#""a\u0085\u2028b""#),
        ),
        row("id with bidi marks", r#""a\u202eb""#, Some("a\u{202e}b"), Some(r#""a\u202eb""#)),
        row("id with an escape", r#""\u001b[31m""#, Some("\u{1b}[31m"), Some(r#""\u001b[31m""#)),
        row("id of an astral character", r#""😀""#, Some("😀"), Some(r#""\ud83d\ude00""#)),
        row("id of 100 KB", &format!("\"{long}\""), Some(&long), Some(&long)),
    ]
}

/// Bodies whose re-serialised text was signed: the handler gets the signed text.
fn forms() -> Vec<Row> {
    let row = |name, path: &str, signed: &str, sent: &str, answer: Answer, effect: String| {
        let post = Post::to(path).body(signed).signed().body(sent);
        let digest = post.field("Content-Digest: sha-256=:x:").field("Content-MD5: x");
        Row::ours(name, send(digest.bytes()), vec![answer]).effects([effect])
    };
    let python = |name, signed: &str, sent: &str| {
        let answer = told("respan", None, None, 0, signed.as_bytes());
        row(name, "/respan", signed, sent, answer, hex_digest(signed.as_bytes()))
    };
    let javascript = |name, signed: &str, sent: &str| {
        let answer = told("webhook-js", Some("a"), Some("j"), 0, signed.as_bytes());
        row(name, "/webhook-js", signed, sent, answer, "j".to_owned())
    };
    let refuses = |name, path: &str, signed: &str, sent: &str| {
        refuses(name, Post::to(path).body(signed).signed().body(sent).bytes())
    };
    let dumped = r#"{"name": "Zo\u00eb", "cost": 1e-05, "n": [1, 2]}"#;
    let chunked = Post::to("/respan")
        .body(dumped)
        .signed()
        .body(r#"{"name":"Zoë","cost":0.00001,"n":[1,2]}"#);
    vec![
        python("python, compact", dumped, r#"{"name":"Zoë","cost":0.00001,"n":[1,2]}"#),
        python(
            "python, spaced",
            dumped,
            "{ \"name\" : \"Zo\\u00EB\",\n \"cost\": 1.0e-5, \"n\": [1 ,2]}",
        ),
        python("python, as it is signed", dumped, dumped),
        python("python, a key repeated", r#"{"a": 2}"#, r#"{"a":1,"a":2}"#),
        Row::ours(
            "python, chunked",
            send(chunked.chunked(&[7], "")),
            vec![told("respan", None, None, 0, dumped.as_bytes())],
        )
        .effects([hex_digest(dumped.as_bytes())]),
        Row::ours(
            "python, retired secret",
            send(
                Post::to("/respan")
                    .body(dumped)
                    .signed_with(PREVIOUS)
                    .body(dumped.replace(' ', ""))
                    .bytes(),
            ),
            vec![told("respan", None, None, 1, dumped.as_bytes())],
        )
        .effects([hex_digest(dumped.as_bytes())]),
        Row::ours(
            "python, NaN is signed but is not JSON",
            send(Post::to("/respan").body(r#"{"a": NaN}"#).signed().body(r#"{"a":NaN}"#).bytes()),
            vec![payload(400)],
        ),
        javascript(
            "javascript, spaced",
            r#"{"id":"j","type":"a","n":1.5}"#,
            r#"{ "id": "j", "type": "a", "n": 1.50 }"#,
        ),
        javascript(
            "javascript, keys like integers",
            r#"{"1":0,"2":0,"id":"j","type":"a"}"#,
            r#"{"id":"j","2":0,"type":"a","1":0}"#,
        ),
        javascript(
            "javascript, as it is signed",
            r#"{"id": "j", "type": "a"}"#,
            r#"{"id": "j", "type": "a"}"#,
        ),
        refuses("python, other data", "/respan", dumped, r#"{"name":"Zoe"}"#),
        refuses("python, not JSON", "/respan", dumped, "nonsense"),
        refuses(
            "python, a BOM",
            "/respan",
            dumped,
            &format!("\u{feff}{}", dumped.replace(' ', "")),
        ),
        refuses("python, compact text is signed", "/respan", r#"{"a":1}"#, r#"{"a": 1}"#),
        refuses("javascript, Python's text is signed", "/webhook-js", r#"{"a": 1}"#, r#"{"a":1}"#),
        refuses(
            "other spaces at an endpoint without forms",
            "/webhook",
            EVENT,
            &EVENT.replace(':', ": "),
        ),
        refuses(
            "javascript, other data",
            "/webhook-js",
            r#"{"id":"j","type":"a"}"#,
            r#"{"id":"k","type":"a"}"#,
        ),
        refuses("javascript, 1,000 levels", "/webhook-js", "[]", &"[".repeat(1000)),
    ]
}

fn framing() -> Vec<Row> {
    let signed = event().signed();
    vec![
        accepts("one chunk", signed.chunked(&[1000], "")),
        accepts("chunks of one byte", signed.chunked(&[1], "")),
        accepts("chunks of odd sizes", signed.chunked(&[3, 1, 7], "")),
        accepts("chunked with a trailer", signed.chunked(&[20], "X-Trailer: x\r\n")),
        accepts(
            "a forged signature in a trailer",
            signed.chunked(&[20], &format!("X-Webhook-Signature: {}\r\n", "0".repeat(64))),
        ),
        Row::ours("sent byte by byte", vec![Step::Dribble(signed.bytes())], vec![ok()])
            .effects(["evt_1"]),
        accepts("expecting 100-continue", signed.clone().field("Expect: 100-continue").bytes()),
        refuses("expecting 100-continue, unsigned", event().field("Expect: 100-continue").bytes()),
        Row::ours(
            "chunked, the second secret",
            send(event().signed_with(PREVIOUS).chunked(&[5], "")),
            vec![told(
                "x-webhook-signature",
                Some("user.created"),
                Some("evt_1"),
                1,
                EVENT.as_bytes(),
            )],
        )
        .effects(["evt_1"]),
    ]
}

fn limits() -> Vec<Row> {
    let padded = |size: usize| {
        let start = r#"{"id":"big","type":"user.created","data":{"name":""#;
        format!("{start}{}\"}}}}", "x".repeat(size - start.len() - 3))
    };
    let fits = padded(LIMIT);
    let large = padded(LIMIT + 1);
    let accepts = |name, bytes| {
        let id = Some("big");
        let answer = told("x-webhook-signature", Some("user.created"), id, 0, fits.as_bytes());
        Row::ours(name, send(bytes), vec![answer]).effects(["big"])
    };
    let post = |body: &str| Post::to("/webhook").body(body).signed();
    let closing = |name, bytes: Vec<u8>, answer| Row::ours(name, send(bytes), vec![answer]);
    vec![
        accepts("at the limit", post(&fits).bytes()),
        accepts("at the limit, chunked", post(&fits).chunked(&[10_000], "")),
        accepts("at the limit, in small chunks", post(&fits).chunked(&[100], "")),
        closing("over the limit", post(&large).bytes(), too_large()),
        closing("over the limit, chunked", post(&large).chunked(&[10_000], ""), too_large()),
        closing("3 MB, signed", post(&padded(3_000_000)).bytes(), too_large()),
        closing(
            "3 MB, unsigned",
            Post::to("/webhook").body(padded(3_000_000)).bytes(),
            refused().closing(),
        ),
        closing("declared over the limit", event().signed().declaring(LIMIT + 1), too_large()),
        closing("declared as 1 TB", event().signed().declaring(999_999_999_999), too_large()),
        closing(
            "declared over the limit, unsigned",
            event().declaring(LIMIT + 1),
            refused().closing(),
        ),
        closing("declared over 64 KiB, unsigned", event().declaring(65_537), refused().closing()),
        refuses("64 KiB, unsigned", Post::to("/webhook").body("x".repeat(65_536)).bytes()),
        refuses("64 KiB, malformed", {
            let post = Post::to("/webhook").body("x".repeat(65_536));
            post.field("X-Webhook-Signature: x").bytes()
        }),
        closing(
            "over 64 KiB, chunked and unsigned",
            Post::to("/webhook").body("x".repeat(70_000)).chunked(&[10_000], ""),
            refused().closing(),
        ),
        closing(
            "malformed chunks",
            [event().signed().head("Transfer-Encoding: chunked\r\n"), b"nonsense\r\n".to_vec()]
                .concat(),
            cut_off(400, "Incomplete body"),
        ),
    ]
}

/// Rows for a receiver that waits one second for a body and for a tenant's secrets, and that
/// answers handshakes.
fn rows_that_meet_a_deadline() -> Vec<Row> {
    let late = |name, bytes, answer| Row::ours(name, send(bytes), vec![answer]);
    let genuine = signature(SECRET, EVENT);
    let both = Post::to("/either")
        .body(EVENT)
        .field("X-GitHub-Event: push")
        .field(format!("X-Hub-Signature-256: sha256={genuine}"))
        .field(format!("X-Webhook-Signature: {genuine}"));
    vec![
        late("either, both and no body", both.declaring(1000), refused().closing()),
        late(
            "tenant, the lookup hangs",
            Post::to("/tenants/slow").body(EVENT).signed().bytes(),
            cut_off(503, "Service unavailable"),
        ),
        late(
            "a body that does not come",
            event().signed().declaring(1000),
            cut_off(408, "Request timeout"),
        ),
        late(
            "a body that does not end",
            event().signed().head("Transfer-Encoding: chunked\r\n"),
            cut_off(408, "Request timeout"),
        ),
        late("a body that does not come, unsigned", event().declaring(1000), refused().closing()),
        late(
            "a body that does not come, malformed",
            event().field("X-Webhook-Signature: x").declaring(1000),
            refused().closing(),
        ),
    ]
}

fn connections() -> Vec<Row> {
    let good = event().signed().bytes();
    let bad = event().bytes();
    let twice = |name, first: &[u8], answers: Vec<Answer>, count: usize| {
        let steps = vec![Step::Send(first.to_vec()), Step::Send(good.clone())];
        Row::ours(name, steps, answers).effects(vec!["evt_1"; count])
    };
    let smuggled = Post::to("/webhook").body(good.repeat(1000)).bytes();
    vec![
        twice("good, good", &good, vec![ok(), ok()], 2),
        twice("unsigned, good", &bad, vec![refused(), ok()], 1),
        twice("forged, good", &event().forged().bytes(), vec![refused(), ok()], 1),
        twice(
            "no event, good",
            &Post::to("/webhook").body("[]").signed().bytes(),
            vec![payload(422), ok()],
            1,
        ),
        Row::ours(
            "pipelined",
            send([&good[..], &bad, &good, &bad].concat()),
            vec![ok(), refused(), ok(), refused()],
        )
        .effects(["evt_1", "evt_1"]),
        Row::ours("requests in a rejected body", send(smuggled), vec![refused().closing()]),
        Row::ours(
            "requests in a small rejected body",
            send([Post::to("/webhook").body(good.repeat(10)).bytes(), bad.clone()].concat()),
            vec![refused(), refused()],
        ),
        Row::ours("the same delivery three times", send(good.repeat(3)), vec![ok(), ok(), ok()])
            .effects(["evt_1", "evt_1", "evt_1"]),
    ]
}

/// Rows that servers decide before our code runs.
fn rows_left_to_the_servers() -> Vec<Row> {
    let head = |field: &str| event().signed().field(field).head("");
    let with_body = |field: &str| [head(field), EVENT.as_bytes().to_vec()].concat();
    const ANY: &[&[u16]] = &[&[], &[400], &[401], &[400, 400]];
    vec![
        Row::servers("two lengths", with_body("Content-Length: 5\r\nContent-Length: 6"), ANY, ANY),
        Row::servers(
            "length and chunks",
            [
                event().signed().field("Content-Length: 5").head("Transfer-Encoding: chunked\r\n"),
                b"0\r\n\r\n".to_vec(),
            ]
            .concat(),
            ANY,
            ANY,
        ),
        Row::servers("a negative length", with_body("Content-Length: -5"), ANY, ANY),
        Row::servers("a length with a plus sign", with_body("Content-Length: +5"), ANY, ANY),
        Row::servers("an unknown coding", with_body("Transfer-Encoding: x"), ANY, ANY),
        Row::servers(
            "NUL in a header",
            event().field(b"X-Webhook-Signature: \0").bytes(),
            ANY,
            ANY,
        ),
        Row::servers("a bare line end in a header", event().field(b"X: a\nb").bytes(), ANY, ANY),
        Row::servers("a folded header", event().field("X: a\r\n b").bytes(), ANY, ANY),
        Row::servers(
            "a space before the colon",
            event().field("X-Webhook-Signature : x").bytes(),
            ANY,
            ANY,
        ),
        Row::servers("not HTTP", b"nonsense\r\n\r\n".to_vec(), ANY, ANY),
        Row::servers(
            "half a head",
            event().signed().head("")[..40].to_vec(),
            &[&[], &[400], &[408]],
            &[&[], &[400], &[408]],
        ),
        Row::servers(
            "a header of a megabyte",
            event().field(format!("X: {}", "x".repeat(1_000_000))).bytes(),
            &[&[431], &[]],
            &[&[431], &[400], &[]],
        ),
        Row::servers(
            "a thousand headers",
            (0..1000).fold(event(), |post, n| post.field(format!("X-{n}: x"))).bytes(),
            &[&[431], &[]],
            &[&[431], &[400], &[]],
        ),
        Row::servers(
            "cut in the body",
            event().signed().declaring(1000),
            &[&[400], &[]],
            &[&[400], &[]],
        ),
        Row::servers(
            "cut in a chunk",
            [event().signed().head("Transfer-Encoding: chunked\r\n"), b"ff\r\nabc".to_vec()]
                .concat(),
            &[&[400], &[]],
            &[&[400], &[]],
        ),
        // Only the declared bytes are the body. The rest is not a valid request.
        Row::servers(
            "declared too small",
            event().forged().declaring(5),
            &[&[401, 400], &[401]],
            &[&[401, 400], &[401]],
        ),
    ]
}
