//! Endpoints with one handler for each type of event.

use super::*;

/// A delivery of GitHub to `/dispatch`, with this type.
fn github(event_type: &str, body: &str) -> Post {
    Post::to("/dispatch")
        .body(body)
        .field(format!("X-GitHub-Event: {event_type}"))
        .field("X-GitHub-Delivery: 72d3162e")
        .field(hub(SECRET, body))
}

fn hub(secret: &str, body: &str) -> String {
    format!("X-Hub-Signature-256: sha256={}", signature(secret, body))
}

fn in_house(body: &str) -> Post {
    Post::to("/dispatch").body(body).signed()
}

/// A row whose delivery reaches a handler, which answers with this text.
fn handled(name: &'static str, post: &Post, answer: &str) -> Row {
    let effect = answer.replace(' ', ":");
    Row::ours(name, send(post.bytes()), vec![Answer::new(200, answer)]).effects([effect])
}

/// A row whose delivery is genuine, but reaches no handler, because it cannot be read.
fn unread(name: &'static str, post: &Post, status: u16) -> Row {
    Row::ours(name, send(post.bytes()), vec![payload(status)])
}

pub(super) fn rows() -> Vec<Row> {
    [chosen(), not_chosen(), unreadable(), forged()].into_iter().flatten().collect()
}

const PUSH: &str = r#"{"ref":"main"}"#;
const OPENED: &str = r#"{"action":"opened","number":7}"#;
const JSON: &str = "Content-Type: application/json";

fn chosen() -> Vec<Row> {
    let form = "payload=%7B%22ref%22%3A%22main%22%7D";
    let retired = Post::to("/dispatch").body(PUSH).field("X-GitHub-Event: push");
    vec![
        handled("by type", &github("push", PUSH), "push main"),
        handled(
            "by type, with an action",
            &github("push", r#"{"ref":"a","action":"x"}"#),
            "push a",
        ),
        handled("by type, retired secret", &retired.field(hub(PREVIOUS, PUSH)), "push main"),
        handled("by type, of a form", &github("push", form), "push main"),
        handled("by action", &github("pull_request", OPENED).field(JSON), "opened 7"),
        handled(
            "by action, escaped",
            &github("pull_request", r#"{"number":1,"\u0061ction":"op\u0065ned"}"#).field(JSON),
            "opened 1",
        ),
        handled(
            "by type, of another action",
            &github("pull_request", r#"{"action":"closed"}"#),
            "pull_request 19",
        ),
        handled("by type, not an object", &github("pull_request", "[]"), "pull_request 2"),
        handled("by type, not JSON", &github("pull_request", "opened"), "pull_request 6"),
        handled(
            "by prefix",
            &github("release", r#"{"action":"published"}"#),
            "release release.published",
        ),
        handled(
            "by type, of the second provider",
            &in_house(r#"{"type":"user.created","data":{"id":"u_1"}}"#),
            "created u_1",
        ),
        handled(
            "by type, after the data",
            &in_house(r#"{"data":{"id":"u_1"},"type":"user.created"}"#),
            "created u_1",
        ),
        handled(
            "by prefix, of the second provider",
            &in_house(r#"{"type":"user.deleted","data":{}}"#),
            "user user.deleted",
        ),
        // The header is not signed, so anyone who replays a delivery can change the handler.
        handled(
            "by an unsigned type, replayed as another",
            &github("pull_request", r#"{"ref":"main","action":"closed"}"#),
            "pull_request 32",
        ),
    ]
}

fn not_chosen() -> Vec<Row> {
    let to_default =
        |post: Post| Row::ours("by default", send(post.bytes()), vec![Answer::new(200, "")]);
    let star = r#"{"action":"created"}"#;
    vec![
        handled("unhandled, with an action", &github("star", star), "unhandled star.created"),
        handled("unhandled, without an action", &github("ping", "{}"), "unhandled ping"),
        handled("unhandled, in capitals", &github("PUSH", PUSH), "unhandled PUSH"),
        handled(
            "unhandled, of the second provider",
            &in_house(r#"{"type":"users.created"}"#),
            "unhandled users.created",
        ),
        to_default(
            Post::to("/dispatch-default")
                .body(star)
                .field("X-GitHub-Event: star")
                .field(hub(SECRET, star)),
        ),
    ]
}

fn unreadable() -> Vec<Row> {
    vec![
        unread("dispatch, data of another shape", &github("push", r#"{"ref":7}"#), 422),
        unread("dispatch, data without a member", &github("push", "{}"), 422),
        unread("dispatch, data that is not an object", &github("push", "[1]"), 422),
        unread("dispatch, data that is not JSON", &github("push", r#"{"ref":"main""#), 400),
        unread("dispatch, absent data", &in_house(r#"{"type":"user.created"}"#), 422),
        unread("dispatch, no type", &in_house("{}"), 422),
        unread("dispatch, a type that is not text", &in_house(r#"{"type":7,"data":{}}"#), 422),
        unread(
            "dispatch, a repeated type",
            &in_house(r#"{"type":"user.created","type":"push"}"#),
            422,
        ),
        unread("dispatch, a type in a list", &in_house(r#"[{"type":"user.created"}]"#), 422),
        unread("dispatch, a type in no JSON", &in_house(r#"{"type":"user.created""#), 400),
        unread("dispatch, no body", &in_house(""), 400),
        unread(
            "dispatch, no type in the header",
            &Post::to("/dispatch").body(PUSH).field(hub(SECRET, PUSH)),
            422,
        ),
        unread(
            "a repeated type in the header",
            &github("push", PUSH).field("X-GitHub-Event: push"),
            422,
        ),
    ]
}

fn forged() -> Vec<Row> {
    let unsigned = Post::to("/dispatch").body(PUSH).field("X-GitHub-Event: push");
    vec![
        refuses("dispatch, no signature", unsigned.bytes()),
        refuses("dispatch, forged", unsigned.clone().forged().bytes()),
        refuses("dispatch, another body", unsigned.clone().field(hub(SECRET, OPENED)).bytes()),
        refuses("dispatch, signed by both", github("push", PUSH).signed().bytes()),
        refuses(
            "dispatch, forged for a type without a handler",
            Post::to("/dispatch-default").body("{}").field("X-GitHub-Event: star").forged().bytes(),
        ),
        Row::ours(
            "dispatch, over the limit",
            send(unsigned.field(hub(SECRET, PUSH)).declaring(LIMIT + 1)),
            vec![too_large()],
        ),
    ]
}
