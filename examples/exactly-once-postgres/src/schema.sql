-- The program runs this at each start. Tables that exist stay as they are. Two programs that start
-- at once wait for each other.
select pg_advisory_xact_lock(hashtext('accounts'));

create table if not exists accounts (
    name text primary key,
    balance bigint not null default 0
);

create table if not exists payments (
    event text not null,
    account text not null references accounts,
    amount bigint not null
);
