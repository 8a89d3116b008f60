//! Inboxes that cannot be opened.

use std::fs;

use crate::program::{Ended, Program};

fn error(program: &Program, code: i32) -> String {
    let Ended { code: seen, stdout, stderr } = program.run(&["list"]);
    assert_eq!((seen, &*stdout), (code, ""), "{stderr}");
    stderr
}

#[test]
fn makes_no_file_and_no_tables() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("inbox.db");
    let program = Program::at(&["--sqlite", path.to_str().unwrap()], None);
    let text = error(&program, 3);
    assert!(text.contains("there is no file") && text.contains("next: check the path"), "{text}");
    assert!(!path.exists());

    fs::write(&path, "").unwrap();
    assert!(error(&program, 3).contains("is not an inbox"));
    assert_eq!(fs::read(&path).unwrap(), b"");
    fs::write(&path, "something else, and longer than the header of a database".repeat(100))
        .unwrap();
    assert!(error(&program, 3).contains("not a database"));
}

#[test]
fn asks_for_the_place_of_the_inbox() {
    let text = error(&Program::at(&[], None), 2);
    assert!(text.contains("next: use --sqlite FILE, --postgres URL or DATABASE_URL"), "{text}");
    let both = ["--sqlite", "a", "--postgres", "postgres://localhost"];
    assert!(error(&Program::at(&both, None), 2).contains("cannot be used with"));
}

#[test]
fn never_prints_the_password() {
    for url in [
        "postgres://user:hunter2@127.0.0.1:1/db",
        "postgres://user:hunter2@127.0.0.1:hunter2/db",
        "postgres://user:hunter2@127.0.0.1:1/db?hunter2=hunter2",
        "host=127.0.0.1 port=1 user=u password='hunter2",
        "mysql://user:hunter2@127.0.0.1/db",
    ] {
        for program in [Program::at(&[], Some(url)), Program::at(&["--postgres", url], None)] {
            let ended = program.run(&["list"]);
            assert!(matches!(ended.code, 2 | 3) && ended.stderr.contains("error: "), "{ended:?}");
            assert!(!ended.stderr.contains("hunter2"), "{ended:?}");
        }
    }
    let help = Program::at(&[], Some("postgres://user:hunter2@127.0.0.1/db")).run(&["--help"]);
    assert!(help.stdout.contains("DATABASE_URL") && !help.stdout.contains("hunter2"), "{help:?}");
}
