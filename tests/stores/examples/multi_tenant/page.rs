//! The lines to paste on top of the program.

use std::process::{Command, Output};

use countersign_tests::{Example, have};

use super::{Outcome, Service};

#[test]
fn answers_the_lines_of_its_page() -> Outcome {
    if !have("curl", ["--version"]) || !have("openssl", ["version"]) || !have("psql", ["--version"])
    {
        return Ok(());
    }
    let Some(mut service) = Service::of(&[])? else { return Ok(()) };
    let page = Example("multi-tenant").page();
    let mut pasted = 0;
    for line in page.lines().filter_map(|line| line.strip_prefix("//! ")) {
        if line.starts_with("pg_ctl ") && line.contains("stop") {
            service.postgres.stop()?;
        } else if line.starts_with("psql ") {
            paste(&service, line)?;
            // A reader is not as fast.
            if line.contains("update") {
                service.wait_for("acme: secrets changed")?;
            } else {
                service.wait_for("initech: secrets changed")?;
            }
        } else if line.starts_with("B='") {
            let (line, status) = line.rsplit_once(" # ").unwrap();
            let line = line.replace("127.0.0.1:3000", &service.program.addr().to_string());
            let answer = paste(&service, &line)?;
            assert_eq!(answer.split(' ').nth(1), Some(status), "{line}\n{answer}");
            pasted += 1;
        }
    }
    assert_eq!(pasted, 9);
    Ok(())
}

fn paste(service: &Service, line: &str) -> Result<String, Box<dyn std::error::Error>> {
    let mut shell = Command::new("sh");
    let output = shell.args(["-c", line]).env("DATABASE_URL", service.postgres.url()).output()?;
    let Output { status, stdout, stderr } = output;
    assert!(status.success(), "{line}\n{}", String::from_utf8_lossy(&stderr));
    Ok(String::from_utf8(stdout)?)
}
