//! The commands on top of the program.

use std::{io, process::Command};

use countersign_tests::{Example, Postgres, Program, follow, have};

use super::{Outcome, Service, example};

#[test]
fn answers_as_its_page_shows() -> Outcome {
    if !have("psql", ["--version"]) {
        return Ok(());
    }
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let program = Program::start(&mut example(&postgres.url()))?;
    let mut service = Service { program, postgres };
    let addr = service.program.addr();
    follow(&Example("exactly-once-postgres").page(), addr, |exports, line| {
        if line.starts_with("pg_ctl ") && line.contains("stop") {
            return service.postgres.stop();
        }
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("{exports}{line}")]).env("DATABASE_URL", service.postgres.url());
        let output = shell.output()?;
        let error = String::from_utf8_lossy(&output.stderr);
        if output.status.success() { Ok(()) } else { Err(io::Error::other(error)) }
    })?;
    Ok(())
}
