-- The control tables of rowmesh, in the schema rowmesh of the user's database. Each is explained in docs/architecture.md.

-- One row for each life of this database's log. The newest epoch is the one in force.
create table rowmesh.epoch (
    epoch             int          primary key,
    region            varchar(63)         not null,
    slot              varchar(63)         not null,
    system_identifier varchar(63)         not null,
    start_lsn         varchar(63)         not null,
    started_at        timestamptz  not null
);

-- What is applied here, per origin: appended in the transaction that it counts, pruned later (updating one row gets slow
-- while anyone holds a snapshot).
create table rowmesh.progress (
    origin       varchar(63)        not null,
    epoch        int         not null,
    sequence     bigint      not null,
    committed_at timestamptz not null,
    primary key (origin, epoch, sequence)
);

-- The version of each delete, kept after the row is gone. row_key is the canonical key, a JSON array of texts, or '*' for
-- a truncate of the whole table.
create table rowmesh.tombstone (
    table_schema varchar(63)        not null,
    table_name   varchar(63)        not null,
    row_key      varchar      not null,
    deleted_at   timestamptz not null,
    origin       varchar(63)        not null,
    epoch        int         not null,
    sequence     bigint      not null,
    recorded     bigint      generated always as identity
);
-- By a digest, as the text of a key may be longer than an index entry can be.
-- [jooq ignore start]
create unique index tombstone_by_key on rowmesh.tombstone (table_schema, table_name, md5(row_key));
-- [jooq ignore stop]

-- Each region's node writes its own row every few seconds; it travels like any row. seen is a JSON object: origin ->
-- [epoch, sequence] applied there when the heartbeat was written.
create table rowmesh.heartbeat (
    region  varchar(63)        primary key,
    beat    bigint      not null,
    beat_at timestamptz not null,
    seen    text        not null
);

-- Row changes that could not be applied here, and the later changes of their keys, which wait behind them.
create table rowmesh.parked (
    parked_id    bigint      generated always as identity primary key,
    origin       varchar(63)        not null,
    epoch        int         not null,
    sequence     bigint      not null,
    table_schema varchar(63)        not null,
    table_name   varchar(63)        not null,
    row_key      varchar      not null,
    kind         text        not null,
    committed_at timestamptz not null,
    change       bytea       not null,
    sqlstate     text        not null,
    reason       text        not null,
    parked_at    timestamptz not null
);
create index parked_by_table on rowmesh.parked (table_schema, table_name);

-- When rowmesh first saw track_commit_timestamp on: a row without a version was written before.
create table rowmesh.versions_since (
    only_row boolean     primary key,
    since    timestamptz not null
);
