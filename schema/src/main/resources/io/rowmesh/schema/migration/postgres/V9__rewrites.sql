-- Tables that ALTER TABLE wrote anew: every row has the number of that transaction then, though nobody wrote it
-- (docs/decisions/0010-null-versions.md). What was known of young rows is kept in rowmesh.row_version under the rewrite's number.
--   relid, table_schema, table_name   the table, and its name when it was rewritten
--   xid        number (64 bits) of the transaction, or subtransaction, that rewrote it
--   older_than a row of which nothing is kept was written no later; infinity: no later than the rewrite itself
create table rowmesh.rewrite (
    relid        bigint      not null,
    table_schema varchar(63) not null,
    table_name   varchar(63) not null,
    xid          bigint      not null,
    older_than   timestamptz not null
);

-- Now and then the node notes how far the database was: every transaction below ended_before (64 bits) had ended then. xid is the
-- note's own transaction, whose commit timestamp must stay readable: if not, the database has lost them all.
create table rowmesh.version_sample (
    ended_before bigint      not null,
    xid          bigint      not null,
    sampled_at   timestamptz not null
);
-- [jooq ignore start]
create index rewrite_by_table on rowmesh.rewrite (relid);

-- A row's version as its xmin does not tell it. Not exact: it was written no later than that, and nobody knows when.
create type rowmesh.stored_version as ("timestamp" timestamptz, roident oid, exact boolean);

-- The SQL of the canonical key of a row t, as RowKey has it; null without a primary key.
create function rowmesh.key_expression(of_table oid) returns text
    language sql stable
    return (select '''['' || ' || string_agg('rowmesh.key_part(' || case
            when format_type(a.atttypid, -1) = 'numeric' then format('trim_scale(t.%I)::text', a.attname)
            when format_type(a.atttypid, -1) in ('character', 'bpchar') then format('rtrim(concat(t.%I), '' '')', a.attname)
            else format('concat(t.%I)', a.attname) end || ')', ' || '','' || ' order by a.attnum) || ' || '']'''
        from pg_catalog.pg_index i join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
        where i.indrelid = of_table and i.indisprimary);

-- The version of a row whose xmin is that of some rewrite. Another name than at the rewrite: what was kept is not found.
create function rowmesh.version_before(of_table oid, of_key text, of_xmin xid) returns rowmesh.stored_version
    language sql volatile
    return coalesce(
        (select row(coalesce(v.written_at, least(case when c.oid is null then 'infinity' else r.older_than end, x."timestamp", clock_timestamp())),
                coalesce((select o.roident from pg_catalog.pg_replication_origin o where o.roname = 'rowmesh_' || v.origin), 0::oid),
                v.written_at is not null)::rowmesh.stored_version
            from rowmesh.rewrite r
            cross join lateral pg_catalog.pg_xact_commit_timestamp_origin(of_xmin) x
            left join pg_catalog.pg_class c on c.oid = r.relid and c.relname = r.table_name
                and c.relnamespace::regnamespace::text = quote_ident(r.table_schema)
            left join rowmesh.row_version v on v.table_schema = r.table_schema and v.table_name = r.table_name
                and md5(v.row_key) = md5(of_key) and v.row_xmin = of_xmin::text::bigint and c.oid is not null
            where r.relid = of_table and r.xid::text::xid8::xid = of_xmin
            order by r.xid desc limit 1),
        (select row(x."timestamp", x.roident, true)::rowmesh.stored_version
            from pg_catalog.pg_xact_commit_timestamp_origin(of_xmin) x where x."timestamp" is not null));

drop function rowmesh.may_overwrite(xid, timestamptz, oid[], timestamptz);
drop function rowmesh.is_older(xid, timestamptz, oid[], timestamptz);
drop function rowmesh.compare_version(xid, timestamptz, oid[], timestamptz);

