use std::panic::{AssertUnwindSafe, catch_unwind};

use countersign_core::{
    Secret, Signer, Verifier,
    event::Delivery,
    providers::{GitHub, XWebhookSignature},
};

use super::*;

/// Finds the handler of a GitHub delivery with this type in its header and this action in its body.
fn found(table: &Table<&'static str>, event_type: &str, action: Option<&str>) -> &'static str {
    let secret = Secret::new("key").unwrap();
    let body = action.map_or("{}".to_owned(), |action| format!(r#"{{"action":"{action}"}}"#));
    let signer = Signer::<GitHub>::new(secret.clone()).unwrap();
    let mut headers: Vec<_> = signer.sign(body.as_bytes()).unwrap().into_iter().collect();
    headers.push(("X-GitHub-Event".to_owned(), event_type.to_owned()));
    let verified = Verifier::<GitHub>::new(secret).unwrap().verify(&headers, &body).unwrap();
    let delivery: Delivery<'_> = verified.delivery(&headers);
    table.find(&delivery.name().unwrap()).copied().unwrap_or("none")
}

#[test]
fn finds_the_action_before_the_type_and_both_before_a_prefix() {
    let mut table = Table::new();
    table.on_prefix("pull_request", "any pull request");
    table.on_prefix("pull_request.", "an action");
    table.on("pull_request.opened", "opened");
    table.on("push", "push");
    for (event_type, action, handler) in [
        ("push", None, "push"),
        ("push", Some("forced"), "push"),
        ("pushed", None, "none"),
        ("PUSH", None, "none"),
        ("pull_request", Some("opened"), "opened"),
        ("pull_request.opened", None, "opened"),
        ("pull_request", Some("closed"), "an action"),
        ("pull_request", None, "any pull request"),
        ("pull_request_review", Some("submitted"), "any pull request"),
        ("star", Some("created"), "none"),
    ] {
        assert_eq!(found(&table, event_type, action), handler, "{event_type} {action:?}");
    }
    table.on("pull_request", "pull request");
    assert_eq!(found(&table, "pull_request", Some("closed")), "pull request");
    assert_eq!(found(&table, "pull_request", Some("opened")), "opened");
    table.unhandled("unhandled");
    assert_eq!(found(&table, "star", Some("created")), "unhandled");
    assert_eq!(found(&table, "push", None), "push");
}

#[test]
fn lists_the_names_in_order() {
    let mut table = Table::new();
    table.on_prefix("release.", ());
    table.on("push", ());
    table.on("pull_request.opened", ());
    table.unhandled(());
    assert_eq!(table.event_types(), ["pull_request.opened", "push", "release.*"]);
    assert_eq!(format!("{table:?}"), r#"["pull_request.opened", "push", "release.*"]"#);
}

/// Returns the message of the panic.
fn panic_of(add: impl FnOnce(&mut Table<()>)) -> String {
    let mut table = Table::new();
    let panic = catch_unwind(AssertUnwindSafe(|| add(&mut table))).unwrap_err();
    match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(panic) => (*panic.downcast::<&str>().unwrap()).to_owned(),
    }
}

#[test]
fn panics_for_two_handlers_of_one_name_and_names_both_places() {
    let line = line!();
    let message = panic_of(|table| {
        table.on("push", ());
        table.on("push", ());
    });
    let (first, second) = (line + 2, line + 3);
    let place = |line| format!("dispatch/table/tests.rs:{line}:");
    assert!(message.starts_with("two handlers for `push`: at "), "{message}");
    assert!(message.contains(&place(first)) && message.contains(&place(second)), "{message}");

    let message = panic_of(|table| {
        table.on_prefix("a.", ());
        table.on_prefix("a.b", ());
        table.on_prefix("a.", ());
    });
    assert!(message.starts_with("two handlers for `a.*`: at "), "{message}");
    let message = panic_of(|table| {
        table.unhandled(());
        table.unhandled(());
    });
    assert!(message.starts_with("two handlers for `unhandled events`: at "), "{message}");
}

#[test]
fn panics_for_a_name_that_matches_no_event() {
    assert_eq!(panic_of(|table| table.on("", ())), "the name of an event type is empty");
    assert_eq!(
        panic_of(|table| table.on("release.*", ())),
        "`*` in `release.*` is not a wildcard: use on_prefix(\"release.\")"
    );
    let message = panic_of(|table| table.on_prefix("", ()));
    assert_eq!(message, "an empty prefix matches every event type: use unhandled");
}

#[test]
fn finds_names_without_an_action() {
    let mut table = Table::new();
    table.on("user.created", "created");
    table.on_prefix("user.", "user");
    let headers: &[(&str, &str)] = &[];
    for (body, handler) in [
        (r#"{"type":"user.created"}"#, "created"),
        (r#"{"type":"user.deleted","action":"x"}"#, "user"),
        (r#"{"type":"user"}"#, "none"),
    ] {
        let secret = Secret::new("key").unwrap();
        let signed = Signer::<XWebhookSignature>::new(secret.clone()).unwrap();
        let signed = signed.sign(body.as_bytes()).unwrap();
        let verifier = Verifier::<XWebhookSignature>::new(secret).unwrap();
        let verified = verifier.verify(&signed, body).unwrap();
        let delivery = verified.delivery(headers);
        assert_eq!(table.find(&delivery.name().unwrap()).copied().unwrap_or("none"), handler);
    }
}
