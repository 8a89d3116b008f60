//! A PostgreSQL server of one's own.

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
    sync::atomic::{AtomicU32, Ordering},
};

use crate::{
    foreign::{finish, signal},
    patience::wait_until,
    program::skip,
};

/// A PostgreSQL server with its data in a temporary folder; ended and removed when dropped, with
/// a test that panics, too.
///
/// It listens on a socket in that folder alone: no port can be taken by somebody else while it is
/// stopped. Its log tells each statement. It keeps nothing safe from a crash of the machine.
#[derive(Debug)]
pub struct Postgres {
    folder: PathBuf,
    programs: PathBuf,
    /// PostgreSQL refuses to run as root.
    user: Option<User>,
    server: Option<Child>,
    frozen: Vec<String>,
}

impl Postgres {
    /// Starts a server. Where PostgreSQL is not on this machine the test says so and is skipped;
    /// with `CI=true` it fails.
    ///
    /// # Errors
    ///
    /// If it does not start.
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
        // Short, as the names of sockets must be, and open to another user.
        let name = format!("countersign-postgres-{}-{count}", std::process::id());
        let folder = env::temp_dir().join(name);
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

    /// Where to connect, in the notation that libpq and `tokio-postgres` share.
    #[must_use]
    pub fn url(&self) -> String {
        format!("host={} user=postgres dbname=postgres", self.folder.display())
    }

    /// Its folder, where a test can leave files: it is removed in the end.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Executes statements, and returns the rows as text: columns separated by `|`.
    ///
    /// # Errors
    ///
    /// If one of them fails, or the server cannot be reached.
    pub fn execute(&self, statements: &str) -> io::Result<String> {
        let mut psql = self.command("psql");
        psql.args(["-XAtq", "-v", "ON_ERROR_STOP=1", "-c", statements, &self.url()]);
        finish(&mut psql)
    }

    /// Everything that the server has logged, each statement among it. A statement is there before
    /// it is executed.
    ///
    /// # Errors
    ///
    /// If it cannot be read.
    pub fn log(&self) -> io::Result<String> {
        fs::read(self.folder.join("log")).map(|log| String::from_utf8_lossy(&log).into_owned())
    }

    /// Stops the server, as for maintenance: its connections are closed.
    ///
    /// # Errors
    ///
    /// If it cannot be told or waited for.
    pub fn stop(&mut self) -> io::Result<()> {
        self.end("INT")
    }

    /// Starts a stopped server, at the same place and with the same data.
    ///
    /// # Errors
    ///
    /// If it does not start.
    pub fn start_again(&mut self) -> io::Result<()> {
        let log = File::options().create(true).append(true).open(self.folder.join("log"))?;
        let mut command = self.command("postgres");
        command.args(["-D", "data", "-c", "listen_addresses=", "-c", "log_statement=all"]);
        command.arg("-c").arg(format!("unix_socket_directories={}", self.folder.display()));
        for setting in ["fsync=off", "full_page_writes=off", "shared_buffers=16MB"] {
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

    /// Freezes the server and its connections: they stay open, and nothing is answered.
    ///
    /// # Errors
    ///
    /// If it cannot be told.
    pub fn freeze(&mut self) -> io::Result<()> {
        let Some(server) = &self.server else { return Ok(()) };
        // Itself first, so that it makes no further ones while they are listed.
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

    /// Lets a frozen server go on.
    ///
    /// # Errors
    ///
    /// If it cannot be told.
    pub fn thaw(&mut self) -> io::Result<()> {
        let frozen = std::mem::take(&mut self.frozen);
        if frozen.is_empty() { Ok(()) } else { signal("CONT", &frozen) }
    }

    /// The folder of a new database, which is made once for each user and version and then copied:
    /// a copy takes a sixth of the time.
    fn template(&self) -> io::Result<PathBuf> {
        let version = finish(self.command("postgres").arg("--version"))?;
        let version: String = version.chars().filter(|c| c.is_ascii_alphanumeric()).collect();
        let user = fs::metadata(&self.folder)?.uid();
        let name = format!("countersign-template-{version}-{user}");
        let template = env::temp_dir().join(name);
        let lock = File::create(template.with_extension("lock"))?;
        lock.lock()?;
        if !template.exists() {
            let mut initdb = self.command("initdb");
            initdb.args(["-D", "new", "-U", "postgres", "-A", "trust", "-E", "UTF8"]);
            finish(initdb.args(["--no-locale", "--no-sync"]))?;
            // Renamed only when complete, so an existing template is always complete.
            fs::rename(self.folder.join("new"), &template)?;
        }
        // Everyone can write into the folder for temporary files.
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

    /// A program of PostgreSQL, in the folder, as a user whom it runs for.
    fn command(&self, program: &str) -> Command {
        // Falls back to the `PATH` if PostgreSQL's own folder has no such program.
        let path = self.programs.join(program);
        let mut command = Command::new(if path.is_file() { path } else { program.into() });
        command.current_dir(&self.folder);
        self.run_as_its_user(&mut command);
        command
    }

    /// Lets a program run as the user that the server runs as, where that is not this one.
    pub(crate) fn run_as_its_user(&self, command: &mut Command) {
        if let Some(User { id, group }) = self.user {
            command.uid(id).gid(group);
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // At once, with all that it has started.
        let _ = self.end("QUIT");
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Whom the server runs as.
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
        // Its packages make a user of this name.
        let name = if id(&["-u", "postgres"]).is_ok() { "postgres" } else { "nobody" };
        Ok(Some(Self { id: id(&["-u", name])?, group: id(&["-g", name])? }))
    }
}

/// The folder of PostgreSQL's programs: Debian's newest, or else one of `PATH`.
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
