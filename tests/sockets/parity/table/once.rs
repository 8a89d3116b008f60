//! Duplicates, at a receiver that handles each event once.

use super::*;

/// An event with this id, which no other row uses.
fn event_of(id: &str) -> String {
    json!({"id": id, "type": "user.created", "data": {"id": "u_1"}}).to_string()
}

fn to(path: &str, body: &str) -> Vec<u8> {
    Post::to(path).body(body).signed().bytes()
}

fn handled(id: &str, body: &str) -> Answer {
    told("x-webhook-signature", Some("user.created"), Some(id), 0, body.as_bytes())
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

/// A row that sends a body twice, and expects one effect.
fn once(name: &'static str, path: &str, body: &str, first: Answer, effect: &str) -> Row {
    row(name, [to(path, body), to(path, body)], vec![first, duplicate()]).effects([effect])
}

/// A row that sends a body twice, and expects two effects.
fn twice(name: &'static str, path: &str, body: &str, answer: Answer, effect: &str) -> Row {
    let answers = vec![answer.clone(), answer];
    row(name, [to(path, body), to(path, body)], answers).effects([effect; 2])
}

pub(super) fn rows() -> Vec<Row> {
    [duplicates(), dispatched(), types(), ids(), no_ids(), failures(), endpoints(), providers()]
        .into_iter()
        .flatten()
        .collect()
}

fn dispatched() -> Vec<Row> {
    let event = event_of("disp_1");
    let unread = json!({"id": "disp_2", "type": "user.created"}).to_string();
    let handled = Answer::new(200, "created u_1");
    vec![
        once("duplicate, one handler for each type", "/dispatch", &event, handled, "created:u_1"),
        row(
            "rejected by its handler, one handler for each type",
            [to("/dispatch", &unread), to("/dispatch", &unread)],
            vec![payload(422), payload(422)],
        ),
    ]
}

fn duplicates() -> Vec<Row> {
    let (first, changed) = (event_of("dup_2"), event_of("dup_2").replace("u_1", "u_2"));
    let thrice = event_of("dup_3");
    let retired = event_of("dup_4");
    vec![
        once(
            "duplicate",
            "/webhook",
            &event_of("dup_1"),
            handled("dup_1", &event_of("dup_1")),
            "dup_1",
        ),
        row(
            "duplicate with other data",
            [to("/webhook", &first), to("/webhook", &changed)],
            vec![handled("dup_2", &first), duplicate()],
        )
        .effects(["dup_2"]),
        row(
            "duplicates, chunked and with a query",
            [
                Post::to("/webhook").body(&thrice).signed().chunked(&[7], ""),
                to("/webhook?again=1", &thrice),
                Post::to("/webhook").body(&thrice).signed().chunked(&[1000], ""),
            ],
            vec![handled("dup_3", &thrice), duplicate(), duplicate()],
        )
        .effects(["dup_3"]),
        row(
            "duplicate, signed with another secret",
            [
                Post::to("/webhook").body(&retired).signed_with(PREVIOUS).bytes(),
                to("/webhook", &retired),
            ],
            vec![
                told(
                    "x-webhook-signature",
                    Some("user.created"),
                    Some("dup_4"),
                    1,
                    retired.as_bytes(),
                ),
                duplicate(),
            ],
        )
        .effects(["dup_4"]),
    ]
}

/// Events with one id and different types. A true duplicate has the same type, too.
fn types() -> Vec<Row> {
    let payment = |event_type: &str, data: &str| {
        format!(r#"{{"id":"pay_1","type":"{event_type}","data":{{"id":"{data}"}}}}"#)
    };
    let (succeeded, failed) = (payment("payment.succeeded", "p"), payment("payment.failed", "p"));
    let paid = |event_type, body: &str| {
        told("x-webhook-signature", Some(event_type), Some("pay_1"), 0, body.as_bytes())
    };
    let conversation = |event_type| format!(r#"{{"type":"{event_type}","id":"conv_1","agent":7}}"#);
    let (started, complete) =
        (conversation("SessionStarted"), conversation("ConversationComplete"));
    let spoken =
        |event_type, body: &str| told("speaknode", Some(event_type), None, 0, body.as_bytes());
    let repeated = r#"{"id":"pay_2","type":"payment.succeeded","type":"payment.failed","data":{}}"#;
    let mended = r#"{"id":"pay_2","type":"payment.succeeded","data":{}}"#;
    vec![
        row(
            "one id, a payment that succeeded and one that failed",
            [&succeeded, &failed, &succeeded, &failed].map(|body| to("/webhook", body)),
            vec![
                paid("payment.succeeded", &succeeded),
                paid("payment.failed", &failed),
                duplicate(),
                duplicate(),
            ],
        )
        .effects(["pay_1"; 2]),
        row(
            "one id and one type, with other data",
            [
                succeeded.replace("pay_1", "pay_3"),
                payment("payment.succeeded", "q").replace("pay_1", "pay_3"),
            ]
            .map(|body| to("/webhook", &body)),
            vec![
                told(
                    "x-webhook-signature",
                    Some("payment.succeeded"),
                    Some("pay_3"),
                    0,
                    succeeded.replace("pay_1", "pay_3").as_bytes(),
                ),
                duplicate(),
            ],
        )
        .effects(["pay_3"]),
        row(
            "one conversation of SpeakNode, started and complete",
            [&started, &complete].map(|body| to("/speaknode", body)),
            vec![spoken("SessionStarted", &started), spoken("ConversationComplete", &complete)],
        )
        .effects([hex_digest(started.as_bytes()), hex_digest(complete.as_bytes())]),
        twice(
            "SpeakNode declares no id",
            "/speaknode",
            &started.replace("conv_1", "conv_2"),
            spoken("SessionStarted", &started.replace("conv_1", "conv_2")),
            &hex_digest(started.replace("conv_1", "conv_2").as_bytes()),
        ),
        row(
            "a repeated type is rejected, and does not count as handled",
            [repeated, repeated, mended].map(|body| to("/webhook", body)),
            vec![
                payload(422),
                payload(422),
                told(
                    "x-webhook-signature",
                    Some("payment.succeeded"),
                    Some("pay_2"),
                    0,
                    mended.as_bytes(),
                ),
            ],
        )
        .effects(["pay_2"]),
    ]
}

fn ids() -> Vec<Row> {
    let long = "x".repeat(10_000);
    let number = r#"{"id":4711,"type":"user.created","data":{}}"#;
    let text = r#"{"id":"4711","type":"user.created","data":{}}"#;
    let escaped = r#"{"id":"id_\u0061","type":"user.created","data":{}}"#;
    let plain = r#"{"id":"id_a","type":"user.created","data":{}}"#;
    let separate = |name, ids: [&str; 2], effects: [&str; 2]| {
        let bodies = ids.map(event_of);
        row(
            name,
            bodies.iter().map(|body| to("/webhook", body)),
            ids.iter().zip(&bodies).map(|(id, body)| handled(id, body)).collect(),
        )
        .effects(effects)
    };
    let nul = event_of("nul\0nul");
    vec![
        once("a long id", "/webhook", &event_of(&long), handled(&long, &event_of(&long)), &long),
        once("an id with a NUL", "/webhook", &nul, handled("nul\0nul", &nul), r#""nul\u0000nul""#),
        once(
            "an id with odd characters",
            "/webhook",
            &event_of("é/%'\"\n{}🦀"),
            handled("é/%'\"\n{}🦀", &event_of("é/%'\"\n{}🦀")),
            r#""\u00e9/%'\"\u000a{}\ud83e\udd80""#,
        ),
        row(
            "a number, and its digits as text",
            [to("/webhook", number), to("/webhook", text)],
            vec![handled("4711", number), duplicate()],
        )
        .effects(["4711"]),
        row(
            "an id with an escape, and without",
            [to("/webhook", escaped), to("/webhook", plain)],
            vec![handled("id_a", escaped), duplicate()],
        )
        .effects(["id_a"]),
        separate("ids that differ in case", ["case_A", "case_a"], ["case_A", "case_a"]),
        separate("ids that differ in a space", ["sp", "sp "], ["sp", r#""sp ""#]),
        separate(
            "ids of which one is the other's encoded form",
            ["k/1", "k%2F1"],
            ["k/1", "k%2F1"],
        ),
    ]
}

fn no_ids() -> Vec<Row> {
    let without = |name, body: &str, id| {
        let answer = told("x-webhook-signature", Some("user.created"), id, 0, body.as_bytes());
        let digest = hex_digest(body.as_bytes());
        let effect = if id == Some("") { r#""""# } else { &digest };
        twice(name, "/webhook", body, answer, effect)
    };
    vec![
        without("no id", r#"{"type":"user.created","data":{"n":1}}"#, None),
        without("id null", r#"{"id":null,"type":"user.created","data":{}}"#, None),
        without("id an object", r#"{"id":{"a":1},"type":"user.created","data":{}}"#, None),
        without("id empty", r#"{"id":"","type":"user.created","data":{}}"#, Some("")),
    ]
}

fn failures() -> Vec<Row> {
    let poisoned = event_of("fail_1");
    let unread = r#"{"id":"fail_2","data":{}}"#;
    let read = event_of("fail_2");
    let misfit = r#"{"id":"fail_3","type":"user.created","data":7}"#;
    let fails = r#"{"id":"fail_4","type":"user.created","data":{"id":"test.fails"}}"#;
    let mended = event_of("fail_4");
    vec![
        row(
            "forged first, genuine second",
            [
                Post::to("/webhook").body(&poisoned).forged().bytes(),
                Post::to("/webhook").body(&poisoned).bytes(),
                to("/webhook", &poisoned),
                Post::to("/webhook").body(&poisoned).forged().bytes(),
            ],
            vec![refused(), refused(), handled("fail_1", &poisoned), refused()],
        )
        .effects(["fail_1"]),
        row(
            "no event first, genuine second",
            [to("/webhook", unread), to("/webhook", unread), to("/webhook", &read)],
            vec![payload(422), payload(422), handled("fail_2", &read)],
        )
        .effects(["fail_2"]),
        row(
            "data that does not fit does not count as handled",
            [to("/webhook", misfit), to("/webhook", misfit)],
            vec![payload(422), payload(422)],
        ),
        row(
            "failed twice, then handled, and not again",
            [
                to("/webhook", fails),
                to("/webhook", fails),
                to("/webhook", &mended),
                to("/webhook", fails),
            ],
            vec![
                Answer::new(500, ""),
                Answer::new(500, ""),
                handled("fail_4", &mended),
                duplicate(),
            ],
        )
        .effects(["fail_4"]),
    ]
}

fn endpoints() -> Vec<Row> {
    let shared = event_of("end_1");
    let of = |provider, secret| {
        told(provider, Some("user.created"), Some("end_1"), secret, shared.as_bytes())
    };
    let either = event_of("end_2");
    vec![
        row(
            "one id at three endpoints, and of two tenants",
            [
                to("/webhook", &shared),
                to("/webhook-js", &shared),
                to("/tenants/acme", &shared),
                Post::to("/tenants/other").body(&shared).signed_with("secret of other").bytes(),
                to("/tenants/acme", &shared),
            ],
            vec![
                of("x-webhook-signature", 0),
                of("webhook-js", 0),
                of("per-tenant", 0),
                of("per-tenant", 0),
                duplicate(),
            ],
        )
        .effects(["end_1"; 4]),
        row(
            "one provider's event at two paths",
            [to("/webhook", &either), to("/either", &either)],
            vec![handled("end_2", &either), duplicate()],
        )
        .effects(["end_2"]),
    ]
}

fn providers() -> Vec<Row> {
    let push = r#"{"ref":"refs/heads/main"}"#;
    let pushed = Post::to("/github")
        .body(push)
        .field("X-GitHub-Event: push")
        .field("X-GitHub-Delivery: 72d3162e")
        .signed()
        .bytes();
    let push_answer = told("github", Some("push"), Some("72d3162e"), 0, push.as_bytes());
    let respan = r#"{"prompt":"a"}"#;
    // The signed text, which is sent in three forms.
    let signed = r#"{"id":"js_1","type":"user.created","data":{"n":1.5}}"#;
    let spelled = |body: &str| {
        Post::to("/webhook-js")
            .body(body)
            .field(format!("X-Webhook-Signature: {}", signature(SECRET, signed)))
            .bytes()
    };
    vec![
        row(
            "an id that is not signed claims nothing",
            [pushed.clone(), pushed],
            vec![push_answer.clone(), push_answer],
        )
        .effects(["72d3162e"; 2]),
        twice(
            "a provider without an id",
            "/respan",
            respan,
            told("respan", None, None, 0, respan.as_bytes()),
            &hex_digest(respan.as_bytes()),
        ),
        row(
            "one event in three forms",
            [
                spelled(r#"{"id":"js_1","type":"user.created","data":{"n":1.50}}"#),
                spelled(r#"{ "id":"js_1","type":"user.created","data":{"n":1.5}}"#),
                spelled(signed),
            ],
            vec![
                told("webhook-js", Some("user.created"), Some("js_1"), 0, signed.as_bytes()),
                duplicate(),
                duplicate(),
            ],
        )
        .effects(["js_1"]),
    ]
}
