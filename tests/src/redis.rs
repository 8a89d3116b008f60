//! A Redis server of a test.

use std::{
    env,
    fs::{self, File},
    io,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

use crate::{
    foreign::{finish, signal},
    patience::wait_until,
    program::skip,
};

/// A Redis server with its data in a temporary folder. Both are removed when it is dropped, also if
/// the test panics.
///
/// It listens only on a socket in that folder, so that no other process can take a port while it is
/// stopped. Its data survives a restart, but not a crash of the machine.
#[derive(Debug)]
pub struct Redis {
    folder: PathBuf,
    settings: Vec<String>,
    server: Option<Child>,
    is_frozen: bool,
}

impl Redis {
    /// Starts a server. If Redis is not installed on this machine, the test prints that and is
    /// skipped; with `CI=true` it fails.
    ///
    /// # Errors
    ///
    /// If the server does not start.
    ///
    /// # Panics
    ///
    /// With `CI=true`, if it is missing.
    pub fn start() -> io::Result<Option<Self>> {
        Self::start_with(["--port", "0"])
    }

    /// Starts a server with further arguments on its command line.
    ///
    /// # Errors
    ///
    /// If the server does not start.
    ///
    /// # Panics
    ///
    /// With `CI=true`, if it is missing.
    pub fn start_with(
        settings: impl IntoIterator<Item = impl Into<String>>,
    ) -> io::Result<Option<Self>> {
        if !["redis-server", "redis-cli"].iter().all(|program| is_here(program)) {
            skip("redis-server is missing");
            return Ok(None);
        }
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        // The name is short, as the path of a socket must be.
        let folder =
            env::temp_dir().join(format!("countersign-redis-{}-{count}", std::process::id()));
        fs::create_dir(&folder)?;
        let settings = settings.into_iter().map(Into::into).collect();
        let mut redis = Self { folder, settings, server: None, is_frozen: false };
        redis.start_again()?;
        Ok(Some(redis))
    }

    /// Starts a cluster of one node, and returns it with its port. Nodes of a cluster need ports.
    ///
    /// # Errors
    ///
    /// If the node does not start.
    ///
    /// # Panics
    ///
    /// With `CI=true`, if Redis is missing.
    pub fn start_cluster() -> io::Result<Option<(Self, u16)>> {
        let [port, bus] = free_ports()?;
        let redis = Self::start_with(
            [
                ["--port", &port.to_string()],
                ["--bind", "127.0.0.1"],
                ["--cluster-enabled", "yes"],
                ["--cluster-port", &bus.to_string()],
            ]
            .concat(),
        )?;
        let Some(redis) = redis else { return Ok(None) };
        redis.execute(["CLUSTER", "ADDSLOTSRANGE", "0", "16383"])?;
        let is_up = || {
            let info = redis.execute(["CLUSTER", "INFO"]);
            info.is_ok_and(|info| info.contains("cluster_state:ok"))
        };
        if wait_until(is_up) {
            return Ok(Some((redis, port)));
        }
        Err(io::Error::other("the cluster does not come up"))
    }

    /// Returns the address to connect to, in the notation of the crate `redis`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis+unix://{}", self.socket().display())
    }

    /// The server's folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Executes one command, and returns its answer as text, with a line for each element.
    ///
    /// # Errors
    ///
    /// If the command fails, or the server cannot be reached.
    pub fn execute<'a>(&self, command: impl IntoIterator<Item = &'a str>) -> io::Result<String> {
        let mut cli = Command::new("redis-cli");
        // Without `-e`, `redis-cli` reports success when the server answers with an error.
        finish(cli.arg("-e").arg("-s").arg(self.socket()).args(command))
    }

    /// Stops the server, as for maintenance: its connections are closed.
    ///
    /// # Errors
    ///
    /// If the server cannot be signaled or waited for.
    pub fn stop(&mut self) -> io::Result<()> {
        self.thaw()?;
        let Some(mut server) = self.server.take() else { return Ok(()) };
        signal("TERM", [server.id().to_string()])?;
        server.wait().map(drop)
    }

    /// Starts a stopped server, at the same place and with the same data.
    ///
    /// # Errors
    ///
    /// If the server does not start.
    pub fn start_again(&mut self) -> io::Result<()> {
        let log = File::options().create(true).append(true).open(self.folder.join("log"))?;
        let mut command = Command::new("redis-server");
        command.current_dir(&self.folder).args(["--unixsocket", "socket"]);
        // Each change is written to the file before it is answered, without waiting for the disk.
        command.args(["--appendonly", "yes", "--appendfsync", "no", "--save", ""]);
        command.args(&self.settings);
        let server = command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).spawn()?;
        let server = self.server.insert(server);
        let mut ping = Command::new("redis-cli");
        ping.arg("-s").arg(self.folder.join("socket")).arg("PING");
        let mut runs = false;
        let ready_or_gone = || {
            // The server answers with an error while it reads its data.
            runs = finish(&mut ping).is_ok_and(|answer| answer == "PONG");
            runs || !matches!(server.try_wait(), Ok(None))
        };
        if wait_until(ready_or_gone) && runs {
            return Ok(());
        }
        let log = fs::read(self.folder.join("log"))?;
        Err(io::Error::other(format!("no server: {}", String::from_utf8_lossy(&log))))
    }

    /// Freezes the server: its connections stay open, but get no answer.
    ///
    /// # Errors
    ///
    /// If the server cannot be signaled.
    pub fn freeze(&mut self) -> io::Result<()> {
        let Some(server) = &self.server else { return Ok(()) };
        self.is_frozen = true;
        signal("STOP", [server.id().to_string()])
    }

    /// Lets a frozen server continue.
    ///
    /// # Errors
    ///
    /// If the server cannot be signaled.
    pub fn thaw(&mut self) -> io::Result<()> {
        let Some(server) = self.server.as_ref().filter(|_| self.is_frozen) else { return Ok(()) };
        self.is_frozen = false;
        signal("CONT", [server.id().to_string()])
    }

    fn socket(&self) -> PathBuf {
        self.folder.join("socket")
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        if let Some(server) = &mut self.server {
            // `kill` also ends a frozen server.
            let _ = server.kill();
            let _ = server.wait();
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn is_here(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

/// Returns ports that are free at the moment.
fn free_ports<const N: usize>() -> io::Result<[u16; N]> {
    let mut listeners = Vec::with_capacity(N);
    let mut ports = [0; N];
    for port in &mut ports {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        *port = listener.local_addr()?.port();
        listeners.push(listener);
    }
    Ok(ports)
}
