//! Compares the command `countersign` with one library, in both directions.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use crate::{Delivery, Driver, Outcome, Report, Said, Shape, Verdict, shape};

/// The body that both sides sign. Zoom's library wants the members `event` and `payload`.
const BODY: &str = r#"{"id":"evt_1","event":"user.created","payload":{"name":"Zoë"}}"#;

/// Signs with the command, and lets the library verify; then the other way around.
pub(crate) fn compare(
    report: &mut Report,
    shape: &Shape,
    driver: &mut Driver,
    library: &str,
) -> Outcome {
    let secret = shape.secrets[0];
    let run = |arguments: &[&str], body: &[u8]| run(secret, arguments, body);

    let said = shape.said_with(BODY.as_bytes());
    let arguments = ["sign", report.provider, "--id", &said.id, "--url", &said.url];
    let signed = run(&arguments, &said.body)?;
    let pair = |line: &str| line.split_once(": ").map(|(a, b)| (a.to_owned(), b.to_owned()));
    let headers: Vec<_> = signed.1.lines().filter_map(pair).collect();
    let delivery = Delivery { headers, body: said.body.clone(), url: said.url.clone() };
    if signed.0 != Some(0) || delivery.headers.is_empty() {
        report.faults.push(format!("the command signs nothing: {signed:?}"));
    }
    match driver.verify(library, secret, &delivery)? {
        Verdict::Accepted | Verdict::Cannot => {}
        verdict => report.faults.push(format!("the command signs: {verdict:?}")),
    }

    let seconds = shape::now();
    let said = Said { time: shape.time_text(seconds), ..said };
    let Some(headers) = driver.sign(library, secret, &said, seconds)? else { return Ok(()) };
    let fields: Vec<_> = headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    let mut arguments = vec!["verify", report.provider, "--url", &said.url];
    arguments.extend(fields.iter().flat_map(|field| ["-H", field]));
    for (body, expected) in [(&*said.body, 0), (b"{}", 1)] {
        let verified = run(&arguments, body)?;
        if verified.0 != Some(expected) {
            report.faults.push(format!("the command verifies: {verified:?}, not {expected}"));
        }
    }
    Ok(())
}

/// Runs the command with a body on its standard input. Returns its exit code and its output.
fn run(secret: &str, arguments: &[&str], body: &[u8]) -> Outcome<(Option<i32>, String)> {
    let mut child = Command::new(countersign_tests::countersign())
        .args(arguments)
        .env("COUNTERSIGN_SECRET", secret)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    child.stdin.take().ok_or("no stdin")?.write_all(body)?;
    let output = child.wait_with_output()?;
    let text = [output.stdout, output.stderr].concat();
    Ok((output.status.code(), String::from_utf8(text)?))
}
