//! `countersign inbox`, at inboxes in SQLite and PostgreSQL.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a panic is the report of a test")]

mod changes;
mod curl;
mod errors;
mod fill;
mod lists;
#[cfg(unix)]
mod postgres;
mod program;

/// The checks that every engine must pass, each at an inbox of its own with the same deliveries.
const CHECKS: &[(&str, Check)] = &[
    ("lists", lists::lists),
    ("filters", lists::filters),
    ("shows", lists::shows),
    ("counts", lists::counts),
    ("retries", changes::retries),
    ("replays", changes::replays),
    ("previews", changes::previews),
    ("discards", changes::discards),
    ("prunes", changes::prunes),
    ("curl", curl::sends_the_request_again),
];

type Check = fn(&program::Program);

#[test]
fn works_at_sqlite() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for (name, check) in CHECKS {
        println!("{name}");
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("inbox.db");
        runtime.block_on(async {
            fill::fill(&countersign_sqlite::SqliteInbox::open(&path).await.unwrap()).await;
        });
        check(&program::Program::at(&["--sqlite", path.to_str().unwrap()], None));
    }
}
