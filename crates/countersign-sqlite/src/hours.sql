-- Deliveries whose rows were removed, counted for operators: one row for each endpoint and hour of
-- receipt. Hours are kept for 15 days. Programs that do not know this table go on to work.
create table if not exists countersign_inbox_hours (
    -- Whole hours since 1970.
    hour integer not null,
    endpoint text not null,
    accepted integer not null,
    last_received_at integer not null,
    primary key (hour, endpoint)
) without rowid;
