//! The commands on top of an example.

use std::{
    io,
    net::SocketAddr,
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::countersign;

/// Runs the shell blocks of a page that send deliveries, with the example at this address, and
/// compares each answer with the one that the page shows below the command: `# 200 its body`, or
/// `# 204` where the body is empty or does not matter.
///
/// All other commands of these blocks, such as `psql`, are given to `run`, each with the variables
/// that the page has exported before.
///
/// # Errors
///
/// If there is no shell, or `run` fails.
///
/// # Panics
///
/// If an answer differs, or the page sends nothing.
pub fn follow(
    page: &str,
    addr: SocketAddr,
    mut run: impl FnMut(&str, &str) -> io::Result<()>,
) -> io::Result<()> {
    let page = page.lines().map_while(|line| line.strip_prefix("//!")).map(str::trim_start);
    let page = page.collect::<Vec<_>>().join("\n").replace("127.0.0.1:3000", &addr.to_string());
    let (mut exports, mut sent) = (String::new(), 0);
    // The fences separate text and blocks, so every second part is a block.
    for block in page.split("```").skip(1).step_by(2).filter(|block| block.contains(SEND)) {
        let mut lines = block.lines().skip(1);
        while let Some(line) = lines.next() {
            if let Some(arguments) = line.strip_prefix(SEND) {
                let shown = lines.next().and_then(|line| line.strip_prefix("# ")).unwrap_or("");
                let answer = send(&format!("{exports}\"$COUNTERSIGN\" --json send {arguments}"))?;
                assert!(is_shown(shown, &answer), "{line}\nshown: {shown}\nanswered: {answer:?}");
                sent += 1;
            } else if line.starts_with("export ") {
                exports = format!("{exports}{line}\n");
            } else {
                run(&exports, line)?;
            }
        }
    }
    assert!(sent > 0, "the page sends nothing");
    Ok(())
}

/// The answer to a delivery.
#[derive(Debug)]
struct Answer {
    status: u64,
    text: String,
}

fn send(lines: &str) -> io::Result<Answer> {
    let mut shell = Command::new("sh");
    shell.args(["-c", lines]).env("COUNTERSIGN", countersign());
    // The page must export the variables that it needs.
    shell.env_remove("COUNTERSIGN_SECRET").env_remove("WEBHOOK_SECRET");
    let output = shell.stderr(Stdio::inherit()).output()?;
    // One line for the only attempt.
    let outcome: Value = serde_json::from_slice(&output.stdout)?;
    let (status, text) = (outcome["status"].as_u64(), outcome["answer"].as_str());
    let (Some(status), Some(text)) = (status, text) else {
        return Err(io::Error::new(io::ErrorKind::InvalidData, outcome.to_string()));
    };
    // The exit code is 1 for each answer other than 2xx.
    assert_eq!(output.status.code(), Some(i32::from(status / 100 != 2)), "{outcome}");
    Ok(Answer { status, text: text.to_owned() })
}

/// Compares an answer with the one of the page.
fn is_shown(shown: &str, answer: &Answer) -> bool {
    let (status, body) = shown.split_once(' ').unwrap_or((shown, ""));
    status == answer.status.to_string()
        && (body.is_empty() || answer.text.lines().last() == Some(body))
}

const SEND: &str = "countersign send ";