-- The first transaction (64 bits) whose commit timestamp the database may not have dropped: it keeps them from where the oldest
-- of its databases is frozen.
create function rowmesh.oldest_timestamp() returns bigint
    language sql stable
    return pg_snapshot_xmax(pg_current_snapshot())::text::bigint - (select max(age(d.datfrozenxid)) from pg_catalog.pg_database d);

-- Until when rows were written whose commit timestamps the database has dropped. Asked after one was found to be missing.
create function rowmesh.dropped_until() returns timestamptz
    language sql stable
    return coalesce((select min(s.sampled_at) from rowmesh.version_sample s where s.ended_before >= rowmesh.oldest_timestamp()),
        clock_timestamp());

-- Whether the database has lost commit timestamps that it did not drop for their age: track_commit_timestamp was off meanwhile,
-- or this is an upgraded or restored copy.
create function rowmesh.versions_lost() returns boolean
    language sql stable
    return coalesce((select s.xid >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint
            or s.xid >= rowmesh.oldest_timestamp() and pg_xact_commit_timestamp(s.xid::text::xid8::xid) is null
        from rowmesh.version_sample s order by s.sampled_at desc limit 1), false);

-- Whether a row is older than a change; null when nobody can know.
--   row_xmin, before  the row's writer, and what is known instead where that one only rewrote it (version_before), else null
--   written, may_tie  the incoming change's commit timestamp, and the replication origins (their local numbers) that lose a
--                     tie against its own (convergence rule 2)
--   since             a row without a version was written before this, or before what the database has dropped since
-- A row that the running transaction itself wrote has no timestamp yet and is always older: it is an earlier change of the
-- same source transaction. Its xmin is the running transaction's, from which age() counts, or, behind a savepoint, a later
-- one, whose age is negative.
create function rowmesh.compare_version(row_xmin xid, before rowmesh.stored_version, written timestamptz, may_tie oid[],
        since timestamptz) returns boolean
    language sql volatile
    return (select case
        when before.exact then before."timestamp" < written or (before."timestamp" = written and before.roident = any (may_tie))
        when not before.exact then case when written > before."timestamp" then true end
        when v."timestamp" is not null then v."timestamp" < written or (v."timestamp" = written and v.roident = any (may_tie))
        when pg_current_xact_id_if_assigned() is not null and age(row_xmin) <= 0 then true
        when written > greatest(since, rowmesh.dropped_until()) then true end
        from pg_xact_commit_timestamp_origin(row_xmin) v);

-- What cannot be compared is left alone.
create function rowmesh.is_older(row_xmin xid, before rowmesh.stored_version, written timestamptz, may_tie oid[],
        since timestamptz) returns boolean
    language sql volatile
    return coalesce(rowmesh.compare_version(row_xmin, before, written, may_tie, since), false);

-- For repairs, by deletes that are remembered here: what was kept of a row's version goes once every region has seen it. What is
-- still to come is newer than the row then; what is remembered need not be.
create function rowmesh.lies_below(row_xmin xid, before rowmesh.stored_version, written timestamptz, may_tie oid[],
        since timestamptz) returns boolean
    language sql volatile
    return coalesce(before.exact, true) and rowmesh.is_older(row_xmin, before, written, may_tie, since);

create or replace function rowmesh.refuse_unknown_version() returns boolean language plpgsql as $body$
begin
    raise exception 'when the stored row was written is not known (it was before rowmesh or before its table was rewritten), and the change is not certainly newer, so nobody can tell which stays'
        using errcode = 'RM001', hint = 'Compare the row in both regions and settle it.';
end $body$;

-- The guard: may a change with this version overwrite the row? An error (the change is parked) when nobody can know.
create function rowmesh.may_overwrite(row_xmin xid, before rowmesh.stored_version, written timestamptz, may_tie oid[],
        since timestamptz) returns boolean
    language sql volatile
    return coalesce(rowmesh.compare_version(row_xmin, before, written, may_tie, since), rowmesh.refuse_unknown_version());

