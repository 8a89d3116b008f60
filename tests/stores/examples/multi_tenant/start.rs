//! How it starts and stops.

use std::net::TcpListener;

use countersign_tests::Postgres;

use super::{Outcome, Service, example};

#[test]
fn does_not_start_without_its_database() -> Outcome {
    for (database, complaint) in [
        (None, "DATABASE_URL: environment variable not found"),
        (Some("postgres://user:hush@[/"), "DATABASE_URL: invalid connection string"),
        (Some("postgres://user:hush@127.0.0.1:1/x"), "DATABASE_URL: "),
        (Some("host=/no/such/folder user=user password=hush"), "No such file"),
    ] {
        let mut command = example(database.unwrap_or_default());
        if database.is_none() {
            command.env_remove("DATABASE_URL");
        }
        let output = command.output()?;
        let error = String::from_utf8(output.stderr)?;
        assert!(!output.status.success() && output.stdout.is_empty());
        assert!(error.contains(complaint) && !error.contains("hush"), "{error}");
    }
    Ok(())
}

#[test]
fn says_how_to_choose_another_port() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let taken = TcpListener::bind("127.0.0.1:0")?;
    let mut command = example(&postgres.url());
    let output = command.env("ADDR", taken.local_addr()?.to_string()).output()?;
    let error = String::from_utf8(output.stderr)?;
    assert!(!output.status.success());
    assert!(error.contains("choose another with ADDR="), "{error}");
    Ok(())
}

#[test]
fn stops_on_ctrl_c_and_finds_its_table_again() -> Outcome {
    let Some(mut service) = Service::of(&["acme"])? else { return Ok(()) };
    assert_eq!(service.status("acme")?, 200);
    service.program.signal("INT")?;
    assert!(service.program.wait()?.success());
    service = Service::with(service.postgres)?;
    assert_eq!(service.status("acme")?, 200);
    Ok(())
}
