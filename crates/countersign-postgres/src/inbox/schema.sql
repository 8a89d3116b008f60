-- The tables of the inbox of countersign-postgres. Run this as one transaction, as often as you like,
-- and by any number of instances at once: they wait for each other, because `if not exists` can fail
-- in a race.
select pg_advisory_xact_lock(hashtextextended('countersign_inbox', 0));

-- Deliveries wait while this waits for a lock on a table, so the limit is shorter than the time that
-- an answer waits for its commit.
set local lock_timeout = '1s';

-- One row for each delivery: the claim of its event, its place in the queue, and its history.
create table if not exists countersign_inbox (
    id bigint generated always as identity primary key,
    -- Printable ASCII of at most 520 bytes, compared as bytes. Null if the delivery has no key.
    key text collate "C" unique,
    endpoint text not null,
    provider text not null,
    tenant text,
    event_type text,
    event_id text,
    object text,
    version bigint,
    -- waiting, running, done, dead or discarded
    state text not null default 'waiting',
    attempts int not null default 0,
    -- The number of attempts directly before this one whose lease ran out without a result.
    vanished int not null default 0,
    -- waiting: when it is due; running: the end of the lease; otherwise null
    due_at timestamptz,
    -- True if an earlier row of the same endpoint and object has a due_at: then it is not taken.
    -- Means nothing in a row without a due_at.
    held_back boolean not null default false,
    -- The attempt that holds the row; null unless it is running.
    token bytea,
    -- When the running attempt began. Null if the row is not running, or if it was taken with no
    -- attempts left, only to be buried.
    began_at timestamptz,
    received_at timestamptz not null,
    -- When it became done, dead or discarded; otherwise null.
    ended_at timestamptz,
    last_reason text,
    -- [number, began at, ended at, reason] of each attempt that has ended, in milliseconds since 1970
    attempts_log jsonb not null default '[]'
) with (
    -- Each delivery leaves two dead entries in the index of what is due. By default, they are removed
    -- once a fifth of all rows has changed, which can be millions of rows that are done.
    autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000
);

-- The requests have a table of their own, because PostgreSQL writes a changed row as a whole.
create table if not exists countersign_inbox_requests (
    id bigint primary key,
    request bytea not null
);

-- Deliveries whose rows were removed, counted for operators: one row for each endpoint and hour of
-- receipt. Hours are kept for 15 days. Programs that do not know this table go on to work.
create table if not exists countersign_inbox_hours (
    -- Whole hours since 1970.
    hour int not null,
    endpoint text not null,
    accepted bigint not null,
    last_received_at timestamptz not null,
    primary key (hour, endpoint)
);

-- The indexes are made with the table, which has no rows then. A check comes first, because
-- `create index if not exists` waits for all transactions that write to the table, even if the
-- index exists, and later transactions wait behind it.
do $$
begin
    if exists (
        select from pg_index join pg_class on pg_class.oid = indexrelid
        where indrelid = 'countersign_inbox'::regclass and relname = 'countersign_inbox_events'
    ) then
        return;
    end if;
    create index if not exists countersign_inbox_due on countersign_inbox (endpoint, due_at, id)
        where due_at is not null and not held_back;
    create index if not exists countersign_inbox_suspects on countersign_inbox (due_at)
        where due_at is not null and began_at is not null and vanished >= 1;
    create index if not exists countersign_inbox_objects on countersign_inbox (endpoint, object, id)
        where object is not null and due_at is not null;
    create index if not exists countersign_inbox_versions
        on countersign_inbox (endpoint, object, version)
        where state = 'done' and version is not null;
    create index if not exists countersign_inbox_old on countersign_inbox (ended_at, id)
        where state in ('done', 'discarded');
    create index if not exists countersign_inbox_states on countersign_inbox (state, id)
        where state <> 'done';
    -- Only rows that have ended: the ids of events are in no order, so that each insertion would
    -- change a page of its own.
    create index if not exists countersign_inbox_events on countersign_inbox (event_id)
        where event_id is not null and ended_at is not null;
end $$;

-- Keeps a delivery without an object. Returns false if its key is kept already. The server keeps the
-- plans of a function's statements for each connection, also if the call itself is not prepared:
-- planning this insertion takes longer than executing it.
create or replace function countersign_inbox_accept(text, text, text, text, text, text,
    timestamptz, bytea) returns boolean language plpgsql as $$
begin
    with inserted as (
        insert into countersign_inbox (key, endpoint, provider, tenant, event_type, event_id,
            received_at, due_at)
        values ($1, $2, $3, $4, $5, $6, $7, clock_timestamp())
        on conflict (key) do nothing
        returning id
    )
    insert into countersign_inbox_requests (id, request) select id, $8 from inserted;
    return found;
end
$$;

-- Does the same for several deliveries, and waits at most $9 for each lock. Returns the places, from
-- 1 on, of those that were inserted. They are due in the order of their places, a microsecond apart,
-- so that the time also says which request belongs to a row.
create or replace function countersign_inbox_accept_all(text[], text[], text[], text[], text[], text[],
    timestamptz[], bytea[], text) returns setof bigint language plpgsql as $$
begin
    perform set_config('lock_timeout', $9, true);
    return query
    with delivery as materialized (
        select *, statement_timestamp() + place * interval '1 microsecond' as due_at
        from unnest($1, $2, $3, $4, $5, $6, $7, $8) with ordinality as delivery (key, endpoint,
            provider, tenant, event_type, event_id, received_at, request, place)
    ), inserted as (
        insert into countersign_inbox (key, endpoint, provider, tenant, event_type, event_id,
            received_at, due_at)
        select key, endpoint, provider, tenant, event_type, event_id, received_at, due_at
        from delivery
        order by place
        on conflict (key) do nothing
        returning id, due_at
    ), kept as (
        select id, place, request from inserted join delivery using (due_at)
    ), requests as (
        insert into countersign_inbox_requests (id, request) select id, request from kept
    )
    select place from kept;
end
$$;