-- Keeps the versions of the rows of a table whose rewrite gets that number, and returns since when they are kept.
create function rowmesh.keep_versions(of_table oid, schema_name text, name text, of_key text, number xid) returns timestamptz
    language plpgsql set search_path = pg_catalog as $body$
declare
    kept_since timestamptz := greatest(clock_timestamp() - interval '7 days', (select since from rowmesh.versions_since));
    region text := (select e.region from rowmesh.epoch e order by e.epoch desc limit 1);
    -- Under unique: newest-wins a hidden row is compared with it for as long as both stand.
    collides boolean := exists (select from pg_index i where i.indrelid = of_table and i.indisunique and not i.indisprimary);
begin
    if exists (select from rowmesh.row_version v where v.table_schema = schema_name and v.table_name = name) then
        execute format('update rowmesh.row_version v set row_xmin = $3 from only %s t where v.table_schema = $1 and v.table_name = $2'
            ' and md5(v.row_key) = md5(%s) and v.row_xmin = t.xmin::text::bigint', of_table::regclass, of_key)
            using schema_name, name, number::text::bigint;
    end if;
    execute format('insert into rowmesh.row_version as v (table_schema, table_name, row_key, row_xmin, written_at, origin, epoch, sequence, moved)'
        ' select $1, $2, %s, $3, x."timestamp", o.region, p.epoch, p.sequence, $6 from only %s t'
        ' cross join lateral pg_xact_commit_timestamp_origin(t.xmin) x'
        ' join (select 0::oid as roident, $5 as region union all select r.roident,'
        '   case when r.roname = ''rowmesh_self'' then $5 else substr(r.roname, 9) end'
        '   from pg_replication_origin r where r.roname like ''rowmesh\_%%'') o on o.roident = x.roident'
        ' left join (select distinct on (origin) origin, epoch, sequence from rowmesh.progress'
        '   order by origin, epoch desc, sequence desc) p on p.origin = o.region'
        ' where x."timestamp" > $4 and t.xmin <> all (array(select w.xid::text::xid8::xid from rowmesh.rewrite w where w.relid = t.tableoid))'
        ' on conflict (table_schema, table_name, md5(row_key)) do update set row_xmin = excluded.row_xmin,'
        '   written_at = excluded.written_at, origin = excluded.origin, epoch = excluded.epoch, sequence = excluded.sequence,'
        '   moved = excluded.moved, recorded = default where v.row_xmin <> $3', of_key, of_table::regclass)
        using schema_name, name, number::text::bigint, kept_since, region, collides;
    return kept_since;
end $body$;

-- Whether the rows can be read just before the rewrite. Where a column's type changes (reason 4), the catalog has the new type
-- already; and no query can be planned over an index that is still to be filled.
create function rowmesh.readable(of_table oid, reason int) returns boolean
    language sql volatile
    return reason & 4 = 0 and not exists (select from pg_catalog.pg_index i where i.indrelid = of_table and pg_relation_size(i.indexrelid) = 0);

-- No row that is committed has a newer version: whoever applies waits until the clock is past it. A clock that was set back
-- was ahead when it was noted last.
create function rowmesh.newest_possible() returns timestamptz
    language sql volatile
    return greatest(clock_timestamp(), (select max(h.beat_at) from rowmesh.heartbeat h), (select max(p.committed_at) from rowmesh.progress p),
        (select max(s.sampled_at) from rowmesh.version_sample s));

-- Whether the running transaction has written rows of a table.
create function rowmesh.writes_too(of_table oid) returns boolean
    language sql volatile
    return not current_setting('track_counts')::boolean
        or pg_stat_get_xact_tuples_inserted(of_table) + pg_stat_get_xact_tuples_updated(of_table) > 0;

-- Runs before a table is rewritten, in the transaction that does it (event trigger rowmesh_rewrite).
create function rowmesh.before_rewrite() returns event_trigger language plpgsql security definer
    set search_path = pg_catalog set datestyle = 'ISO, YMD' set intervalstyle = 'postgres' set timezone = 'UTC'
    set extra_float_digits = 3 set bytea_output = 'hex' set lc_monetary = 'C' as $body$
