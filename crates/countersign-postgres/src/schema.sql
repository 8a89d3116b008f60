-- The claims of countersign-postgres. To be run as one, as often as one likes, by any number of
-- instances at once: they wait for each other, because `if not exists` alone can fail in a race.
select pg_advisory_xact_lock(hashtextextended('countersign_claims', 0));

create table if not exists "countersign_claims" (
    -- Printable ASCII of at most 520 bytes, compared as bytes.
    key text collate "C" primary key,
    -- Whose claim it is.
    token bytea not null,
    -- Whether it is done, or being worked on.
    done boolean not null,
    -- Until when it counts. A row whose time is over is as good as gone.
    expires_at timestamptz not null,
    -- What was kept with it when it was done.
    note bytea not null
);

-- For removing what is over.
create index if not exists "countersign_claims_expires_at" on "countersign_claims" (expires_at);
