-- Rows of whose writers' numbers another transaction may have one (docs/decisions/0011-aged-rows.md): after 2^32 transactions numbers
-- begin anew, and a frozen row keeps its writer's. Rows are written anew before that, under the replication origin rowmesh_aged_rows, with a
-- commit timestamp that says no more than that the row was written no later.
--   looked_at      the database's number (64 bits) when the last look at all rows of the table began; null: there was none yet
--   written_before the latest of those timestamps
create table rowmesh.aged_rows (
    relid          bigint primary key,
    looked_at      bigint,
    written_before timestamptz
);

-- The database's number when rowmesh met it, or had looked at all rows of a table before anything was applied.
alter table rowmesh.versions_since add column met bigint not null default 0;

-- [jooq ignore start]
-- Number (64 bits) of the running transaction, else of the next.
create function rowmesh.next_number() returns bigint
    language sql volatile
    return coalesce(pg_current_xact_id_if_assigned(), pg_snapshot_xmax(pg_current_snapshot()))::text::bigint;

update rowmesh.versions_since set met = rowmesh.next_number();

-- Whether the commit timestamp that a row's xmin has says only that the row was written no later: it was written anew for its age, or it is
-- from before such a look, in a database in which numbers had begun anew by then.
create function rowmesh.is_bound(roident oid, row_xmin xid) returns boolean
    language sql stable
    return exists (select from pg_catalog.pg_replication_origin o where o.roname = 'rowmesh_aged_rows' and o.roident = is_bound.roident)
        or exists (select from rowmesh.versions_since s where s.met >= 4294967296 and age(row_xmin) > rowmesh.next_number() - s.met);

-- Whether a row is older than a change; null when nobody can know.
--   row_xmin, before  the row's writer, and what is known instead where that one only rewrote it (version_before), else null
--   written, may_tie  the incoming change's commit timestamp, and the replication origins (their local numbers) that lose a
--                     tie against its own (convergence rule 2)
--   since             a row without a version was written before this, or before what the database has dropped since
-- A row that the running transaction itself wrote has no timestamp yet and is always older: it is an earlier change of the
-- same source transaction. Its xmin is the running transaction's, from which age() counts, or, behind a savepoint, a later
-- one, whose age is negative.
create or replace function rowmesh.compare_version(row_xmin xid, before rowmesh.stored_version, written timestamptz, may_tie oid[],
        since timestamptz) returns boolean
    language sql volatile
    return (select case
        when before.exact then before."timestamp" < written or (before."timestamp" = written and before.roident = any (may_tie))
        when not before.exact then case when written > before."timestamp" then true end
        when v."timestamp" < written then true
        when v."timestamp" is not null then
            case when not rowmesh.is_bound(v.roident, row_xmin) then v."timestamp" = written and v.roident = any (may_tie) end
        when pg_current_xact_id_if_assigned() is not null and age(row_xmin) <= 0 then true
        when written > greatest(since, rowmesh.dropped_until()) then true end
        from pg_xact_commit_timestamp_origin(row_xmin) v);

-- Keeps the versions of the rows of a table whose rewrite gets that number, and returns since when they are kept.
create or replace function rowmesh.keep_versions(of_table oid, schema_name text, name text, of_key text, number xid) returns timestamptz
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
        ' where x."timestamp" > $4 and not rowmesh.is_bound(x.roident, t.xmin) and t.xmin <> all (array(select w.xid::text::xid8::xid from rowmesh.rewrite w where w.relid = t.tableoid))'
        ' on conflict (table_schema, table_name, md5(row_key)) do update set row_xmin = excluded.row_xmin,'
        '   written_at = excluded.written_at, origin = excluded.origin, epoch = excluded.epoch, sequence = excluded.sequence,'
        '   moved = excluded.moved, recorded = default where v.row_xmin <> $3', of_key, of_table::regclass)
        using schema_name, name, number::text::bigint, kept_since, region, collides;
    return kept_since;
end $body$;

-- Runs before a table is rewritten, in the transaction that does it (event trigger rowmesh_rewrite).
create or replace function rowmesh.before_rewrite() returns event_trigger language plpgsql security definer
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
            (select a.written_before from rowmesh.aged_rows a where a.relid = of_table),
            (select max(least(r.older_than, pg_xact_commit_timestamp(r.xid::text::xid8::xid))) from rowmesh.rewrite r
                where r.relid = of_table and r.xid > 0));
    end if;
    update rowmesh.rewrite r set xid = pg_current_xact_id()::text::bigint - age(number), older_than = known_until
        where r.relid = of_table and r.xid = 0;
end $body$;

-- For a database that is a copy of the one that was here (H52): transactions have other numbers, and rows have the timestamp of
-- the copying. Every row is taken for rewritten by whoever copied it: it was written no later.
create or replace function rowmesh.forget_versions() returns void language plpgsql set search_path = pg_catalog as $body$
declare
    found record;
begin
    delete from rowmesh.row_version;
    delete from rowmesh.rewrite;
    delete from rowmesh.version_sample;
    delete from rowmesh.pending_delete;
    update rowmesh.captured_before set xid = 0;
    delete from rowmesh.aged_rows;
    update rowmesh.versions_since set since = clock_timestamp(), met = rowmesh.next_number();
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
