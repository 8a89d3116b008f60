//! Which events are the same.

use std::collections::HashSet;

use super::super::{IdempotencyKey, Lease, Settled, Store};
use super::trial::{LONG, Outcome, Trial};

pub(super) async fn apart<S: Store>(trial: Trial<S>) -> Outcome {
    let keys = keys();
    for key in &keys {
        let one = Lease::new(key.clone());
        trial.is_fresh(&one, LONG, key.as_str()).await?;
        trial.completes(&one, LONG, key.as_str().as_bytes(), Settled::Yes, key.as_str()).await?;
    }
    for key in &keys {
        let other = Lease::new(key.clone());
        trial.is_done(&other, key.as_str().as_bytes(), key.as_str()).await?;
    }
    Ok(())
}

/// Long ones, odd ones, ones that differ in one character, or in where a part ends.
fn keys() -> HashSet<IdempotencyKey> {
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
    let key = |tenant, id: &str| IdempotencyKey::new("conformance", tenant, id);
    let mut keys: HashSet<_> = ids.map(|id| key(None, &id)).collect();
    keys.extend([
        key(Some("a"), "b"),
        key(Some("a"), "B"),
        key(Some(""), "b"),
        key(Some(&long), &long),
        IdempotencyKey::new("conformanc", None, "a"),
        IdempotencyKey::new(&long, Some(&long), &long),
        IdempotencyKey::of_body("conformance", None, b"a"),
        IdempotencyKey::of_body("conformance", None, b"b"),
    ]);
    keys
}