declare
    of_table oid := pg_event_trigger_table_rewrite_oid();
    of_key text := rowmesh.key_expression(of_table);
    reason int := pg_event_trigger_table_rewrite_reason();
    schema_name text;
    name text;
    number xid;
    known_until timestamptz;
begin
    select n.nspname, c.relname into schema_name, name from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.oid = of_table and c.relkind = 'r' and c.relpersistence <> 't' and n.nspname !~ '^(pg_.*|information_schema|rowmesh)$';
    if schema_name is null or of_key is null then
        return;
    end if;
    -- In a subtransaction the rewrite's number is not the transaction's; it is the one that this row gets.
    insert into rowmesh.rewrite as r (relid, table_schema, table_name, xid, older_than)
        values (of_table, schema_name, name, 0, 'infinity') returning r.xmin into number;
    if rowmesh.writes_too(of_table) or not exists (select from rowmesh.epoch) then
        known_until := 'infinity';
    elsif not rowmesh.readable(of_table, reason) then
        known_until := rowmesh.newest_possible();
    else
        known_until := greatest(rowmesh.keep_versions(of_table, schema_name, name, of_key, number),
            (select max(least(r.older_than, pg_xact_commit_timestamp(r.xid::text::xid8::xid))) from rowmesh.rewrite r
                where r.relid = of_table and r.xid > 0));
    end if;
    update rowmesh.rewrite r set xid = pg_current_xact_id()::text::bigint - age(number), older_than = known_until
        where r.relid = of_table and r.xid = 0;
end $body$;

-- Rows that the same transaction writes besides have the rewrite's number as well, or had it before: then nothing is known of
-- any row but that it was written no later.
create function rowmesh.after_rewrite() returns trigger language plpgsql security definer set search_path = pg_catalog as $body$
declare
    number bigint := pg_current_xact_id()::text::bigint;
begin
    if rowmesh.writes_too(new.relid::oid) then
        delete from rowmesh.row_version v using rowmesh.rewrite r where r.relid = new.relid and r.xid >= number
            and v.table_schema = r.table_schema and v.table_name = r.table_name and v.row_xmin = r.xid::text::xid8::xid::text::bigint;
        update rowmesh.rewrite r set older_than = 'infinity' where r.relid = new.relid and r.xid >= number;
    end if;
    return null;
end $body$;
create constraint trigger rewritten after insert on rowmesh.rewrite deferrable initially deferred
    for each row execute function rowmesh.after_rewrite();
alter table rowmesh.rewrite enable always trigger rewritten;

-- For a database that is a copy of the one that was here (H52): transactions have other numbers, and rows have the timestamp of
-- the copying. Every row is taken for rewritten by whoever copied it: it was written no later.
create function rowmesh.forget_versions() returns void language plpgsql set search_path = pg_catalog as $body$
declare
    found record;
begin
    delete from rowmesh.row_version;
    delete from rowmesh.rewrite;
    delete from rowmesh.version_sample;
    delete from rowmesh.pending_delete;
    update rowmesh.captured_before set xid = 0;
    update rowmesh.versions_since set since = clock_timestamp();
    for found in select c.oid, n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where c.relkind = 'r' and c.relpersistence <> 't' and n.nspname !~ '^(pg_.*|information_schema|rowmesh)$'
            and has_table_privilege(c.oid, 'select') loop
        execute format('insert into rowmesh.rewrite (relid, table_schema, table_name, xid, older_than)'
            ' select $1, $2, $3, pg_current_xact_id()::text::bigint - age(w.xmin), ''infinity'''
            ' from (select distinct t.xmin from only %s t) w where pg_xact_commit_timestamp(w.xmin) is not null', found.oid::regclass)
            using found.oid, found.nspname, found.relname;
    end loop;
end $body$;
-- [jooq ignore stop]
