-- The control tables of rowmesh in a MySQL server, in the database rowmesh. Each is explained in docs/architecture.md. Times are UTC. Keys of
-- rows are canonical texts, a JSON array of texts, or '*' for a whole table; they are found by a digest, as they may be longer than an index
-- entry can be.

-- One row for each life of this server's log. The newest epoch is the one in force. start_gtids is the GTID set behind which it begins.
create table rowmesh.epoch (
    epoch       int         not null primary key,
    region      varchar(63) character set ascii collate ascii_bin not null,
    server_uuid varchar(36) character set ascii collate ascii_bin not null,
    start_gtids longtext    character set ascii collate ascii_bin not null,
    started_at  datetime(6) not null
) engine = InnoDB default character set utf8mb4 collate utf8mb4_bin;

-- What is applied here, per origin: appended by the transaction that it counts, as its first row, so the log tells whose transaction it is
-- and which version its rows have. Pruned later. began is where the log stood when the transaction began to be applied (file number * 2^36
-- + offset): local commits that end before it came before.
create table rowmesh.progress (
    origin       varchar(63) character set ascii collate ascii_bin not null,
    epoch        int         not null,
    sequence     bigint      not null,
    committed_at datetime(6) not null,
    began        bigint      not null,
    primary key (origin, epoch, sequence)
) engine = InnoDB default character set utf8mb4 collate utf8mb4_bin;

-- A transaction of the node that makes no progress begins with an update of the row of its origin: a region whose change is applied again, or
-- self for a repair of this region's own rows. Such transactions are not shipped. committed_at is the version's timestamp of the rows that it
-- writes; null where it only deletes.
create table rowmesh.tag (
    origin       varchar(63) character set ascii collate ascii_bin not null primary key,
    tagged       bigint      not null,
    committed_at datetime(6)
) engine = InnoDB default character set utf8mb4 collate utf8mb4_bin;

-- The version of each delete, kept after the row is gone. recorded rises with each that is written.
create table rowmesh.tombstone (
    recorded     bigint      not null auto_increment primary key,
    table_schema varchar(64) not null,
    table_name   varchar(64) not null,
    row_key      longtext    not null,
    key_digest   binary(32)  generated always as (unhex(sha2(row_key, 256))) stored not null,
    deleted_at   datetime(6) not null,
    origin       varchar(63) character set ascii collate ascii_bin not null,
    epoch        int         not null,
    sequence     bigint      not null,
    unique key tombstone_by_key (table_schema, table_name, key_digest),
    key tombstone_by_transaction (origin, epoch, sequence, table_schema, table_name, key_digest)
) engine = InnoDB default character set utf8mb4 collate utf8mb4_bin;

-- Each region's node writes its own row every few seconds; it travels like any row. seen is a JSON object: origin ->
-- [epoch, sequence] applied there when the heartbeat was written. beat_at is an instant, as in every other region's table.
create table rowmesh.heartbeat (
    region  varchar(63) character set ascii collate ascii_bin not null primary key,
    beat    bigint      not null,
    beat_at timestamp(6) not null default current_timestamp(6),
    seen    longtext    not null
) engine = InnoDB default character set utf8mb4 collate utf8mb4_bin;

-- Keys whose last local writes are not shipped, as their timestamps are not credible; the node touches them once the clock is
-- right (convergence rule 7). log_position is the end of the last withheld transaction in the log, xid its number where it has one.
create table rowmesh.pending_touch (
    table_schema  varchar(64) not null,
    table_name    varchar(64) not null,
    row_key       longtext    not null,
    key_digest    binary(32)  generated always as (unhex(sha2(row_key, 256))) stored not null,
    log_position  bigint      not null,
    xid           bigint      not null,
    committed_at  datetime(6) not null,
    withheld_at   datetime(6) not null,
    only_by_touch boolean     not null default false,
    primary key (table_schema, table_name, key_digest)
) engine = InnoDB default character set utf8mb4 collate utf8mb4_bin;

-- For each other region how long nothing of it was applied here, counted while this node was up and by a clock that is never
-- set. Beyond max-silence the region is fenced: what it ships is not applied until it was loaded again.
create table rowmesh.fence (
    region         varchar(63) character set ascii collate ascii_bin not null primary key,
    silent_seconds bigint      not null,
    fenced_at      datetime(6)
) engine = InnoDB default character set utf8mb4 collate utf8mb4_bin;
