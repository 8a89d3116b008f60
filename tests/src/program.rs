//! Programs that tests start as a user would.

use std::{
    env,
    ffi::OsStr,
    fs::{self, OpenOptions},
    io::{self, BufRead, BufReader, Write},
    net::SocketAddr,
    path::PathBuf,
    process::{Child, ChildStdout, Command, ExitStatus, Stdio},
    thread,
};

use crate::wait_until;

/// A server in a process of its own. It ends when it is dropped.
#[derive(Debug)]
pub struct Program {
    child: Child,
    stdout: BufReader<ChildStdout>,
    addr: SocketAddr,
}

impl Program {
    /// Starts a server and waits for its first line, `listening on ADDRESS`.
    ///
    /// # Errors
    ///
    /// If the server does not start, or its first line is another one.
    pub fn start(command: &mut Command) -> io::Result<Self> {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let stdout = child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
        let mut stdout = BufReader::new(stdout);
        let mut line = String::new();
        stdout.read_line(&mut line)?;
        let addr = line.trim_end().strip_prefix("listening on ").and_then(|addr| addr.parse().ok());
        let Some(addr) = addr else {
            child.kill()?;
            child.wait()?;
            return Err(io::Error::new(io::ErrorKind::InvalidData, line));
        };
        Ok(Self { child, stdout, addr })
    }

    /// Returns the address on which the server listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Returns the next line of the server's standard output, which is empty at the end.
    ///
    /// # Errors
    ///
    /// If the line cannot be read.
    pub fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        self.stdout.read_line(&mut line)?;
        Ok(line.trim_end().to_owned())
    }

    /// Returns a figure of the server's memory in KiB, such as `VmRSS` or `VmHWM` (Linux).
    ///
    /// # Errors
    ///
    /// If there is no such figure.
    pub fn memory(&self, figure: &str) -> io::Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        status
            .lines()
            .find_map(|line| {
                line.strip_prefix(figure)?.strip_prefix(':')?.trim().strip_suffix(" kB")
            })
            .and_then(|kib| kib.trim().parse().ok())
            .ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    /// Sends a signal, such as `TERM`, to the server. Returns before the server reacts.
    ///
    /// # Errors
    ///
    /// If [`signal_when_ready`] fails.
    ///
    /// # Panics
    ///
    /// If [`signal_when_ready`] panics.
    pub fn signal(&self, name: &str) -> io::Result<()> {
        signal_when_ready(name, &self.child)
    }

    /// Returns the number of the server's open files (Linux).
    ///
    /// # Errors
    ///
    /// If they cannot be counted.
    pub fn descriptors(&self) -> io::Result<usize> {
        Ok(fs::read_dir(format!("/proc/{}/fd", self.child.id()))?.count())
    }

    /// Returns true if the server has ended.
    ///
    /// # Errors
    ///
    /// If the server cannot be waited for.
    pub fn has_ended(&mut self) -> io::Result<bool> {
        Ok(self.child.try_wait()?.is_some())
    }

    /// Waits until the server ends.
    ///
    /// # Errors
    ///
    /// If the server cannot be waited for, or has not ended after [`PATIENCE`](crate::PATIENCE).
    pub fn wait(&mut self) -> io::Result<ExitStatus> {
        wait(&mut self.child)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // The process may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends a signal, such as `TERM`, to a process. Returns before the process reacts.
///
/// A server may answer requests before it has a handler for a signal. A signal that comes so early
/// kills it. Therefore, this function first waits for the handler if the signal is `HUP`, `INT` or
/// `TERM` (Linux).
///
/// # Errors
///
/// If the program `kill` cannot be run.
///
/// # Panics
///
/// If the process has no handler for the signal after [`PATIENCE`](crate::PATIENCE), for example
/// because it has ended.
pub fn signal_when_ready(name: &str, process: &Child) -> io::Result<()> {
    assert!(wait_until(|| is_ready_for(name, process)), "no handler for {name}, or ended");
    Command::new("kill").args([format!("-{name}"), process.id().to_string()]).status().map(drop)
}

/// Waits until a process ends.
///
/// # Errors
///
/// If the process cannot be waited for, or has not ended after [`PATIENCE`](crate::PATIENCE).
pub fn wait(process: &mut Child) -> io::Result<ExitStatus> {
    let mut ended = Ok(None);
    let _ = wait_until(|| {
        ended = process.try_wait();
        !matches!(ended, Ok(None))
    });
    ended?.ok_or_else(|| io::ErrorKind::TimedOut.into())
}

/// Returns true if the process has a handler for the signal. Linux lists the handlers in
/// `/proc/PID/status`. Returns true for all other signals, and where there is no such file.
fn is_ready_for(signal: &str, process: &Child) -> bool {
    let number = match signal {
        "HUP" => 1,
        "INT" => 2,
        "TERM" => 15,
        _ => return true,
    };
    let Ok(status) = fs::read_to_string(format!("/proc/{}/status", process.id())) else {
        return true;
    };
    status
        .lines()
        .find_map(|line| line.strip_prefix("SigCgt:"))
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .is_none_or(|mask| mask >> (number - 1) & 1 == 1)
}

/// Returns whether a program is installed on this machine. If it is not, the test is
/// [skipped](skip).
///
/// # Panics
///
/// With `CI=true`, if the program is missing.
pub fn have(program: &str, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> bool {
    let probe = Command::new(program)
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !probe {
        skip(&format!("{program} is missing, or a library that the test needs"));
    }
    probe
}

/// Reports that the running test is skipped, and why. The line is shown although the test passes.
///
/// The target `zz_skipped`, which Cargo runs after all other tests, sums these reports up.
///
/// # Panics
///
/// With `CI=true`: nothing is skipped there.
pub fn skip(reason: &str) {
    assert!(env::var("CI").as_deref() != Ok("true"), "{reason}");
    let thread = thread::current();
    let test = thread.name().unwrap_or("a test");
    // The test harness captures what `eprintln!` prints, and shows it only if the test fails.
    let _ = writeln!(io::stderr().lock(), "skipped {test}: {reason}");
    if let Some(file) = skipped_tests() {
        let file = OpenOptions::new().append(true).create(true).open(file);
        // One write for each line, so that lines of several processes do not mix.
        let _ = file.and_then(|mut file| file.write_all(format!("{test}: {reason}\n").as_bytes()));
    }
}

/// Returns the file with a line for each test that was skipped, in the folder of the test programs.
#[must_use]
pub fn skipped_tests() -> Option<PathBuf> {
    Some(env::current_exe().ok()?.with_file_name("skipped-tests"))
}
