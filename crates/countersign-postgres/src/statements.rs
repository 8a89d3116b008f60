//! What is said to the database.
//!
//! Each statement is one transaction, unless it is within one. Times are the server's, at this
//! moment: `now()` stands still within a transaction.

use crate::table::Table;

/// The table of the default name; see [`PostgresStore::migrate`](crate::PostgresStore::migrate).
///
/// Use it if a tool of your own makes tables. Execute it in one transaction, because it sets the
/// transaction's `lock_timeout` to 1 s. For a table with another name:
/// [`PostgresStore::migration`](crate::PostgresStore::migration).
pub const MIGRATION: &str = include_str!("schema.sql");

/// The statements for one table.
#[derive(Debug)]
pub(crate) struct Statements {
    pub(crate) table: String,
    pub(crate) is_migrated: String,
    pub(crate) migrate: String,
    pub(crate) insert: String,
    pub(crate) insert_done: String,
    pub(crate) held: String,
    pub(crate) claim: String,
    pub(crate) complete: String,
    pub(crate) release: String,
    pub(crate) forget: String,
    pub(crate) prune: String,
}

impl Statements {
    pub(crate) fn of(Table { name, index }: &Table) -> Self {
        let migrate = MIGRATION
            .replace("\"countersign_claims_expires_at\"", index)
            .replace("\"countersign_claims\"", name);
        Self {
            table: name.clone(),
            is_migrated: IS_MIGRATED.replace("claims_table", name),
            migrate,
            insert: INSERT.replace("claims_table", name),
            insert_done: INSERT_DONE.replace("claims_table", name),
            held: HELD.replace("claims_table", name),
            claim: CLAIM.replace("is_free", IS_FREE).replace("claims_table", name),
            complete: COMPLETE.replace("claims_table", name),
            release: RELEASE.replace("claims_table", name),
            forget: FORGET.replace("claims_table", name),
            prune: PRUNE.replace("claims_table", name),
        }
    }
}

/// Reads whether the table and its index exist. Waits for no lock, and needs no right to create.
const IS_MIGRATED: &str = "\
select exists (
    select from pg_index
    where indrelid = to_regclass('claims_table')
        and pg_get_indexdef(indexrelid, 1, true) = 'expires_at'
)";

/// Claims an event that nobody has claimed before, as most are: a row is counted then. It costs
/// little more than a bare insertion, and writes nothing if there is a row.
///
/// The columns are those of [`MIGRATION`], in its order. The server reads the statement for each
/// claim, and a list of columns would cost it 2 % more.
const INSERT: &str = "\
insert into claims_table values ($1, $2, clock_timestamp() + $3) on conflict do nothing";

/// Inserts an event that is done, like [`INSERT`].
const INSERT_DONE: &str = "\
insert into claims_table values ($1, $2, clock_timestamp() + $3, $4) on conflict do nothing";

/// Answers a row, as [`CLAIM`] does, if the event is held: by another, or because it is done. Most
/// duplicates find that, and write nothing either.
const HELD: &str = "\
select false, note, date_part('epoch', expires_at - clock_timestamp())
from claims_table
where key = $1 and expires_at > clock_timestamp() and (token <> $2 or note is not null)";

/// Claims an event whatever there is, and answers one row: whether it is claimed by that; and what
/// there is now.
///
/// A row that is held is written as it is, because a conflict that changes nothing answers nothing,
/// and to ask again would be to ask at another moment.
const CLAIM: &str = "\
insert into claims_table as claims (key, token, expires_at, note)
values ($1, $2, clock_timestamp() + $3, $4)
on conflict (key) do update set
    token = case when is_free then excluded.token else claims.token end,
    expires_at = case when is_free then excluded.expires_at else claims.expires_at end,
    note = case when is_free then excluded.note else claims.note end
returning token = $2 and note is not distinct from $4, note,
    date_part('epoch', expires_at - clock_timestamp())";

/// Whether a row can be claimed: it is over, or the claim is repeated. The time does not pass
/// within a statement, so that it is the same for each column.
const IS_FREE: &str = "(claims.expires_at <= statement_timestamp() \
    or claims.token = excluded.token and claims.note is null)";

/// Counts a row if it is done by that. One that is gone, or over, is nobody's.
const COMPLETE: &str = "\
insert into claims_table as claims (key, token, expires_at, note)
values ($1, $2, clock_timestamp() + $3, $4)
on conflict (key) do update
    set (token, expires_at, note) = (excluded.token, excluded.expires_at, excluded.note)
    where claims.token = excluded.token or claims.expires_at <= clock_timestamp()";

/// Counts a row if it is free after that.
const RELEASE: &str = "\
with \"released here\" as (
    delete from claims_table where key = $1 and token = $2 and note is null returning true
)
select true
where exists (select from \"released here\")
    or not exists (select from claims_table where key = $1 and expires_at > clock_timestamp())";

/// Counts a row if the event was done, and is free after that.
const FORGET: &str = "\
delete from claims_table
where key = $1 and note is not null and expires_at > clock_timestamp()";

/// Counts what it removes. Rows that somebody holds at the moment are left for the next time. The
/// time is that of the statement's beginning, which an index can be searched for.
const PRUNE: &str = "\
with \"expired here\" as materialized (
    select key from claims_table
    where expires_at <= statement_timestamp()
    order by expires_at
    limit $1
    for update skip locked
)
delete from claims_table as claims using \"expired here\" as expired
where claims.key = expired.key and claims.expires_at <= statement_timestamp()";
