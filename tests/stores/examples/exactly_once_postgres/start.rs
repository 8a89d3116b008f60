//! How it starts and stops.

use std::thread;

use countersign_tests::{Postgres, Program, says_how_to_choose_another_port, stops_on};

use super::{Outcome, example};

#[test]
fn does_not_start_without_its_database_or_its_secret() -> Outcome {
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
    let output = example("host=/").env_remove("WEBHOOK_SECRET").output()?;
    assert!(String::from_utf8(output.stderr)?.contains("WEBHOOK_SECRET"));
    Ok(())
}

#[test]
fn starts_on_a_port_of_ones_choice_and_stops_on_ctrl_c() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    says_how_to_choose_another_port(&mut example(&postgres.url()))?;
    stops_on(&["INT"], || example(&postgres.url()))?;
    Ok(())
}

#[test]
fn several_start_at_once() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let url = postgres.url();
    let start = |_| {
        let url = url.clone();
        thread::spawn(move || Program::start(&mut example(&url)))
    };
    let programs: Vec<_> = (0..4).map(start).collect();
    for program in programs {
        program.join().unwrap()?;
    }
    Ok(())
}
