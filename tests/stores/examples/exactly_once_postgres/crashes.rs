//! Something dies between the effect and the end of its commit.

use std::{
    error::Error,
    io,
    process::{Child, Command, Stdio},
};

use countersign_tests::{Postgres, Program};

use super::{Outcome, Service, assert_send_again, example, told};

/// Makes commits of payments wait until this session ends: the effect is written by then.
struct Held(Child);

impl Held {
    fn commits(postgres: &Postgres) -> Result<Self, Box<dyn Error>> {
        postgres.execute(
            "create function hold() returns trigger language plpgsql as $$
             begin perform pg_advisory_xact_lock(1); return null; end $$;
             create constraint trigger hold after insert on payments
             deferrable initially deferred for each row execute function hold()",
        )?;
        let mut psql = Command::new("psql");
        psql.args(["-Xq", "-c", "select pg_advisory_lock(1), pg_sleep(60)", &postgres.url()]);
        let held = Self(psql.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?);
        wait_until(
            postgres,
            "select count(*) from pg_locks where locktype = 'advisory' and granted",
        )?;
        Ok(held)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn wait_until(postgres: &Postgres, is_one: &str) -> io::Result<()> {
    while postgres.execute(is_one)? != "1" {}
    Ok(())
}

/// A backend that waits at its commit.
const COMMITTING: &str = "from pg_stat_activity where wait_event = 'advisory'";

/// Ends the session that holds the commits.
const LET_GO: &str = "select pg_terminate_backend(pid, 10000) from pg_locks \
                      where locktype = 'advisory' and granted";

#[test]
fn a_connection_killed_before_its_commit_leaves_no_effect() -> Outcome {
    let Some(service) = Service::start()? else { return Ok(()) };
    let postgres = &service.postgres;
    let _held = Held::commits(postgres)?;
    for _ in 0..3 {
        let delivered = service.send("evt_1")?;
        wait_until(postgres, &format!("select count(*) {COMMITTING}"))?;
        postgres.execute(&format!("select pg_terminate_backend(pid, 10000) {COMMITTING}"))?;
        assert_send_again(&delivered.join().unwrap()?);
        assert_eq!(service.credited()?, "0|0");
    }
    postgres.execute(LET_GO)?;
    assert_eq!(told(&service.deliver("evt_1")?), (200, None));
    assert_eq!(told(&service.deliver("evt_1")?), (200, Some("true")));
    assert_eq!(service.credited()?, "5|1");
    Ok(())
}

#[test]
fn a_program_killed_while_it_commits_has_one_effect() -> Outcome {
    let Some(mut service) = Service::start()? else { return Ok(()) };
    let held = Held::commits(&service.postgres)?;
    let delivered = service.send("evt_1")?;
    wait_until(&service.postgres, &format!("select count(*) {COMMITTING}"))?;
    service.program.signal("KILL")?;
    assert!(delivered.join().unwrap().is_err(), "nobody was told");
    service.postgres.execute(LET_GO)?;
    drop(held);
    service.program = Program::start(&mut example(&service.postgres.url()))?;
    // The commit was on its way, and came to its end, or was given up: whichever, it is one.
    assert_eq!(service.deliver("evt_1")?.status, 200);
    assert_eq!(told(&service.deliver("evt_1")?), (200, Some("true")));
    assert_eq!(service.credited()?, "5|1");
    Ok(())
}
