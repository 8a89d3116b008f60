//! Commands that change deliveries.

use serde_json::json;

use crate::program::Program;

pub(crate) fn retries(program: &Program) {
    let number = program.number("waiting");
    assert_eq!(program.text(&["retry", &number]), format!("{number}: retried\n"));
    let [row] = &program.json(&["list", "--event", "waiting"])[..] else { panic!("one row") };
    assert_eq!((&row["state"], &row["attempts"]), (&json!("waiting"), &json!(1)));
    let ready: Vec<_> =
        program.json(&["stats"]).iter().map(|stats| stats["ready"].clone()).collect();
    assert_eq!(ready, [1, 1]);

    let number = program.number("dead");
    let refused = program.run(&["retry", &number, "--json"]);
    assert_eq!(refused.code, 1, "{refused:?}");
    let id: i64 = number.parse().unwrap();
    let record: serde_json::Value = serde_json::from_str(&refused.stdout).unwrap();
    assert_eq!(record, json!({ "action": "retry", "id": id, "changed": false }));
}

pub(crate) fn replays(program: &Program) {
    for event in ["done", "dead"] {
        let number = program.number(event);
        assert_eq!(program.text(&["replay", &number]), format!("{number}: replayed\n"));
        let [row] = &program.json(&["list", "--event", event])[..] else { panic!("one row") };
        assert_eq!((&row["state"], &row["attempts"]), (&json!("waiting"), &json!(0)));
    }
    // One of them is running.
    let numbers = [program.number("running"), program.number("new")];
    let ended = program.run(&["replay", &numbers[0], &numbers[1]]);
    assert_eq!(ended.code, 1);
    assert!(ended.stdout.contains("not replayed: it is running"), "{ended:?}");
    assert!(ended.stdout.contains(&format!("{}: replayed", numbers[1])), "{ended:?}");
}

pub(crate) fn previews(program: &Program) {
    let preview = program.run(&["replay", "--endpoint", "users", "--state", "dead"]);
    assert_eq!(preview.code, 0, "{preview:?}");
    assert!(preview.stdout.contains("user.dead"), "{preview:?}");
    assert!(preview.stderr.contains("1 would be replayed; repeat with --yes"), "{preview:?}");
    let rows = program.json(&["replay", "--state", "dead"]);
    assert_eq!((rows.len(), &rows[0]["preview"]), (1, &json!("replay")));
    assert_eq!(program.state("dead"), "dead");

    let changed = program.json(&["replay", "--state", "dead", "--yes"]);
    assert_eq!((changed.len(), &changed[0]["changed"]), (1, &json!(true)));
    assert_eq!(program.state("dead"), "waiting");
    // Without a filter, all deliveries would be replayed.
    let all = program.run(&["replay", "--yes"]);
    assert_eq!(all.code, 2);
    assert!(all.stderr.contains("no delivery is named"), "{all:?}");
    assert_eq!(program.run(&["replay", "1", "--state", "dead"]).code, 2);
}

pub(crate) fn discards(program: &Program) {
    let ended = program.run(&["discard", "--state", "waiting", "--yes"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(ended.stderr.contains("2 of 2"), "{ended:?}");
    assert_eq!(program.events(&["--state", "discarded"]), ["new", "waiting"]);
    assert_eq!(program.run(&["discard", &program.number("done")]).code, 1);
}

pub(crate) fn prunes(program: &Program) {
    assert_eq!(program.text(&["prune", "--older-than", "30d"]), "removed 0\n");
    assert_eq!(program.json(&["prune", "--older-than", "0s"]), [json!({ "removed": 1 })]);
    assert_eq!(program.events(&[]), ["new", "running", "waiting", "dead"]);
    let ended = program.run(&["prune"]);
    assert!(ended.code == 2 && ended.stderr.contains("--older-than"), "{ended:?}");
}
