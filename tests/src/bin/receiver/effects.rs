//! The effects of the handlers.

use std::{
    fs::{self, File, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use countersign::{
    Rejection,
    error::Reason,
    idempotency::{Claim, IdempotencyKey, InProgressStatus, StoreError},
    inbox::{Attempt, Settled},
};
use countersign_postgres::{PostgresInbox, PostgresStore};
use deadpool_postgres::Pool;
use tokio::time::sleep;

use crate::{handler::Failure, idempotency::postgres};

/// A line for each event that a handler was given.
#[derive(Clone, Debug)]
pub(crate) enum Effects {
    Memory(Arc<Mutex<String>>),
    File(Arc<File>, PathBuf),
    /// Rows, written in the transaction that claims the event, or that ends its attempt.
    Table(Pool, PostgresStore, PostgresInbox),
}

impl Effects {
    pub(crate) fn in_memory() -> Self {
        Self::Memory(Arc::default())
    }

    pub(crate) fn append_to(path: &Path) -> std::io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        Ok(Self::File(Arc::new(file), path.to_owned()))
    }

    pub(crate) async fn in_table(url: &str) -> Result<Self, Box<dyn std::error::Error>> {
        let (pool, store) = postgres(url).await?;
        let client = pool.get().await?;
        client
            .batch_execute(
                "begin; select pg_advisory_xact_lock(7261); \
                 create table if not exists effects (number bigserial, line text not null); commit",
            )
            .await?;
        let inbox = PostgresInbox::new(pool.clone());
        Ok(Self::Table(pool, store, inbox))
    }

    /// Adds the id of an event. Printable ASCII without spaces stays as it is; any other id becomes
    /// a JSON string, which is always one line. Returns after the pause.
    pub(crate) async fn add(
        &self,
        key: Option<&IdempotencyKey>,
        id: &str,
        pause: Duration,
    ) -> Result<(), Failure> {
        let is_plain = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_graphic());
        let line = if is_plain { id.to_owned() } else { quoted(id) };
        match self {
            Self::Memory(lines) => {
                let mut lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
                lines.extend([&*line, "\n"]);
            }
            // The file is opened for appending, and each line is one write, so that lines of
            // several threads do not mix.
            Self::File(file, _) => {
                (&**file).write_all(format!("{line}\n").as_bytes()).map_err(|_| Failure::Failed)?;
            }
            Self::Table(pool, store, _) => {
                let mut client = pool.get().await.map_err(unreachable)?;
                let transaction = client.transaction().await.map_err(unreachable)?;
                if let Some(key) = key {
                    match store
                        .claim_in(&transaction, key, REMEMBERED)
                        .await
                        .map_err(unreachable)?
                    {
                        Claim::Fresh => {}
                        Claim::InProgress { retry_after } => {
                            let status = InProgressStatus::default();
                            return Err(Reason::InProgress { retry_after, status }.into());
                        }
                        Claim::Done { .. } => return Err(Reason::Duplicate { answer: None }.into()),
                    }
                }
                let insert = "insert into effects (line) values ($1)";
                transaction.execute(insert, &[&line]).await.map_err(unreachable)?;
                sleep(pause).await;
                return transaction.commit().await.map_err(unreachable);
            }
        }
        sleep(pause).await;
        Ok(())
    }

    /// Adds the id of an event that an inbox has kept. In a table, the attempt ends in the same
    /// transaction.
    pub(crate) async fn add_kept(
        &self,
        id: &str,
        pause: Duration,
        attempt: Option<&Attempt>,
    ) -> Result<(), Failure> {
        let (Self::Table(pool, _, inbox), Some(attempt)) = (self, attempt) else {
            return self.add(None, id, pause).await;
        };
        let mut client = pool.get().await.map_err(unreachable)?;
        let transaction = client.transaction().await.map_err(unreachable)?;
        let insert = "insert into effects (line) values ($1)";
        transaction.execute(insert, &[&id]).await.map_err(unreachable)?;
        sleep(pause).await;
        match inbox.finish_in(&transaction, attempt).await.map_err(unreachable)? {
            Settled::Applied => transaction.commit().await.map_err(unreachable),
            Settled::LeaseLost => Err(Failure::Failed),
        }
    }

    /// Returns all lines.
    pub(crate) async fn list(&self) -> Result<String, Failure> {
        match self {
            Self::Memory(lines) => Ok(lines.lock().unwrap_or_else(PoisonError::into_inner).clone()),
            Self::File(_, path) => fs::read_to_string(path).map_err(|_| Failure::Failed),
            Self::Table(pool, ..) => {
                let client = pool.get().await.map_err(unreachable)?;
                let select = "select line from effects order by number";
                let rows = client.query(select, &[]).await.map_err(unreachable)?;
                Ok(rows.iter().map(|row| row.get::<_, String>(0) + "\n").collect())
            }
        }
    }
}

fn unreachable(error: impl std::error::Error + Send + Sync + 'static) -> Failure {
    Reason::Store(StoreError::new(error)).into()
}

impl From<Reason> for Failure {
    fn from(reason: Reason) -> Self {
        Self::Rejected(Rejection::new(reason))
    }
}

/// Time for which a provider may repeat a delivery.
const REMEMBERED: Duration = Duration::from_secs(24 * 60 * 60);

/// Returns a JSON string in ASCII, so that no reader takes one of its characters for the end of a
/// line.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            ' '..='~' => quoted.push(character),
            _ => {
                let mut units = [0; 2];
                for unit in character.encode_utf16(&mut units) {
                    quoted.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    quoted.push('"');
    quoted
}
