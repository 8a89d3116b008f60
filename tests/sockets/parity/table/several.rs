//! Several signatures of one delivery: groups in one header, and numbered headers.

use super::*;
use crate::fire::NOW;

pub(super) fn rows() -> Vec<Row> {
    [groups(), numbers()].into_iter().flatten().collect()
}

/// A row whose event is accepted with this secret.
fn takes(name: &'static str, provider: &str, secret: u8, post: &Post) -> Row {
    let event = (Some("user.created"), Some("evt_1"));
    let answer = told(provider, event.0, event.1, secret, EVENT.as_bytes());
    Row::ours(name, send(post.bytes()), vec![answer]).effects(["evt_1"])
}

fn grouped(header: impl AsRef<str>) -> Post {
    Post::to("/grouped").body(EVENT).field(format!("X-Grouped-Signature: {}", header.as_ref()))
}

/// Returns a group that `secret` signs `offset` seconds after `NOW`.
fn group(secret: &str, offset: i64) -> String {
    let time = NOW.saturating_add_signed(offset);
    format!("t={time},v1={}", signature(secret, format!("{time}.{EVENT}")))
}

fn groups() -> Vec<Row> {
    let (good, old) = (group(SECRET, 0), group(PREVIOUS, -1));
    let (other, stale) = (group("another", 0), group(SECRET, -301));
    let joined = |groups: &[&str]| grouped(groups.join(" "));
    let (_, tag) = good.split_once(',').unwrap_or_default();
    let mixed = format!("t={},{tag}", NOW - 1);
    let large = joined(&[&good, &old]).declaring(LIMIT + 1);
    let takes = |name, secret, groups: &[&str]| takes(name, "grouped", secret, &joined(groups));
    let drops = |name, groups: &[&str]| refuses(name, joined(groups).bytes());
    vec![
        takes("groups: one", 0, &[&good]),
        takes("groups: one of a retired secret", 1, &[&old]),
        takes("groups: the current and the retired secret", 0, &[&good, &old]),
        takes("groups: the retired and the current secret", 1, &[&old, &good]),
        takes("groups: the second", 0, &[&other, &good]),
        takes("groups: the fourth", 0, &[&other, &other, &other, &good]),
        takes("groups: the fourth of a retired secret", 1, &[&other, &other, &other, &old]),
        takes("groups: a stale one before it", 0, &[&stale, &good]),
        takes("groups: a stale one behind it", 0, &[&good, &stale]),
        takes("groups: a malformed one before it", 0, &["t=x,v1=y", &good]),
        drops("groups: the fifth", &[&other, &other, &other, &other, &good]),
        drops("groups: a fifth behind it", &[&good, &other, &other, &other, &other]),
        drops("groups: only other secrets", &[&other, &other]),
        drops("groups: all stale", &[&stale, &stale]),
        drops("groups: a tag with another group's time", &[&other, &mixed]),
        drops("groups: joined by a comma", &[&format!("{good},{old}")]),
        drops("groups: empty", &[""]),
        refuses("groups: another body", joined(&[&good, &old]).body(format!("{EVENT} ")).bytes()),
        refuses(
            "groups: two headers",
            joined(&[&good]).field(format!("X-Grouped-Signature: {old}")).bytes(),
        ),
        Row::ours("groups: declared over the limit", send(large), vec![too_large()]),
    ]
}

fn numbered(fields: &[(u8, &str)]) -> Post {
    fields.iter().fold(Post::to("/numbered").body(EVENT), |post, (number, value)| {
        post.field(format!("X-Numbered-Signature-{number}: {value}"))
    })
}

fn numbers() -> Vec<Row> {
    let tag = |secret| signature(secret, EVENT);
    let (good, old, other) = (tag(SECRET), tag(PREVIOUS), tag("another"));
    let takes =
        |name, secret, fields: &[(u8, &str)]| takes(name, "numbered", secret, &numbered(fields));
    let drops = |name, fields: &[(u8, &str)]| refuses(name, numbered(fields).bytes());
    vec![
        takes("numbers: only the first", 0, &[(1, &good)]),
        takes("numbers: only the second", 0, &[(2, &good)]),
        takes("numbers: both, the first genuine", 0, &[(1, &good), (2, &other)]),
        takes("numbers: both, the second genuine", 0, &[(1, &other), (2, &good)]),
        takes("numbers: in the other order", 0, &[(2, &good), (1, &other)]),
        takes("numbers: of both secrets", 0, &[(1, &old), (2, &good)]),
        takes("numbers: of a retired secret", 1, &[(1, &other), (2, &old)]),
        takes("numbers: a malformed one beside it", 0, &[(1, "x"), (2, &good)]),
        takes("numbers: an empty one beside it", 0, &[(1, ""), (2, &good)]),
        drops("numbers: only other secrets", &[(1, &other), (2, &other)]),
        drops("numbers: a third", &[(3, &good)]),
        drops("numbers: both malformed", &[(1, "x"), (2, "")]),
        drops("numbers: one twice", &[(1, &good), (1, &good)]),
        drops("numbers: one twice behind it", &[(1, &good), (2, &other), (2, &other)]),
        refuses("numbers: none", Post::to("/numbered").body(EVENT).bytes()),
        refuses("numbers: another body", numbered(&[(1, &good), (2, &good)]).body("{}").bytes()),
    ]
}
