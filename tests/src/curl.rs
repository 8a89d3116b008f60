//! The shell lines on the page of an example.

use std::{
    io,
    net::SocketAddr,
    process::{Command, Stdio},
};

use crate::have;

/// Runs each curl line of a page in a shell, and compares the answer with the one that the line
/// above promises: `# 200: its body`, or `# 413` if the body does not matter. The other lines of
/// the block before it run in the same shell.
///
/// Skipped if curl or openssl is missing; see [`have`].
///
/// # Errors
///
/// If there is no shell.
///
/// # Panics
///
/// If an answer differs from its promise, or a line has no promise.
pub fn paste(page: &str, addr: SocketAddr) -> io::Result<()> {
    if !have("curl", ["--version"]) || !have("openssl", ["version"]) {
        return Ok(());
    }
    let (mut before, mut promise, mut pasted) = (String::new(), None, 0);
    for line in page.lines().map_while(|line| line.strip_prefix("//!")).map(str::trim_start) {
        if line.starts_with("```") {
            before.clear();
        } else if let Some(promised) = line.strip_prefix("# ") {
            promise = Some(promised);
        } else if line.contains("curl -i") {
            let script = format!("{before}{}", line.replace("127.0.0.1:3000", &addr.to_string()));
            let answer = run(&script)?;
            let promised = promise.take().unwrap_or("no answer");
            assert!(is_kept(promised, &answer), "{line}\npromised: {promised}\ncame: {answer}");
            pasted += 1;
        } else {
            before = format!("{before}{line}\n");
        }
    }
    assert!(pasted > 0, "no line to paste");
    Ok(())
}

fn run(script: &str) -> io::Result<String> {
    // The shell has no settings of its own, because the page must hold everything that is needed.
    let mut shell = Command::new("sh");
    shell.args(["-c", script]).env_remove("WEBHOOK_SECRET").env("NO_PROXY", "*");
    let output = shell.stderr(Stdio::null()).output()?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn is_kept(promised: &str, answer: &str) -> bool {
    let (status, body) = match promised.split_once(": ") {
        Some((status, body)) => (status, Some(body)),
        None => (promised, None),
    };
    let Some((head, came)) = answer.split_once("\r\n\r\n") else { return false };
    if head.starts_with("HTTP/1.1 100 ") {
        return is_kept(promised, came);
    }
    head.starts_with(&format!("HTTP/1.1 {status} ")) && body.is_none_or(|body| body == came)
}
