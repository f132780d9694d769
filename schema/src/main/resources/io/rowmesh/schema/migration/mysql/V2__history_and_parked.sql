-- What became of conflicts, and what could not be applied. Rows are JSON objects of column to exact text, kept as they were written (MySQL's own
-- json would sort their columns); an object {"sha256": ...} stands for the value of a private column or for a very long text.

-- What became of conflicts here, in the transaction that decided them. The node deletes old ones, a few at a time.
--   type            PostgreSQL's name of the conflict; null for what was settled or retried without being one
--   row_key         null in a summary, which stands for as many conflicts as it says, beyond what one transaction may list
--   stored_*        the row, or the delete, that the incoming change met
--   epoch, sequence of the incoming change, in its origin's log
--   parked_id       the entry of rowmesh.parked that it tells of
create table rowmesh.conflict (
    conflict_id     bigint      not null auto_increment primary key,
    noted_at        datetime(6) not null,
    type            varchar(63),
    table_schema    varchar(64) not null,
    table_name      varchar(64) not null,
    row_key         longtext,
    key_digest      binary(32)  generated always as (unhex(sha2(row_key, 256))) stored,
    rule            varchar(63) not null,
    decision        varchar(63) not null,
    stored_row      longtext,
    stored_at       datetime(6),
    stored_origin   varchar(63),
    incoming_row    longtext,
    incoming_at     datetime(6),
    incoming_origin varchar(63),
    epoch           int,
    sequence        bigint,
    conflicts       bigint      not null default 1,
    parked_id       bigint,
    note            longtext,
    key conflict_by_key (table_schema, table_name, key_digest),
    key conflict_by_time (noted_at),
    key conflict_by_parked (parked_id)
) engine = InnoDB default character set utf8mb4 collate utf8mb4_bin;

-- Goes before what is hashed: without it a hash of an e-mail address is found by trying. Each database has its own and it
-- never leaves it, as hashes are compared within one history only.
create table rowmesh.history_salt (
    only_row boolean      not null primary key,
    salt     varchar(128) not null
) engine = InnoDB default character set utf8mb4 collate utf8mb4_bin;
insert into rowmesh.history_salt values (true, lower(hex(random_bytes(32))));

-- Row changes that could not be applied here, and the later changes of their keys, which wait behind them.
--   change, header        the change, and what else is known of its transaction, in their wire forms
--   stored_*              the row that stood here when the change was parked
--   waits_for             the parked entry that it waits behind; null for one that waits for its cause to be mended
--   retry_requested_at    since when the lane of its origin is asked to apply it again
create table rowmesh.parked (
    parked_id          bigint      not null auto_increment primary key,
    origin             varchar(63) character set ascii collate ascii_bin not null,
    epoch              int         not null,
    sequence           bigint      not null,
    table_schema       varchar(64) not null,
    table_name         varchar(64) not null,
    row_key            longtext    not null,
    key_digest         binary(32)  generated always as (unhex(sha2(row_key, 256))) stored not null,
    kind               varchar(63) not null,
    committed_at       datetime(6) not null,
    `change`           longblob    not null,
    `sqlstate`         varchar(63) not null,
    reason             longtext    not null,
    parked_at          datetime(6) not null,
    header             longblob    not null,
    incoming_row       longtext,
    stored_row         longtext,
    stored_at          datetime(6),
    stored_origin      varchar(63),
    waits_for          bigint,
    retry_requested_at datetime(6),
    retried_at         datetime(6),
    key parked_by_key (table_schema, table_name, key_digest),
    key parked_by_origin (origin)
) engine = InnoDB default character set utf8mb4 collate utf8mb4_bin;
