//! Programs that are not part of this project.

use std::{
    io,
    path::Path,
    process::{Command, Output, Stdio},
};

/// Runs a program to its end, and returns its output.
pub(crate) fn finish(command: &mut Command) -> io::Result<String> {
    let Output { status, stdout, stderr } = command.stdin(Stdio::null()).output()?;
    if !status.success() {
        let program = Path::new(command.get_program()).display();
        let told = String::from_utf8_lossy(&stderr);
        return Err(io::Error::other(format!("{program}: {}", told.trim_end())));
    }
    Ok(String::from_utf8_lossy(&stdout).trim_end().to_owned())
}

/// Sends a signal to processes. Processes that have already ended are not an error.
pub(crate) fn signal(
    name: &str,
    processes: impl IntoIterator<Item = impl AsRef<str>>,
) -> io::Result<()> {
    let mut kill = Command::new("kill");
    kill.arg(format!("-{name}")).stderr(Stdio::null());
    for process in processes {
        kill.arg(process.as_ref());
    }
    kill.status().map(drop)
}
