//! The engine of the inbox, and its errors.

use std::{env, error::Error, path::PathBuf, time::Duration};

use clap::Args;
use countersign::inbox::{
    Details, Filter, InboxHistory as _, InboxStore as _, Row, RowId, Stats, StoreError,
};
use countersign_postgres::{
    PostgresInbox,
    deadpool_postgres::{
        Manager, Pool,
        tokio_postgres::{self, Config, error::SqlState},
    },
};
use countersign_sqlite::SqliteInbox;

use super::{change::Action, tls::Tls};
use crate::failure::Failure;

/// The place of an inbox.
#[derive(Args)]
pub(super) struct Place {
    /// File of an inbox in SQLite
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "postgres")]
    sqlite: Option<PathBuf>,
    /// Address of an inbox in PostgreSQL, such as `postgres://user@host/database`
    ///
    /// Without it, the address is read from DATABASE_URL. A password belongs there, because other
    /// users of the machine can see arguments.
    #[arg(long, global = true, value_name = "URL")]
    postgres: Option<String>,
    /// PEM file with further certificates that may sign the one of PostgreSQL
    #[arg(long, global = true, value_name = "FILE")]
    ca_file: Option<PathBuf>,
}

/// An inbox that was opened.
pub(super) enum Engine {
    Sqlite(SqliteInbox),
    Postgres(PostgresInbox),
}

impl Place {
    /// Opens the inbox. Makes neither a file nor a table.
    pub(super) async fn open(&self) -> Result<Engine, Failure> {
        if let Some(file) = &self.sqlite {
            // Rows are kept for as long as the program of the inbox wants: here, none is removed.
            let options = SqliteInbox::options().must_exist().keep_for(Duration::MAX);
            let inbox = options.open(file).await.map_err(|error| {
                failure(&error).next("check the path: a program with an inbox makes the file")
            })?;
            return Ok(Engine::Sqlite(inbox));
        }
        let Some(url) = self
            .postgres
            .clone()
            .or_else(|| env::var("DATABASE_URL").ok().filter(|url| !url.is_empty()))
        else {
            let failure = Failure::usage("the inbox is not named");
            return Err(failure.next("use --sqlite FILE, --postgres URL or DATABASE_URL"));
        };
        let tls = Tls::new(self.ca_file.as_deref())?;
        // Every certificate is verified, with the name of the host.
        let url = url
            .replace("sslmode=verify-full", "sslmode=require")
            .replace("sslmode=verify-ca", "sslmode=require");
        // The error could show parts of the address, and so of the password.
        let mut config: Config = url.parse().map_err(|_| {
            let failure = Failure::usage("the address of PostgreSQL is not valid");
            failure.next("use the form postgres://user:password@host:5432/database")
        })?;
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_TIMEOUT);
        }
        config.application_name("countersign inbox");
        let pool = Pool::builder(Manager::new(config, tls)).max_size(1).build();
        let inbox = PostgresInbox::new(pool.map_err(Failure::could_not_run)?);
        Ok(Engine::Postgres(inbox))
    }
}

/// Calls a method of either engine.
macro_rules! call {
    ($engine:ident.$method:ident($($argument:expr),*)) => {
        match $engine {
            Engine::Sqlite(inbox) => inbox.$method($($argument),*).await,
            Engine::Postgres(inbox) => inbox.$method($($argument),*).await,
        }
        .map_err(|error| failure(&error))
    };
}

impl Engine {
    pub(super) async fn list(&self, filter: &Filter) -> Result<Vec<Row>, Failure> {
        call!(self.list(filter))
    }

    pub(super) async fn get(&self, id: RowId) -> Result<Option<Details>, Failure> {
        call!(self.get(id))
    }

    pub(super) async fn change(&self, action: Action, id: RowId) -> Result<bool, Failure> {
        match action {
            Action::Retry => call!(self.retry(id)),
            Action::Replay => call!(self.replay(id)),
            Action::Discard => call!(self.discard(id)),
        }
    }

    pub(super) async fn prune(&self, age: Duration, most: usize) -> Result<usize, Failure> {
        call!(self.prune(age, most))
    }

    pub(super) async fn stats(&self) -> Result<Vec<Stats>, Failure> {
        call!(self.stats())
    }

    /// Waits until PostgreSQL has woken the workers of other processes. Workers also ask by
    /// themselves, so nothing is lost if it takes longer.
    pub(super) async fn announced(&self) {
        if matches!(self, Self::Postgres(_)) {
            tokio::time::sleep(ANNOUNCEMENT).await;
        }
    }
}

/// Makes a failure of an engine's error, with all its causes.
fn failure(error: &StoreError) -> Failure {
    let mut texts = Vec::new();
    let mut is_undefined = false;
    let mut cause: Option<&dyn Error> = Some(error);
    while let Some(error) = cause {
        let text = error.to_string();
        let text = text.strip_prefix(POOL).unwrap_or(&text).to_owned();
        // Some errors have the text of their source in their own.
        if !texts.last().is_some_and(|last: &String| last.ends_with(&text)) {
            texts.push(text);
        }
        let code = error.downcast_ref().and_then(tokio_postgres::Error::code);
        is_undefined |= code == Some(&SqlState::UNDEFINED_TABLE);
        cause = error.source();
    }
    // The first text only says that the inbox reported an error.
    let text = if texts.len() > 1 { texts[1..].join(": ") } else { texts.join(": ") };
    let failure = Failure::could_not_run(&text);
    if is_undefined {
        let failure = Failure::could_not_run("this database has no inbox");
        return failure.next("check the name of the database; `PostgresInbox::migrate` makes one");
    }
    if text.contains("UnknownIssuer") {
        let next = "name the issuer's certificate with --ca-file; for a server on this machine, \
                    ?sslmode=disable in the address also works";
        return failure.next(next);
    }
    failure
}

/// The pool's words about each error of a connection.
const POOL: &str = "Error occurred while creating a new object: ";

/// Longest time until a connection is made, unless the address sets one.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Time for the notification of [`PostgresInbox`], which it sends in the background.
const ANNOUNCEMENT: Duration = Duration::from_millis(100);
