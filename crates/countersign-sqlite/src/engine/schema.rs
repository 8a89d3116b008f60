//! The tables of the file.

use std::path::Path;

use rusqlite::{Connection, Result};

use crate::error::EngineError;

/// The content of a file, as far as its header shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// Nothing: the file is new.
    Nothing,
    /// The tables of an earlier release, which lack that of [`ADDED`].
    Earlier,
    /// The tables of this release.
    Tables,
}

/// Looks at the file. Waits for no process that writes to it.
pub(super) fn look(connection: &Connection, path: &Path) -> Result<Content, EngineError> {
    let header = header(connection);
    let Header { application, version, tables, has_added } =
        header.map_err(|source| EngineError::Open { path: path.to_owned(), source })?;
    match (application, version, tables) {
        (APPLICATION, VERSION, _) if has_added => Ok(Content::Tables),
        (APPLICATION, VERSION, _) => Ok(Content::Earlier),
        (APPLICATION, found, _) => {
            Err(EngineError::Newer { path: path.to_owned(), found, known: VERSION })
        }
        (0, 0, 0) => Ok(Content::Nothing),
        _ => Err(EngineError::Foreign(path.to_owned())),
    }
}

struct Header {
    /// The id of the application.
    application: i64,
    /// The version of the schema.
    version: i64,
    /// The number of tables and indexes.
    tables: i64,
    /// True if the table of [`ADDED`] exists.
    has_added: bool,
}

fn header(connection: &Connection) -> Result<Header> {
    let number = |sql| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
    // All of them at one moment: another process may be making the tables.
    connection.execute_batch("savepoint look")?;
    let read = || {
        Ok(Header {
            tables: number("select count(*) from sqlite_master")?,
            has_added: number(COUNT_ADDED)? > 0,
            application: number("pragma application_id")?,
            version: number("pragma user_version")?,
        })
    };
    let header = read();
    connection.execute_batch("release look")?;
    header
}

/// Makes the tables that do not exist. Waits for no lock if all of them do.
pub(super) fn migrate(connection: &Connection, path: &Path) -> Result<(), EngineError> {
    if look(connection, path)? == Content::Tables {
        return Ok(());
    }
    let failed = |source| EngineError::Open { path: path.to_owned(), source };
    connection.execute_batch("begin immediate").map_err(failed)?;
    // Another process may have made the tables meanwhile.
    let made = look(connection, path).and_then(|content| match content {
        Content::Tables => Ok(()),
        Content::Earlier => connection.execute_batch(ADDED).map_err(failed),
        Content::Nothing => connection
            .execute_batch(SCHEMA)
            .and_then(|()| connection.execute_batch(ADDED))
            .map_err(failed),
    });
    let made = made.and_then(|()| connection.execute_batch("commit").map_err(failed));
    if made.is_err() && !connection.is_autocommit() {
        // The first error is the one to report.
        let _ = connection.execute_batch("rollback");
    }
    made
}

const SCHEMA: &str = include_str!("../schema.sql");

/// A table that earlier releases do not have, and do not need: the version stays the same, so that
/// their programs can open the file while this one runs.
const ADDED: &str = include_str!("../hours.sql");

const COUNT_ADDED: &str =
    "select count(*) from sqlite_master where name = 'countersign_inbox_hours'";

/// The version of [`SCHEMA`].
const VERSION: i64 = 1;

/// The id that marks the file as one of countersign: `csgn` in ASCII.
const APPLICATION: i64 = 0x6373_676e;
