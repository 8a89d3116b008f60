//! The lines to paste that stand on top of an example.

use std::{
    io,
    net::SocketAddr,
    process::{Command, Stdio},
};

use crate::have;

/// Pastes each curl line of a page into a shell, and compares the answer with the one promised in
/// the line above: `# 200: its body`, or `# 413` where the body does not matter. What else stands
/// in the block before is pasted along.
///
/// Skipped where curl or openssl are missing; see [`have`].
///
/// # Errors
///
/// If there is no shell.
///
/// # Panics
///
/// If a promise is not kept, or there is none.
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
    // As in a shell of which we know nothing: what is needed has to stand on the page.
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
