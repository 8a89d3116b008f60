//! A cluster of NATS servers of a test.

use std::{
    env,
    fs::{self, File},
    io::{self, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use crate::{
    foreign::{finish, signal},
    patience::wait_until,
    postgres::fast_folder,
    program::skip,
};

/// A cluster of NATS servers with JetStream. Their data is in a temporary folder. Servers and data
/// are removed when it is dropped, also if the test panics.
///
/// The servers write to their disk before they answer.
#[derive(Debug)]
pub struct Nats {
    folder: PathBuf,
    program: PathBuf,
    nodes: Vec<Node>,
    sync: &'static str,
}

#[derive(Debug)]
struct Node {
    client: u16,
    route: u16,
    monitoring: u16,
    server: Option<Child>,
}

impl Nats {
    /// Starts a cluster of `nodes` servers; one server is no cluster. If the program is missing,
    /// the test prints that and is skipped; with `CI=true` it fails. With `FETCH_PACKAGES=true`,
    /// the program is fetched first.
    ///
    /// # Errors
    ///
    /// If a server does not start.
    ///
    /// # Panics
    ///
    /// With `CI=true`, if the program is missing.
    pub fn start(nodes: usize) -> io::Result<Option<Self>> {
        let program = Self::program();
        program.map(|program| Self::start_program(program, nodes, "always")).transpose()
    }

    /// Returns a server that is new enough. If it is missing, the test is skipped as by
    /// [`start`](Self::start).
    ///
    /// # Panics
    ///
    /// With `CI=true`, if the program is missing.
    #[must_use]
    pub fn program() -> Option<PathBuf> {
        let program = program();
        if program.is_none() {
            skip("nats-server 2.12 or newer is missing: run tests/nats/fetch");
        }
        program
    }

    /// Returns the folder in which tests make folders for the data of servers.
    #[must_use]
    pub fn folder() -> PathBuf {
        env::var_os("NATS_FOLDER").map_or_else(fast_folder, PathBuf::from)
    }

    /// Starts a server that flushes its disk at intervals, as it does by default.
    ///
    /// # Errors
    ///
    /// If the server does not start.
    ///
    /// # Panics
    ///
    /// With `CI=true`, if the program is missing.
    pub fn start_without_sync() -> io::Result<Option<Self>> {
        Self::program().map(|program| Self::start_program(program, 1, "2m")).transpose()
    }

    /// Starts one server of the version that the system has. Returns `None` if it has none.
    ///
    /// # Errors
    ///
    /// If the server does not start.
    ///
    /// # Panics
    ///
    /// With `CI=true`, if the system has no nats-server.
    pub fn start_old() -> io::Result<Option<Self>> {
        let Some(program) = in_path("nats-server") else {
            skip("nats-server of the system is missing");
            return Ok(None);
        };
        Self::start_program(program, 1, "").map(Some)
    }

    fn start_program(program: PathBuf, nodes: usize, sync: &'static str) -> io::Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder =
            Self::folder().join(format!("countersign-nats-{}-{count}", std::process::id()));
        fs::create_dir(&folder)?;
        let ports = free_ports(3 * nodes)?;
        let nodes = ports.chunks_exact(3).map(|ports| Node {
            client: ports[0],
            route: ports[1],
            monitoring: ports[2],
            server: None,
        });
        let mut nats = Self { folder, program, nodes: nodes.collect(), sync };
        for node in 0..nats.nodes.len() {
            nats.start_node(node)?;
        }
        nats.wait_until_healthy()?;
        Ok(nats)
    }

    /// Returns the number of nodes.
    #[must_use]
    pub fn nodes(&self) -> usize {
        self.nodes.len()
    }

    /// Returns the addresses to connect to, with commas between them.
    #[must_use]
    pub fn url(&self) -> String {
        let urls = self.nodes.iter().map(|node| format!("nats://127.0.0.1:{}", node.client));
        urls.collect::<Vec<_>>().join(",")
    }

    /// Returns the monitoring address of a node.
    #[must_use]
    pub fn monitoring(&self, node: usize) -> String {
        format!("127.0.0.1:{}", self.nodes[node].monitoring)
    }

    /// Starts a node that was stopped or killed, with the same data.
    ///
    /// # Errors
    ///
    /// If the program cannot be started.
    pub fn start_node(&mut self, node: usize) -> io::Result<()> {
        let others = self.nodes.iter().map(|node| format!("nats://127.0.0.1:{}", node.route));
        let routes = others.collect::<Vec<_>>().join(", ");
        let Node { client, route, monitoring, .. } = self.nodes[node];
        let folder = self.folder.display();
        let cluster = if self.nodes.len() == 1 {
            String::new()
        } else {
            format!(
                "cluster {{ name: tests, listen: \"127.0.0.1:{route}\", routes: [{routes}] }}\n"
            )
        };
        let sync = match self.sync {
            "" => String::new(),
            sync => format!("sync_interval: {sync}"),
        };
        // Requests of the tests are longer than the default of 1 MiB allows.
        let text = format!(
            "server_name: node{node}\nlisten: \"127.0.0.1:{client}\"\nhttp: \"127.0.0.1:{monitoring}\"\n\
             max_payload: 8MB\njetstream {{ store_dir: \"{folder}/{node}\"\n{sync} }}\n{cluster}"
        );
        let config = self.folder.join(format!("{node}.conf"));
        fs::write(&config, text)?;
        let log = self.folder.join(format!("{node}.log"));
        let log = File::options().create(true).append(true).open(log)?;
        let mut command = Command::new(&self.program);
        command.arg("-c").arg(config).stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        self.nodes[node].server = Some(command.spawn()?);
        Ok(())
    }

    /// Ends a node at once, as a loss of its machine would.
    ///
    /// # Errors
    ///
    /// If the node cannot be signaled.
    pub fn kill_node(&mut self, node: usize) -> io::Result<()> {
        let Some(mut server) = self.nodes[node].server.take() else { return Ok(()) };
        server.kill()?;
        server.wait().map(drop)
    }

    /// Ends a node as an operator does.
    ///
    /// # Errors
    ///
    /// If the node cannot be signaled.
    pub fn stop_node(&mut self, node: usize) -> io::Result<()> {
        let Some(mut server) = self.nodes[node].server.take() else { return Ok(()) };
        signal("TERM", [server.id().to_string()])?;
        server.wait().map(drop)
    }

    /// Freezes a node: it keeps its connections, and answers nothing.
    ///
    /// # Errors
    ///
    /// If the node cannot be signaled.
    pub fn freeze_node(&self, node: usize) -> io::Result<()> {
        self.signal(node, "STOP")
    }

    /// Lets a frozen node continue.
    ///
    /// # Errors
    ///
    /// If the node cannot be signaled.
    pub fn thaw_node(&self, node: usize) -> io::Result<()> {
        self.signal(node, "CONT")
    }

    /// Returns the node that leads a stream, if there is one.
    #[must_use]
    pub fn leader_of(&self, stream: &str) -> Option<usize> {
        let running = self.nodes.iter().filter(|node| node.server.is_some());
        running.filter_map(|node| get(node.monitoring, "/jsz?streams=1").ok()).find_map(|text| {
            let json: serde_json::Value = serde_json::from_str(&text).ok()?;
            let streams = json["account_details"][0]["stream_detail"].as_array()?;
            let stream = streams.iter().find(|detail| detail["name"] == stream)?;
            stream["cluster"]["leader"].as_str()?.strip_prefix("node")?.parse().ok()
        })
    }

    /// Waits until every node that was started says that it is healthy.
    ///
    /// # Errors
    ///
    /// If one does not become healthy.
    pub fn wait_until_healthy(&self) -> io::Result<()> {
        for node in self.nodes.iter().filter(|node| node.server.is_some()) {
            let is_healthy =
                || get(node.monitoring, "/healthz").is_ok_and(|text| text.contains("\"ok\""));
            if !wait_until(is_healthy) {
                let log = fs::read_to_string(self.folder.join("0.log")).unwrap_or_default();
                return Err(io::Error::other(format!("nats-server is not healthy: {log}")));
            }
        }
        Ok(())
    }

    fn signal(&self, node: usize, name: &str) -> io::Result<()> {
        let Some(server) = &self.nodes[node].server else { return Ok(()) };
        signal(name, [server.id().to_string()])
    }
}

impl Drop for Nats {
    fn drop(&mut self) {
        for node in &mut self.nodes {
            if let Some(server) = &mut node.server {
                // `kill` also ends a frozen server.
                let _ = server.kill();
                let _ = server.wait();
            }
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Returns ports that are free at the moment. All of them are bound before the first is released,
/// so they are different.
fn free_ports(count: usize) -> io::Result<Vec<u16>> {
    let listeners = (0..count).map(|_| TcpListener::bind("127.0.0.1:0"));
    let listeners = listeners.collect::<io::Result<Vec<_>>>()?;
    listeners.iter().map(|listener| Ok(listener.local_addr()?.port())).collect()
}

/// Asks a monitoring address.
fn get(port: u16, path: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    // A frozen server accepts connections, and answers nothing.
    stream.set_read_timeout(Some(Duration::from_millis(500)))?;
    stream.write_all(format!("GET {path} HTTP/1.0\r\n\r\n").as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default())
}

/// Returns a server that is new enough.
fn program() -> Option<PathBuf> {
    static PROGRAM: OnceLock<Option<PathBuf>> = OnceLock::new();
    let find = || {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent()?;
        if env::var("FETCH_PACKAGES").as_deref() == Ok("true") {
            finish(Command::new("bash").arg(root.join("tests/nats/fetch"))).ok()?;
        }
        let fetched = root.join("target/nats/nats-server");
        [Some(fetched), in_path("nats-server")]
            .into_iter()
            .flatten()
            .find(|program| is_new(program))
    };
    PROGRAM.get_or_init(find).clone()
}

fn is_new(program: &Path) -> bool {
    let Ok(text) = finish(Command::new(program).arg("--version")) else { return false };
    let version = text.trim().trim_start_matches("nats-server: v");
    let mut numbers = version.split('.').map(|number| number.parse::<u32>().unwrap_or_default());
    (numbers.next(), numbers.next()) >= (Some(2), Some(12))
}

fn in_path(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    // Debian keeps servers where only root has them in PATH.
    let folders = env::split_paths(&path).chain(["/usr/sbin".into()]);
    folders.map(|folder| folder.join(program)).find(|program| program.is_file())
}
