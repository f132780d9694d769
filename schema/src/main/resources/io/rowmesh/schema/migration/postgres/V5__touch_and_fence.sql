-- Keys whose last local writes are not shipped, as their timestamps are not credible; the node touches them once the clock is
-- right (convergence rule 7). row_key as in rowmesh.tombstone. log_position is the end of the last withheld transaction in
-- the database's log, xid its number (64 bits).
create table rowmesh.pending_touch (
    table_schema varchar(63) not null,
    table_name   varchar(63) not null,
    row_key      varchar     not null,
    log_position bigint      not null,
    xid          bigint      not null,
    committed_at timestamptz not null,
    withheld_at  timestamptz not null
);
-- [jooq ignore start]
create unique index pending_touch_by_key on rowmesh.pending_touch (table_schema, table_name, md5(row_key));
-- [jooq ignore stop]

-- For each other region how long nothing of it was applied here, counted while this node was up and by a clock that is never
-- set. Beyond max-silence the region is fenced: what it ships is not applied until it was loaded again.
create table rowmesh.fence (
    region         varchar(63) primary key,
    silent_seconds bigint      not null,
    fenced_at      timestamptz
);
