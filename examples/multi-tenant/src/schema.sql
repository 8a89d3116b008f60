-- The program runs this at each start. A table that exists stays as it is. Two programs that start
-- at once wait for each other.
select pg_advisory_xact_lock(hashtext('webhook_secrets'));

create table if not exists webhook_secrets (
    tenant text primary key check (tenant ~ '^[a-z0-9_-]{1,64}$'),
    current text not null,
    -- The newest first. As many as countersign accepts.
    retired text[] not null default '{}' check (cardinality(retired) <= 3)
);

-- After a commit, tells all listeners which tenant's secrets have changed.
create or replace function webhook_secrets_changed() returns trigger language plpgsql as $$
begin
    if tg_op <> 'INSERT' then
        perform pg_notify('webhook_secrets', old.tenant);
    end if;
    if tg_op <> 'DELETE' then
        perform pg_notify('webhook_secrets', new.tenant);
    end if;
    return null;
end $$;

-- Made only if it is missing: `create or replace trigger` waits for every transaction that has
-- changed a row, and later transactions wait behind it.
set local lock_timeout = '1s';
do $$
begin
    if not exists (
        select from pg_trigger
        where tgrelid = 'webhook_secrets'::regclass and tgname = 'webhook_secrets_changed'
    ) then
        create trigger webhook_secrets_changed
            after insert or update or delete on webhook_secrets
            for each row execute function webhook_secrets_changed();
    end if;
end $$;
