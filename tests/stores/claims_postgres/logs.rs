//! Log lines about a server that fails: each cause has its own line.

use countersign_tests::claimed_in;

use super::*;

/// Returns the line of `countersign` about a delivery that is not handled.
fn line(url: &str) -> String {
    let (status, logs) = claimed_in(|| PostgresStore::new(pool_with(url.parse().unwrap(), 1)));
    assert_eq!(status, 503, "{logs}");
    let mut lines = logs.lines().filter(|line| line.contains(" WARN countersign::idempotency: "));
    let line = lines.next().unwrap_or_else(|| panic!("nothing of it in {logs}")).to_owned();
    assert_eq!(lines.next(), None, "{logs}");
    assert!(!line.contains("evt_4242") && !line.contains("hush"), "{line}");
    line
}

#[test]
fn each_failure_of_the_server_has_a_line_with_its_cause() -> Outcome {
    let Some(mut postgres) = Postgres::start()? else { return Ok(()) };
    let (owner, app) = (postgres.url(), postgres.url().replace("user=postgres", "user=app"));
    let cause = |url: &str, cause: &str| {
        let line = line(url);
        assert!(line.contains(cause), "{cause} is not in {line}");
    };
    cause(&owner, "cause=db error: ERROR: relation \"countersign_claims\" does not exist");

    postgres.execute(countersign_postgres::MIGRATION)?;
    postgres.execute("create role app login")?;
    cause(&app, "cause=db error: ERROR: permission denied for table countersign_claims");

    postgres.execute("alter role postgres set default_transaction_read_only = on")?;
    cause(&owner, "cause=db error: ERROR: cannot execute INSERT in a read-only transaction");
    postgres.execute("set transaction read write; alter role postgres reset all")?;

    // The server quotes the whole row in its detail, which must not be logged.
    postgres.execute("alter table countersign_claims add constraint never check (false)")?;
    let refused = line(&owner);
    assert!(refused.contains("violates check constraint \"never\""), "{refused}");
    assert!(!refused.contains("DETAIL"), "{refused}");

    let url = format!("{owner}_missing password=hush");
    cause(&url, "FATAL: database \"postgres_missing\" does not exist");
    postgres.stop()?;
    cause(
        &format!("{owner} password=hush"),
        "error connecting to server: No such file or directory",
    );
    Ok(())
}
