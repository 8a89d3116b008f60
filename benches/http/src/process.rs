//! Servers in processes of their own, on one core.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::{Outcome, Settings, documented, subject::Program};

/// A running server, which is stopped when it is dropped.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    addr: SocketAddr,
}

impl Process {
    /// Starts a server and waits until it can be connected to.
    pub(crate) fn start(program: &Program, settings: &Settings) -> Outcome<Self> {
        // The port is free now, and hopefully until the server has taken it.
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let mut command = Command::new("taskset");
        command.args(["-c", &settings.server_core.to_string()]);
        match program {
            Program::Own(name) => {
                command.arg(std::env::current_exe()?).args(["serve", name, &port.to_string()]);
            }
            Program::Express => documented::express(&mut command, port)?,
            Program::Flask => documented::flask(&mut command, port)?,
        }
        // Our servers end when their standard input ends, even if this process is killed.
        let child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn()?;
        let mut process = Self { child, addr: (Ipv4Addr::LOCALHOST, port).into() };
        let start = Instant::now();
        while TcpStream::connect(process.addr).is_err() {
            if let Some(status) = process.child.try_wait()? {
                return Err(format!("{program:?} ended with {status}").into());
            }
            if start.elapsed() > PATIENCE {
                return Err(format!("{program:?} does not listen").into());
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(process)
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Returns a figure of the process's memory in bytes, such as `VmRSS` or `VmHWM`, including its
    /// children.
    pub(crate) fn memory(&self, figure: &str) -> u64 {
        self.tree().iter().filter_map(|id| memory(*id, figure)).sum()
    }

    /// Resets the peak of the process's memory.
    pub(crate) fn forget_peak(&self) {
        for id in self.tree() {
            // proc(5), clear_refs: 5 resets the peak resident set size.
            let _ = fs::write(format!("/proc/{id}/clear_refs"), "5");
        }
    }

    /// Returns the id of the process, and those of its children.
    fn tree(&self) -> Vec<u32> {
        let id = self.child.id();
        let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children"));
        let children = children.unwrap_or_default();
        let children = children.split_whitespace().filter_map(|child| child.parse().ok());
        [id].into_iter().chain(children).collect()
    }
}

fn memory(id: u32, figure: &str) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(figure)?.strip_prefix(':'))?;
    let kib: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

impl Drop for Process {
    fn drop(&mut self) {
        // SIGTERM first, so that the server can stop the processes that it has started.
        let id = self.child.id().to_string();
        let _ = Command::new("kill").args(["-TERM", &id]).stderr(Stdio::null()).status();
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(3) {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Longest time for a server to start.
const PATIENCE: Duration = Duration::from_secs(20);
