use std::collections::HashSet;

use super::*;

fn at(tenant: Option<&str>, event_type: Option<&str>, id: &str) -> String {
    IdempotencyKey::builder("e").tenant(tenant).event_type(event_type).id(id).as_str().to_owned()
}

fn key(id: &str) -> String {
    at(None, None, id)
}

fn fields<const N: usize>(fields: [Option<&str>; N]) -> String {
    IdempotencyKey::builder("e").event_type(None).fields(fields).as_str().to_owned()
}

#[test]
fn has_four_parts_whatever_is_absent() {
    assert_eq!(key("b"), "e/-/-/b");
    assert_eq!(at(Some("a"), None, "b"), "e/a/-/b");
    assert_eq!(at(None, Some("a"), "b"), "e/-/a/b");
    assert_eq!(at(Some("a"), Some("t"), ""), "e/a/t/");
    assert_eq!(key("a/b"), "e/-/-/a%2Fb");
    assert!(fields([Some("/")]).starts_with("e/-/-/+"));
    let digest = IdempotencyKey::builder("e").body_digest(b"/");
    assert_eq!(digest.as_str().split('/').count(), 4);
}

#[test]
fn distinguishes_absent_from_empty_and_from_every_text() {
    let texts = [None, Some(""), Some("-"), Some("--"), Some("%2D"), Some("null"), Some("None")];
    let keys: HashSet<_> = texts.iter().map(|text| at(*text, None, "1")).collect();
    assert_eq!(keys.len(), texts.len(), "{keys:?}");
    let keys: HashSet<_> = texts.iter().map(|text| at(None, *text, "1")).collect();
    assert_eq!(keys.len(), texts.len(), "{keys:?}");
    let keys: HashSet<_> = texts.iter().map(|text| fields([*text, Some("1")])).collect();
    assert_eq!(keys.len(), texts.len(), "{keys:?}");
    assert_eq!(at(Some("-"), Some("-"), "-"), "e/%2D/%2D/%2D");
}

#[test]
fn keeps_a_tenant_apart_from_a_type() {
    assert_ne!(at(Some("a"), None, "1"), at(None, Some("a"), "1"));
    assert_ne!(at(Some("a"), Some("b"), "1"), at(Some("b"), Some("a"), "1"));
}

#[test]
fn keeps_fields_apart_from_ids_and_from_other_fields() {
    let keys = [
        key("a"),
        key("a,b"),
        key("+a"),
        fields([Some("a")]),
        fields([Some("a"), Some("b")]),
        fields([Some("b"), Some("a")]),
        fields([Some("ab"), Some("")]),
        fields([Some(""), Some("ab")]),
        fields([Some("ab"), None]),
        fields([Some("ab")]),
        fields([Some("a,b")]),
        fields([Some(""), Some("")]),
        fields([None, None]),
        fields([None]),
        fields([Some("")]),
    ];
    assert_eq!(keys.iter().collect::<HashSet<_>>().len(), keys.len(), "{keys:?}");
    assert_eq!(fields([Some("7"), Some("x y"), None]), "e/-/-/+7,x%20y,-");
}

#[test]
fn bounds_the_length_of_fields() {
    let long = "x".repeat(126);
    assert_eq!(fields([Some(&long), Some("")]), format!("e/-/-/+{long},"));
    let digest = fields([Some(&long), Some("y")]);
    assert!(digest.starts_with("e/-/-/++"), "{digest}");
    assert_ne!(digest, fields([Some(&long), Some("z")]));
    // No field can imitate the digest of other fields.
    assert_ne!(digest, fields([Some(digest.trim_start_matches("e/-/-/+"))]));
    let text = format!("+{long},y");
    assert_ne!(digest, fields([Some(&text)]));
    assert_ne!(digest, key(&text));
}

#[test]
fn keeps_every_sign_apart_and_printable() {
    let odd =
        ["\0", "\n", " ", "ü", "u\u{308}", "\u{202e}", "~", "=", "+", "-", "'", "🦀", "", "A", "a"];
    let keys: HashSet<_> = odd.iter().map(|id| key(id)).collect();
    assert_eq!(keys.len(), odd.len());
    assert!(keys.iter().all(|key| key.bytes().all(|byte| byte.is_ascii_graphic())));
    assert_eq!(key("\0ü"), "e/-/-/%00%C3%BC");
    assert_ne!(key("%41"), key("A"));
}

#[test]
fn bounds_the_length_and_keeps_long_ids_apart() {
    assert_eq!(key(&"x".repeat(128)), format!("e/-/-/{}", "x".repeat(128)));
    let (one, other) = (key(&"x".repeat(129)), key(&"x".repeat(130)));
    assert!(one.starts_with("e/-/-/~") && one.len() == 6 + 65, "{one}");
    assert_ne!(one, other);
    // The limit applies to the escaped text.
    assert!(key(&"/".repeat(43)).starts_with("e/-/-/~"));
    assert_eq!(key(&"/".repeat(42)).len(), 6 + 126);
    // No id can imitate the digest of another id.
    assert_ne!(key(one.trim_start_matches("e/-/-/")), one);
    for length in [43, 128, 129, 1000] {
        let long = "x".repeat(length);
        let builder = IdempotencyKey::builder(&long).tenant(Some(&long)).event_type(Some(&long));
        let key = builder.fields([Some(&long), Some(&long)]);
        assert!(key.as_str().len() <= 520 && builder.id(&long).as_str().len() <= 520, "{key}");
    }
}

#[test]
fn takes_no_id_for_a_digest_of_a_body() {
    let of_body = IdempotencyKey::builder("e").body_digest(b"{}");
    assert!(of_body.as_str().starts_with("e/-/-/=44136fa3"), "{of_body}");
    assert_ne!(of_body.as_str(), key(of_body.as_str().trim_start_matches("e/-/-/")));
    assert_eq!(of_body, IdempotencyKey::builder("e").body_digest(b"{}"));
    assert_ne!(of_body, IdempotencyKey::builder("f").body_digest(b"{}"));
    assert_ne!(of_body, IdempotencyKey::builder("e").tenant(Some("t")).body_digest(b"{}"));
}
