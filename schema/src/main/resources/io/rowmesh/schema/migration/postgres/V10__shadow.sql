-- Tables under unique: newest-wins (docs/decisions/0009-unique-newest-wins.md).

-- Rows that are hidden, as a newer row has one of their unique values: the newest write of their key, with its version. image is a
-- JSON object, column to exact text.
create table rowmesh.shadow (
    table_schema varchar(63)        not null,
    table_name   varchar(63)        not null,
    row_key      varchar      not null,
    image        text        not null,
    written_at   timestamptz not null,
    origin       varchar(63)        not null,
    hidden_at    timestamptz not null default clock_timestamp()
);

-- moved: the row was put back into its table by another transaction than the one that wrote it. What came between may still be under
-- way when every region has seen that write, so such a version stays while the row stands as it is.
alter table rowmesh.row_version add column moved boolean not null default false;

-- [jooq ignore start]
create unique index shadow_by_key on rowmesh.shadow (table_schema, table_name, md5(row_key));
-- [jooq ignore stop]
