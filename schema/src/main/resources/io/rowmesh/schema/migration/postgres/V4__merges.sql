-- What the rules that merge keep beside the rows. docs/rules.md explains them.

-- The true version of a row whose last writer's commit has an older one: a merge of a change that came late, say. It holds while
-- the row's xmin is the one recorded here; afterwards somebody else has written the row. Up to epoch and sequence of the origin its
-- write is certain to lie; null for a write of this region that the capture has not met.
create table rowmesh.row_version (
    table_schema varchar(63)        not null,
    table_name   varchar(63)        not null,
    row_key      varchar      not null,
    row_xmin     bigint      not null,
    written_at   timestamptz not null,
    origin       varchar(63)        not null,
    epoch        int,
    sequence     bigint,
    recorded     bigint      generated always as identity
);

-- Counters: for each key and origin the origin's last delete of the key; '*' stands for a truncate of the whole table.
create table rowmesh.key_deletes (
    table_schema varchar(63)        not null,
    table_name   varchar(63)        not null,
    row_key      varchar      not null,
    origin       varchar(63)        not null,
    epoch        int         not null,
    sequence     bigint      not null,
    recorded     bigint      generated always as identity
);

-- Counters: local deletes that the capture has not met yet, written by the table's trigger in the user's own transaction.
-- Only ever inserted, so that no user waits for another or for the node. xid is the transaction's number, 32 bits.
create table rowmesh.pending_delete (
    table_schema varchar(63)        not null,
    table_name   varchar(63)        not null,
    row_key      varchar      not null,
    xid          bigint      not null
);

-- Rules that decide on more than the row: all that is kept of a key, as the rule writes it. captured_at is the commit timestamp of
-- the last local transaction of the key that is part of it. waiting: the row was left as a local transaction had it, and is to be
-- written from the state later. withheld: a local write of the key is not credible and waits to be stated anew.
create table rowmesh.key_state (
    table_schema varchar(63)        not null,
    table_name   varchar(63)        not null,
    row_key      varchar      not null,
    state        text        not null,
    captured_at  timestamptz,
    waiting      boolean     not null,
    withheld     boolean     not null,
    recorded     bigint      generated always as identity
);

-- [jooq ignore start]
-- By a digest, as the text of a key may be longer than an index entry can be.
create unique index row_version_by_key on rowmesh.row_version (table_schema, table_name, md5(row_key));
create unique index key_deletes_by_key on rowmesh.key_deletes (table_schema, table_name, md5(row_key), origin);
create index pending_delete_by_key on rowmesh.pending_delete (table_schema, table_name, md5(row_key));
create index pending_delete_by_xid on rowmesh.pending_delete (xid);
create unique index key_state_by_key on rowmesh.key_state (table_schema, table_name, md5(row_key));

-- A text as a part of a canonical key: the JSON string that RowKey writes.
create function rowmesh.key_part(value text) returns text language plpgsql immutable set search_path = pg_catalog as $body$
declare
    part text := replace(replace(value, '\', '\\'), '"', '\"');
begin
    if part ~ '[\x01-\x1f]' then
        for code in 1..31 loop
            part := replace(part, chr(code), '\u00' || lpad(to_hex(code), 2, '0'));
        end loop;
    end if;
    return '"' || part || '"';
end $body$;
-- [jooq ignore stop]
