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
}

impl Receivers {
    pub(crate) fn start(arguments: &Arguments, server: &Server) -> Result<Self, Box<dyn Error>> {
        let beside = || Ok::<_, io::Error>(env::current_exe()?.with_file_name("receiver"));
        let program = arguments.receiver.clone().map_or_else(beside, Ok)?;
        let effects = env::temp_dir().join(format!("countersign-faults-{}", std::process::id()));
        fs::write(&effects, "")?;
        // Only one process can use a store in memory.
        let count = if arguments.store == Kind::Memory { 1 } else { 2 };
        let running = (0..count).map(|_| {
            // Each receiver has its own port, and keeps it after it was killed.
            let addr = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
            let mut command = Command::new(&program);
            command.args(["--surface", &arguments.surface, "--addr", &addr.to_string()]);
            command.args(server.arguments()).env("WEBHOOK_SECRET", SECRET);
            command.env("RUST_LOG", "off").stderr(Stdio::null());
            if arguments.store != Kind::ExactlyOnce {
                command.arg("--effects").arg(&effects);
            }
            // With kills, the lease is short, so that the claims of a killed receiver expire soon.
            // Without kills, it is longer than any outage of the store here, so that no event may
            // be handled twice.
            command.args(["--lease", if arguments.kills == 0 { "60" } else { "2" }]);
            Ok((Program::start(&mut command)?, command))
        });
        let running = running.collect::<io::Result<_>>()?;
        Ok(Self { running, effects })
    }

    pub(crate) fn addrs(&self) -> Vec<SocketAddr> {
        self.running.iter().map(|(program, _)| program.addr()).collect()
    }

    /// Kills one receiver at any point of its work, and starts it again.
    pub(crate) fn kill(&mut self, random: &mut StdRng) -> io::Result<()> {
        let index = random.random_range(0..self.running.len());
        let (program, command) = &mut self.running[index];
        program.signal("KILL")?;
        program.wait()?;
        *program = Program::start(command)?;
        Ok(())
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

impl Drop for Receivers {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.effects);
    }
}
