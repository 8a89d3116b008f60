//! A PgBouncer in front of a PostgreSQL server.

use std::{
    fs, io,
    os::unix::net::UnixStream,
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use crate::{Postgres, have, wait_until};

/// A PgBouncer that lends connections of a [`Postgres`] for one transaction at a time. It ends when
/// it is dropped. It listens on a socket in the server's folder.
#[derive(Debug)]
pub struct PgBouncer {
    folder: PathBuf,
    process: Child,
}

impl PgBouncer {
    /// Starts a pooler with this many connections to the server. The pooler lends them in turn, so
    /// that a client seldom gets the same connection twice. If PgBouncer is not installed on this
    /// machine, the test prints that and is skipped; with `CI=true` it fails.
    ///
    /// # Errors
    ///
    /// If the pooler does not start.
    ///
    /// # Panics
    ///
    /// With `CI=true`, if it is missing.
    pub fn start(postgres: &Postgres, connections: usize) -> io::Result<Option<Self>> {
        // Debian installs it where only root has it in `PATH`.
        let program = if fs::exists(DEBIAN)? { DEBIAN } else { "pgbouncer" };
        if !have(program, ["--version"]) {
            return Ok(None);
        }
        let folder = postgres.folder().to_owned();
        let settings = folder.join("pgbouncer.ini");
        fs::write(
            &settings,
            format!(
                "[databases]\n\
                 * = host={folder} user=postgres\n\
                 [pgbouncer]\n\
                 pool_mode = transaction\n\
                 default_pool_size = {connections}\n\
                 server_idle_timeout = 1\n\
                 server_round_robin = 1\n\
                 auth_type = any\n\
                 listen_addr =\n\
                 listen_port = {PORT}\n\
                 unix_socket_dir = {folder}\n\
                 logfile = {folder}/pgbouncer.log\n",
                folder = folder.display()
            ),
        )?;
        let mut command = Command::new(program);
        command.arg("-q").arg(&settings).current_dir(&folder);
        postgres.run_as_its_user(&mut command);
        let process = command.stdin(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let mut pooler = Self { folder, process };
        let socket = pooler.folder.join(format!(".s.PGSQL.{PORT}"));
        let mut runs = false;
        let ready_or_gone = || {
            runs = UnixStream::connect(&socket).is_ok();
            runs || !matches!(pooler.process.try_wait(), Ok(None))
        };
        if wait_until(ready_or_gone) && runs {
            return Ok(Some(pooler));
        }
        let log = fs::read_to_string(pooler.folder.join("pgbouncer.log"));
        Err(io::Error::other(format!("no pooler: {log:?}")))
    }

    /// Returns the address to connect to, in the notation of [`Postgres::url`].
    #[must_use]
    pub fn url(&self) -> String {
        format!("host={} port={PORT} user=postgres dbname=postgres", self.folder.display())
    }
}

impl Drop for PgBouncer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

const DEBIAN: &str = "/usr/sbin/pgbouncer";

/// Part of the socket's name. No port is opened.
const PORT: u16 = 6432;
