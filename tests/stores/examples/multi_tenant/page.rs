//! The commands on top of the program.

use std::{io, process::Command};

use countersign_tests::{Example, follow, have};

use super::{Outcome, Service};

#[test]
fn answers_as_its_page_shows() -> Outcome {
    if !have("psql", ["--version"]) {
        return Ok(());
    }
    let Some(mut service) = Service::of(&[])? else { return Ok(()) };
    let addr = service.program.addr();
    follow(&Example("multi-tenant").page(), addr, |exports, line| {
        if line.starts_with("pg_ctl ") && line.contains("stop") {
            return service.postgres.stop();
        }
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("{exports}{line}")]).env("DATABASE_URL", service.postgres.url());
        let output = shell.output()?;
        if !output.status.success() {
            return Err(io::Error::other(String::from_utf8_lossy(&output.stderr)));
        }
        // A reader is not as fast as this test.
        let tenant = if line.contains("'globex'") { "globex" } else { "acme" };
        service.wait_for(&format!("{tenant}: secrets changed"))
    })?;
    Ok(())
}
