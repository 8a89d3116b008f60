-- The claims of countersign-postgres. To be run as one, as often as one likes, by any number of
-- instances at once: they wait for each other, because `if not exists` alone can fail in a race.
select pg_advisory_xact_lock(hashtextextended('countersign_claims', 0));

-- Claims wait while this waits for a lock on the table, so the limit is shorter than the time that
-- the middleware waits for a claim.
set local lock_timeout = '1s';

create table if not exists "countersign_claims" (
    -- Printable ASCII of at most 520 bytes, compared as bytes.
    key text collate "C" primary key,
    -- Whose claim it is.
    token bytea not null,
    -- Until when it counts. A row whose time is over is as good as gone.
    expires_at timestamptz not null,
    -- What was kept with it when it was done. Null while the event is being worked on.
    note bytea
);

-- The index for removing expired rows. A check comes first, because `create index if not exists`
-- waits for all transactions that write to the table, even if the index exists, and later
-- transactions wait behind it.
do $$
begin
    if not exists (
        select from pg_index
        where indrelid = '"countersign_claims"'::regclass
            and pg_get_indexdef(indexrelid, 1, true) = 'expires_at'
    ) then
        create index "countersign_claims_expires_at" on "countersign_claims" (expires_at);
    end if;
end $$;
