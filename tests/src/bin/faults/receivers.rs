//! The receivers, which are killed and started again.

use std::{
    env,
    error::Error,
    fs, io,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::PathBuf,
    process::{Command, Stdio},
};

use countersign_tests::{Program, Wire};
use rand::{RngExt, rngs::StdRng};

use crate::{
    arguments::{Arguments, Kind},
    sender::SECRET,
    stores::Server,
};

/// Instances of one application.
pub(crate) struct Receivers {
    running: Vec<(Program, Command)>,
    effects: PathBuf,
    spares_first: bool,
}

impl Receivers {
    pub(crate) fn start(arguments: &Arguments, server: &Server) -> Result<Self, Box<dyn Error>> {
        let beside = || Ok::<_, io::Error>(env::current_exe()?.with_file_name("receiver"));
        let program = arguments.receiver.clone().map_or_else(beside, Ok)?;
        let effects = env::temp_dir().join(format!("countersign-faults-{}", std::process::id()));
        fs::write(&effects, "")?;
        // Only one process can use a store in memory.
        let count = match arguments.store {
            Kind::Memory => 1,
            Kind::PostgresInbox | Kind::ExactlyOnceInbox | Kind::NatsInbox => 3,
            _ => 2,
        };
        let running = (0..count).map(|_| {
            // Each receiver has its own port, and keeps it after it was killed.
            let addr = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
            let mut command = Command::new(&program);
            command.args(["--surface", &arguments.surface, "--addr", &addr.to_string()]);
            command.args(server.arguments(arguments)).env("WEBHOOK_SECRET", SECRET);
            command.env("RUST_LOG", "off").stderr(Stdio::null());
            if !arguments.is_exactly_once() {
                command.arg("--effects").arg(&effects);
            }
            if arguments.is_inbox() {
                let has_ends = arguments.kills + arguments.poison > 0;
                command.args(["--inbox-lease", if has_ends { "2000" } else { "120000" }]);
            }
            // With kills, the lease is short, so that the claims of a killed receiver expire soon.
            // Without kills, it is longer than any outage of the store here, so that no event may
            // be handled twice.
            command.args(["--lease", if arguments.kills == 0 { "60" } else { "2" }]);
            Ok((Program::start(&mut command)?, command))
        });
        let running = running.collect::<io::Result<_>>()?;
        Ok(Self { running, effects, spares_first: arguments.measure_every.is_some() })
    }

    pub(crate) fn addrs(&self) -> Vec<SocketAddr> {
        self.running.iter().map(|(program, _)| program.addr()).collect()
    }

    /// Kills one receiver at any point of its work, and starts it again. The first one is spared if
    /// its memory is measured.
    pub(crate) fn kill(&mut self, random: &mut StdRng) -> io::Result<()> {
        let first = usize::from(self.spares_first);
        let index = random.random_range(first..self.running.len());
        let (program, command) = &mut self.running[index];
        program.signal("KILL")?;
        program.wait()?;
        *program = started(command)?;
        Ok(())
    }

    /// Starts receivers again that have ended by themselves. Returns their number.
    pub(crate) fn revive(&mut self) -> io::Result<usize> {
        let mut ended = 0;
        for (program, command) in &mut self.running {
            if program.has_ended()? {
                *program = started(command)?;
                ended += 1;
            }
        }
        Ok(ended)
    }

    /// Returns the resident memory of the first receiver, in KiB, and the number of its open files.
    pub(crate) fn usage(&self) -> io::Result<(u64, usize)> {
        let (program, _) = &self.running[0];
        Ok((program.memory("VmRSS")?, program.descriptors()?))
    }

    /// Returns the ids of the handled events, one a line.
    pub(crate) fn effects(&self) -> Result<String, Box<dyn Error>> {
        let mut wire = Wire::connect(self.addrs()[0])?;
        let reply = wire.exchange("GET /effects HTTP/1.1\r\nHost: receiver\r\n\r\n")?;
        if reply.status != 200 {
            return Err("the effects cannot be listed".into());
        }
        Ok(String::from_utf8(reply.body)?)
    }
}

/// Starts a receiver. It may end at once, because of an event that ends its process.
fn started(command: &mut Command) -> io::Result<Program> {
    let mut tries = 0;
    loop {
        match Program::start(command) {
            Err(_) if tries < 20 => tries += 1,
            started => return started,
        }
    }
}

impl Drop for Receivers {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.effects);
    }
}
