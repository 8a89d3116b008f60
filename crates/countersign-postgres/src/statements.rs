//! The SQL statements of the store.
//!
//! Outside of a transaction, each statement is a transaction by itself. Times are those of the
//! server's `clock_timestamp()` or `statement_timestamp()`, because `now()` stays the same within a
//! transaction.

use crate::table::Table;

/// SQL that makes the table with its default name: see
/// [`PostgresStore::migrate`](crate::PostgresStore::migrate).
///
/// Use it with a migration tool of your own. Execute it in one transaction, because it sets the
/// transaction's `lock_timeout` to 1 s. For a table with another name, use
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

/// Returns whether the table and its index exist. Waits for no lock, and needs no right to create.
const IS_MIGRATED: &str = "\
select exists (
    select from pg_index
    where indrelid = to_regclass('claims_table')
        and pg_get_indexdef(indexrelid, 1, true) = 'expires_at'
)";

/// Claims an event that has no row, which is the usual case. It affects one row, and costs little
/// more than a plain insertion. If there is a row, it writes nothing and affects no row.
///
/// The columns are those of [`MIGRATION`], in the same order. They are not listed here: the server
/// parses the statement for each claim, and a list would cost 2 % more.
const INSERT: &str = "\
insert into claims_table values ($1, $2, clock_timestamp() + $3) on conflict do nothing";

/// Inserts an event that is done, like [`INSERT`].
const INSERT_DONE: &str = "\
insert into claims_table values ($1, $2, clock_timestamp() + $3, $4) on conflict do nothing";

/// Returns a row, as [`CLAIM`] does, if another lease holds the event or if it is done. This is the
/// case for most duplicates, which therefore write nothing.
const HELD: &str = "\
select false, note, date_part('epoch', expires_at - clock_timestamp())
from claims_table
where key = $1 and expires_at > clock_timestamp() and (token <> $2 or note is not null)";

/// Claims an event if it is free. Returns one row: whether this claim holds the event, the note of
/// the event, and the seconds until it expires.
///
/// If the event is not free, the statement writes the row back unchanged: `on conflict do nothing`
/// would return no row, and a second statement would read the row at another moment.
const CLAIM: &str = "\
insert into claims_table as claims (key, token, expires_at, note)
values ($1, $2, clock_timestamp() + $3, $4)
on conflict (key) do update set
    token = case when is_free then excluded.token else claims.token end,
    expires_at = case when is_free then excluded.expires_at else claims.expires_at end,
    note = case when is_free then excluded.note else claims.note end
returning token = $2 and note is not distinct from $4, note,
    date_part('epoch', expires_at - clock_timestamp())";

/// The condition for claiming a row: it has expired, or the claim is repeated. The time is that of
/// the statement, so that it is the same for each column.
const IS_FREE: &str = "(claims.expires_at <= statement_timestamp() \
    or claims.token = excluded.token and claims.note is null)";

/// Marks the event as done, and affects one row. It affects no row if another lease holds or has
/// completed the event. A row that is gone or expired belongs to no lease.
const COMPLETE: &str = "\
insert into claims_table as claims (key, token, expires_at, note)
values ($1, $2, clock_timestamp() + $3, $4)
on conflict (key) do update
    set (token, expires_at, note) = (excluded.token, excluded.expires_at, excluded.note)
    where claims.token = excluded.token or claims.expires_at <= clock_timestamp()";

/// Removes the claim. Returns one row if the event is free afterwards.
const RELEASE: &str = "\
with \"released here\" as (
    delete from claims_table where key = $1 and token = $2 and note is null returning true
)
select true
where exists (select from \"released here\")
    or not exists (select from claims_table where key = $1 and expires_at > clock_timestamp())";

/// Removes an event that is done, and affects one row.
const FORGET: &str = "\
delete from claims_table
where key = $1 and note is not null and expires_at > clock_timestamp()";

/// Removes expired rows. Rows that another transaction has locked are left for the next time. The
/// time is that of the statement's beginning, so that the index can be used.
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
