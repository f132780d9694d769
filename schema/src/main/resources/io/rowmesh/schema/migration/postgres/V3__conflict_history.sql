-- What became of conflicts here, in the transaction that decided them. One partition for each day (UTC), made ahead and dropped
-- by the node, which owns them; what finds none goes to the default one. Rows are JSON objects of column to exact text; an
-- object {"sha256": ...} stands for the value of a private column or for a very long text.
--   type            PostgreSQL's name of the conflict; null for what was settled or retried without being one
--   row_key         null in a summary, which stands for as many conflicts as it says, beyond what one transaction may list
--   stored_*        the row, or the delete, that the incoming change met
--   epoch, sequence of the incoming change, in its origin's log
--   parked_id       the entry of rowmesh.parked that it tells of
create table rowmesh.conflict (
    conflict_id     bigint      not null,
    noted_at        timestamptz not null default clock_timestamp(),
    type            varchar(63),
    table_schema    varchar(63) not null,
    table_name      varchar(63) not null,
    row_key         varchar,
    rule            varchar(63) not null,
    decision        varchar(63) not null,
    stored_row      json,
    stored_at       timestamptz,
    stored_origin   varchar(63),
    incoming_row    json,
    incoming_at     timestamptz,
    incoming_origin varchar(63),
    epoch           int,
    sequence        bigint,
    conflicts       bigint      not null default 1,
    parked_id       bigint,
    note            text
)
-- [jooq ignore start]
partition by range (noted_at)
-- [jooq ignore stop]
;
-- [jooq ignore start]
create sequence rowmesh.conflict_number owned by rowmesh.conflict.conflict_id;
alter table rowmesh.conflict alter conflict_id set default nextval('rowmesh.conflict_number');
create table rowmesh.conflict_default partition of rowmesh.conflict default;
create index conflict_by_key on rowmesh.conflict (table_schema, table_name, md5(row_key));
create index conflict_by_time on rowmesh.conflict (noted_at);
create index conflict_by_id on rowmesh.conflict (conflict_id);
-- [jooq ignore stop]

-- Goes before what is hashed: without it a hash of an e-mail address is found by trying. Each database has its own and it
-- never leaves it, as hashes are compared within one history only.
create table rowmesh.history_salt (
    only_row boolean      primary key,
    salt     varchar(128) not null
);
-- [jooq ignore start]
insert into rowmesh.history_salt values (true, replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''));
-- [jooq ignore stop]

--   header                what else is known of the change's transaction, in its wire form
--   stored_*              the row that stood here when the change was parked
--   waits_for             the parked entry that it waits behind; null for one that waits for its cause to be mended
--   retry_requested_at    since when the lane of its origin is asked to apply it again
alter table rowmesh.parked add column header bytea;
alter table rowmesh.parked add column incoming_row json;
alter table rowmesh.parked add column stored_row json;
alter table rowmesh.parked add column stored_at timestamptz;
alter table rowmesh.parked add column stored_origin varchar(63);
alter table rowmesh.parked add column waits_for bigint;
alter table rowmesh.parked add column retry_requested_at timestamptz;
alter table rowmesh.parked add column retried_at timestamptz;
-- [jooq ignore start]
update rowmesh.parked p set waits_for = (select min(h.parked_id) from rowmesh.parked h
    where h.table_schema = p.table_schema and h.table_name = p.table_name and h.row_key = p.row_key and h.parked_id < p.parked_id)
    where sqlstate = '55000';
create index parked_by_key on rowmesh.parked (table_schema, table_name, md5(row_key));
-- [jooq ignore stop]
