//! A PostgreSQL server of a test.

use std::{
    env,
    fs::{self, File},
    io,
    os::unix::{
        fs::{MetadataExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use crate::{
    foreign::{finish, signal},
    patience::wait_until,
    program::skip,
};

/// A PostgreSQL server with its data in a temporary folder. Both are removed when it is dropped,
/// also if the test panics.
///
/// It listens only on a socket in that folder, so that no other process can take a port while it is
/// stopped. It logs each statement. Its data does not survive a crash of the machine, unless
/// `POSTGRES_FOLDER` names a folder on a disk: then each commit waits for that disk.
#[derive(Debug)]
pub struct Postgres {
    folder: PathBuf,
    programs: PathBuf,
    /// The user that runs the server, because PostgreSQL refuses to run as root.
    user: Option<User>,
    server: Option<Child>,
    frozen: Vec<String>,
}

impl Postgres {
    /// Starts a server. If PostgreSQL is not installed on this machine, the test prints that and is
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
        let Some(programs) = programs() else {
            skip("postgres is missing");
            return Ok(None);
        };
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        // The name is short, as the path of a socket must be. Another user can enter the folder.
        let name = format!("countersign-postgres-{}-{count}", std::process::id());
        let folder = parent().join(name);
        fs::create_dir(&folder)?;
        let (server, frozen) = (None, Vec::new());
        let mut postgres =
            Self { folder, programs, user: User::instead_of_root()?, server, frozen };
        if let Some(User { id, group }) = postgres.user {
            chown(&postgres.folder, Some(id), Some(group))?;
        }
        let template = postgres.template()?;
        finish(postgres.command("cp").arg("-a").arg(template).arg("data"))?;
        postgres.start_again()?;
        Ok(Some(postgres))
    }

    /// Returns the address to connect to, in the notation that libpq and `tokio-postgres` share.
    #[must_use]
    pub fn url(&self) -> String {
        format!("host={} user=postgres dbname=postgres", self.folder.display())
    }

    /// The server's folder, where a test can leave files. It is removed at the end.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Executes statements, and returns the rows as text: columns separated by `|`.
    ///
    /// # Errors
    ///
    /// If a statement fails, or the server cannot be reached.
    pub fn execute(&self, statements: &str) -> io::Result<String> {
        let mut psql = self.command("psql");
        psql.args(["-XAtq", "-v", "ON_ERROR_STOP=1", "-c", statements, &self.url()]);
        finish(&mut psql)
    }

    /// Returns the server's log, which includes each statement. The server logs a statement before
    /// it executes it.
    ///
    /// # Errors
    ///
    /// If the log cannot be read.
    pub fn log(&self) -> io::Result<String> {
        fs::read(self.folder.join("log")).map(|log| String::from_utf8_lossy(&log).into_owned())
    }

    /// Stops the server, as for maintenance: its connections are closed.
    ///
    /// # Errors
    ///
    /// If the server cannot be signaled or waited for.
    pub fn stop(&mut self) -> io::Result<()> {
        self.end("INT")
    }

    /// Starts a stopped server, at the same place and with the same data.
    ///
    /// # Errors
    ///
    /// If the server does not start.
    pub fn start_again(&mut self) -> io::Result<()> {
        let log = File::options().create(true).append(true).open(self.folder.join("log"))?;
        let mut command = self.command("postgres");
        command.args(["-D", "data", "-c", "listen_addresses=", "-c", "log_statement=all"]);
        command.arg("-c").arg(format!("unix_socket_directories={}", self.folder.display()));
        let settings = match env::var_os(ON_DISK) {
            None => ["fsync=off", "full_page_writes=off", "shared_buffers=16MB"],
            Some(_) => ["fsync=on", "full_page_writes=on", "shared_buffers=128MB"],
        };
        for setting in settings {
            command.args(["-c", setting]);
        }
        let server = command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).spawn()?;
        let server = self.server.insert(server);
        let mut is_ready = Command::new(self.programs.join("pg_isready"));
        is_ready.args(["-q", "-h"]).arg(&self.folder);
        let mut runs = false;
        let ready_or_gone = || {
            runs = is_ready.status().is_ok_and(|status| status.success());
            runs || !matches!(server.try_wait(), Ok(None))
        };
        if wait_until(ready_or_gone) && runs {
            return Ok(());
        }
        Err(io::Error::other(format!("no server: {}", self.log()?)))
    }

    /// Freezes the server and its connections: they stay open, but get no answer.
    ///
    /// # Errors
    ///
    /// If the server cannot be signaled.
    pub fn freeze(&mut self) -> io::Result<()> {
        let Some(server) = &self.server else { return Ok(()) };
        // The server is frozen first, so that it starts no process while its processes are listed.
        let id = server.id().to_string();
        signal("STOP", [&id])?;
        let processes = finish(Command::new("ps").args(["-A", "-o", "pid=,ppid="]))?;
        let children = processes.lines().filter_map(|line| {
            let mut columns = line.split_whitespace();
            let child = columns.next()?;
            (columns.next()? == id).then(|| child.to_owned())
        });
        self.frozen = children.collect();
        signal("STOP", &self.frozen)?;
        self.frozen.push(id);
        Ok(())
    }

    /// Lets a frozen server continue.
    ///
    /// # Errors
    ///
    /// If the server cannot be signaled.
    pub fn thaw(&mut self) -> io::Result<()> {
        let frozen = std::mem::take(&mut self.frozen);
        if frozen.is_empty() { Ok(()) } else { signal("CONT", &frozen) }
    }

    /// Returns the folder of a new database, which is made once for each user and version and then
    /// copied: a copy takes a sixth of the time.
    fn template(&self) -> io::Result<PathBuf> {
        let version = finish(self.command("postgres").arg("--version"))?;
        let version: String = version.chars().filter(|c| c.is_ascii_alphanumeric()).collect();
        let user = fs::metadata(&self.folder)?.uid();
        let name = format!("countersign-template-{version}-{user}");
        let template = parent().join(name);
        let lock = File::create(template.with_extension("lock"))?;
        lock.lock()?;
        if !template.exists() {
            let mut initdb = self.command("initdb");
            initdb.args(["-D", "new", "-U", "postgres", "-A", "trust", "-E", "UTF8"]);
            finish(initdb.args(["--no-locale", "--no-sync"]))?;
            // The folder is renamed when it is complete, so that an existing template is always
            // complete.
            fs::rename(self.folder.join("new"), &template)?;
        }
        // Any user can create this folder, because all users can write into the folder for
        // temporary files.
        if fs::metadata(&template)?.uid() != user {
            let error = format!("{} is another user's", template.display());
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, error));
        }
        Ok(template)
    }

    fn end(&mut self, name: &str) -> io::Result<()> {
        self.thaw()?;
        let Some(mut server) = self.server.take() else { return Ok(()) };
        signal(name, [server.id().to_string()])?;
        server.wait().map(drop)
    }

    /// Returns the command of one of PostgreSQL's programs, in the server's folder and as the
    /// server's user.
    fn command(&self, program: &str) -> Command {
        // The `PATH` is used if PostgreSQL's own folder has no such program.
        let path = self.programs.join(program);
        let mut command = Command::new(if path.is_file() { path } else { program.into() });
        command.current_dir(&self.folder);
        self.run_as_its_user(&mut command);
        command
    }

    /// Makes a command run as the server's user, if that is not the current user.
    pub(crate) fn run_as_its_user(&self, command: &mut Command) {
        if let Some(User { id, group }) = self.user {
            command.uid(id).gid(group);
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // This signal ends the server at once, with all its processes.
        let _ = self.end("QUIT");
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// The user that runs the server.
#[derive(Clone, Copy, Debug)]
struct User {
    id: u32,
    group: u32,
}

impl User {
    fn instead_of_root() -> io::Result<Option<Self>> {
        let id = |arguments: &[&str]| {
            let id = finish(Command::new("id").args(arguments))?;
            id.trim().parse().map_err(|_| io::Error::from(io::ErrorKind::InvalidData))
        };
        if id(&["-u"])? != 0 {
            return Ok(None);
        }
        // PostgreSQL's packages create a user with this name.
        let name = if id(&["-u", "postgres"]).is_ok() { "postgres" } else { "nobody" };
        Ok(Some(Self { id: id(&["-u", name])?, group: id(&["-g", name])? }))
    }
}

/// Returns the folder of PostgreSQL's programs: Debian's newest, or else one in `PATH`.
fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut versions: Vec<_> = versions
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse::<u32>().ok()?, entry.path())))
        .collect();
    versions.sort();
    let debian = versions.into_iter().rev().map(|(_, path)| path.join("bin"));
    let path = env::var_os("PATH").unwrap_or_default();
    let has_all = |folder: &PathBuf| {
        ["initdb", "postgres", "psql", "pg_isready"].iter().all(|name| folder.join(name).is_file())
    };
    debian.chain(env::split_paths(&path)).find(has_all)
}

/// Returns the folder for the data of servers: one in memory, if there is one with a GiB of room.
/// The thousand files of a server take a second to write on many disks.
pub(crate) fn fast_folder() -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    let in_memory = || {
        let output = Command::new("df").args(["-Pk", IN_MEMORY]).output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        let free: u64 = text.lines().last()?.split_whitespace().nth(3)?.parse().ok()?;
        (free >= 1024 * 1024).then(|| IN_MEMORY.into())
    };
    FOLDER.get_or_init(|| in_memory().unwrap_or_else(env::temp_dir)).clone()
}

/// Returns the folder for the folders of the servers.
fn parent() -> PathBuf {
    env::var_os(ON_DISK).map_or_else(fast_folder, PathBuf::from)
}

/// The variable that has a folder on a disk.
const ON_DISK: &str = "POSTGRES_FOLDER";

/// The folder of Linux that is in memory.
const IN_MEMORY: &str = "/dev/shm";
