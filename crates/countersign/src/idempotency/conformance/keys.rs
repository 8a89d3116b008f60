//! Keys that a store must keep apart.

use std::collections::HashSet;

use super::{
    super::{IdempotencyKey, Lease, Settled, Store},
    trial::{LONG, Outcome, Trial},
};

pub(super) async fn apart<S: Store>(trial: Trial<S>) -> Outcome {
    let keys = keys();
    for key in &keys {
        let one = Lease::new(key.clone());
        trial.is_fresh(&one, LONG, key.as_str()).await?;
        trial
            .completes(&one, LONG, key.as_str().as_bytes(), Settled::Applied, key.as_str())
            .await?;
    }
    for key in &keys {
        let other = Lease::new(key.clone());
        trial.is_done(&other, key.as_str().as_bytes(), key.as_str()).await?;
    }
    Ok(())
}

/// Returns long keys, unusual keys, and keys that differ in one character or in one part.
pub(crate) fn keys() -> HashSet<IdempotencyKey> {
    let long = "x".repeat(126);
    let ids = [
        "", "0", "00", "1", "1.0", "1e0", "a", "A", "aa", "aA", "b", "a.b", "a_b", "a-b", "a*b",
        "a?b", "a%b", "a'b", "a\"b", "a\\b", "a b", "a ", " a", "a/b", "a:b", "{a}", "{a}b",
        "a\0b", "\0", "a\n", "é", "e\u{301}", "ß", "ss", "ı", "🦀", "\u{202e}", "null", "NULL",
        "%00", "~", "=",
    ];
    let ids = ids.into_iter().map(str::to_owned).chain([
        format!("{long}a"),
        format!("{long}b"),
        format!("{long}A"),
        format!("a{long}"),
        long.repeat(9),
        long.repeat(10),
    ]);
    let event = |tenant, event_type| {
        IdempotencyKey::builder("conformance").tenant(tenant).event_type(event_type)
    };
    let mut keys: HashSet<_> = ids.map(|id| event(None, None).id(&id)).collect();
    let longest = IdempotencyKey::builder(&long).tenant(Some(&long)).event_type(Some(&long));
    keys.extend([
        event(Some("a"), None).id("b"),
        event(Some("a"), None).id("B"),
        event(Some(""), None).id("b"),
        event(Some(&long), None).id(&long),
        event(None, Some("a")).id("b"),
        event(None, Some("A")).id("b"),
        event(None, Some("")).id("b"),
        event(Some("a"), Some("a")).id("b"),
        event(None, None).fields([Some("a"), Some("b")]),
        event(None, None).fields([Some("a"), Some("")]),
        event(None, None).fields([Some("a"), None]),
        event(None, None).fields([Some("a")]),
        IdempotencyKey::builder("conformanc").event_type(None).id("a"),
        longest.id(&long),
        longest.fields([Some(&long[1..])]),
        IdempotencyKey::builder("conformance").body_digest(b"a"),
        IdempotencyKey::builder("conformance").body_digest(b"b"),
    ]);
    keys
}
