-- The table of countersign-postgres. Run this as one transaction, as often as you like, and by any
-- number of instances at once: they wait for each other, because `if not exists` can fail in a
-- race.
select pg_advisory_xact_lock(hashtextextended('countersign_claims', 0));

-- Claims wait while this waits for a lock on the table, so the limit is shorter than the time that
-- the middleware waits for a claim.
set local lock_timeout = '1s';

create table if not exists "countersign_claims" (
    -- Printable ASCII of at most 520 bytes, compared as bytes.
    key text collate "C" primary key,
    -- The token of the claim.
    token bytea not null,
    -- The end of the lease or the ttl. An expired row counts as gone.
    expires_at timestamptz not null,
    -- The note of a completed event. Null while the event is in progress.
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
