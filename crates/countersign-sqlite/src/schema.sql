-- Version 1. All times are milliseconds since 1970-01-01T00:00:00Z. Tables that programs can do
-- without are made by `hours.sql`, also in files that have the others.

-- One row for each delivery: the claim of its event, its place in the queue, and its history.
create table countersign_inbox (
    -- Never used twice, so that later deliveries have greater numbers.
    id integer primary key autoincrement,
    key text unique,
    endpoint text not null,
    provider text not null,
    tenant text,
    event_type text,
    event_id text,
    object text,
    version integer,
    -- waiting, running, done, dead or discarded
    state text not null,
    attempts integer not null default 0,
    -- waiting: when it is due; running: the end of the lease; otherwise null
    due_at integer,
    -- 1 if an earlier row of the same endpoint and object has a due_at: then it is not taken.
    -- Means nothing in a row without a due_at.
    held_back integer not null default 0,
    -- The number of attempts directly before this one whose lease ran out without a result.
    vanished integer not null default 0,
    -- The attempt that holds the row; null unless it is running.
    token blob,
    -- When the running attempt began. Null if the row is not running, or if it was taken with no
    -- attempts left, only to be buried.
    began_at integer,
    received_at integer not null,
    -- When it became done, dead or discarded; otherwise null.
    ended_at integer,
    last_reason text,
    -- One line for each attempt that has ended: [number, began at, ended at, reason]
    attempts_log text not null default ''
);

-- The requests have a table of their own, because SQLite writes a changed row as a whole.
create table countersign_inbox_requests (
    id integer primary key,
    request blob not null
);

create index countersign_inbox_due on countersign_inbox (endpoint, due_at)
    where due_at is not null and held_back = 0;

-- Running rows whose attempt before this one vanished. If this attempt vanishes, too, the last two
-- have.
create index countersign_inbox_suspects on countersign_inbox (due_at)
    where due_at is not null and began_at is not null and vanished >= 1;

create index countersign_inbox_objects on countersign_inbox (endpoint, object)
    where object is not null and due_at is not null;

create index countersign_inbox_versions on countersign_inbox (endpoint, object, version)
    where state = 'done' and version is not null;

create index countersign_inbox_old on countersign_inbox (ended_at)
    where state in ('done', 'discarded');

create index countersign_inbox_states on countersign_inbox (state) where state <> 'done';

-- Only rows that have ended: the ids of events are in no order, so that each insertion would change
-- a page of its own.
create index countersign_inbox_events on countersign_inbox (event_id)
    where event_id is not null and ended_at is not null;

-- Handled events, without their deliveries.
create table countersign_claims (
    key text primary key not null,
    token blob not null,
    expires_at integer not null,
    -- Null while the event is in progress.
    note blob
);

create index countersign_claims_expires_at on countersign_claims (expires_at);

-- "csgn"
pragma application_id = 1668507502;
pragma user_version = 1;
