//! The lines to paste on top of the program.

use std::{
    error::Error,
    process::{Command, Output},
};

use countersign_tests::{Example, Postgres, Program, have};

use super::{Outcome, Service, example};

#[test]
fn answers_the_lines_of_its_page() -> Outcome {
    if !have("curl", ["--version"]) || !have("openssl", ["version"]) || !have("psql", ["--version"])
    {
        return Ok(());
    }
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let program = Program::start(&mut example(&postgres.url()))?;
    let mut service = Service { program, postgres };
    let page = Example("exactly-once-postgres").page();
    let mut pasted = 0;
    for line in page.lines().filter_map(|line| line.strip_prefix("//! ")) {
        if line.starts_with("pg_ctl ") && line.contains("stop") {
            service.postgres.stop()?;
        } else if line.starts_with("psql ") {
            paste(&service, line)?;
        } else if line.starts_with("B='") {
            let (line, promise) = line.rsplit_once(" # ").unwrap();
            let (status, body) = promise.split_once(": ").unwrap();
            let line = line.replace("127.0.0.1:3000", &service.program.addr().to_string());
            let answer = paste(&service, &line)?;
            assert_eq!(answer.split(' ').nth(1), Some(status), "{line}\n{answer}");
            assert!(answer.ends_with(&format!("\r\n\r\n{body}")), "{line}\n{answer}");
            pasted += 1;
        }
    }
    assert_eq!(pasted, 5);
    Ok(())
}

fn paste(service: &Service, line: &str) -> Result<String, Box<dyn Error>> {
    let mut shell = Command::new("sh");
    let output = shell.args(["-c", line]).env("DATABASE_URL", service.postgres.url()).output()?;
    let Output { status, stdout, stderr } = output;
    assert!(status.success(), "{line}\n{}", String::from_utf8_lossy(&stderr));
    Ok(String::from_utf8(stdout)?)
}
