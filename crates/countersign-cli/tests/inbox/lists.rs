//! Commands that only read.

use serde_json::json;

use crate::{
    fill::{SECRET, body},
    program::Program,
};

pub(crate) fn lists(program: &Program) {
    assert_eq!(program.events(&[]), ["new", "running", "waiting", "dead", "done"]);
    let text = program.text(&["list"]);
    let mut lines = text.lines();
    assert!(lines.next().unwrap().starts_with("ID  STATE"), "{text}");
    let dead = text.lines().find(|line| line.contains(" dead ")).unwrap();
    assert!(dead.contains("user.dead") && dead.ends_with(r"no such user \u{1b}[2J"), "{dead}");

    let page = program.run(&["list", "--most", "2", "--json"]);
    let last = program.number("running");
    assert!(page.stderr.contains(&format!("--before {last}")), "{page:?}");
    assert_eq!(program.events(&["--most", "2", "--before", &last]), ["waiting", "dead"]);
}

pub(crate) fn filters(program: &Program) {
    for (arguments, events) in [
        (&["--state", "dead"][..], &["dead"][..]),
        (&["--state", "waiting"], &["new", "waiting"]),
        (&["--state", "discarded"], &[]),
        (&["--endpoint", "other"], &["new"]),
        (&["--endpoint", "users", "--state", "waiting"], &["waiting"]),
        (&["--type", "user.done"], &["done"]),
        (&["--provider", "github"], &[]),
        (&["--provider", "x-webhook-signature", "--most", "1"], &["new"]),
        (&["--tenant", "t"], &[]),
        (&["--older-than", "2h"], &["dead"]),
        (&["--newer-than", "2h"], &["new", "running", "waiting", "done"]),
        (&["--newer-than", "4h", "--older-than", "2h"], &["dead"]),
    ] {
        assert_eq!(program.events(arguments), events, "{arguments:?}");
    }
    assert_eq!(program.text(&["list", "--state", "discarded"]), "no deliveries\n");
}

pub(crate) fn shows(program: &Program) {
    let number = program.number("dead");
    let [shown] = &program.json(&["show", &number])[..] else { panic!("not one object") };
    assert_eq!((&shown["state"], &shown["event"]), (&json!("dead"), &json!("dead")));
    assert_eq!(shown["request"]["body"], body("dead"));
    assert_eq!(shown["request"]["headers"][0][0], "X-Webhook-Signature");
    assert_eq!(shown["ended_attempts"][0]["number"], 1);

    let text = program.text(&["show", &number]);
    assert!(text.contains("O'Hara") && text.contains("ATTEMPT"), "{text}");
    assert!(!text.contains('\u{1b}') && !text.contains(SECRET), "{text}");
    let unknown = program.run(&["show", "4711"]);
    assert_eq!((unknown.code, &*unknown.stdout), (1, ""));
    assert!(unknown.stderr.contains("no delivery 4711"), "{unknown:?}");
}

pub(crate) fn counts(program: &Program) {
    let mut stats = program.json(&["stats"]);
    assert!(stats[0]["oldest_ready_ms"].is_u64());
    stats[0]["oldest_ready_ms"] = json!(0);
    let numbers = |endpoint: &str, ready, waiting, running, dead, oldest: serde_json::Value| {
        json!({
            "endpoint": endpoint, "ready": ready, "waiting": waiting, "running": running,
            "dead": dead, "oldest_ready_ms": oldest,
        })
    };
    let users = numbers("users", 0, 1, 1, 1, serde_json::Value::Null);
    assert_eq!(stats, [numbers("other", 1, 0, 0, 0, json!(0)), users]);
    let text = program.text(&["stats"]);
    assert!(
        text.starts_with("ENDPOINT  READY  WAITING  RUNNING  DEAD  OLDEST READY\nother "),
        "{text}"
    );
}
