package io.rowmesh.applier.write;

import io.rowmesh.applier.write.LocalTable.LocalColumn;
import io.rowmesh.schema.Column;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.store.ControlSchema;
import org.jooq.DSLContext;
import org.jooq.QueryPart;
import org.jooq.SQL;
import org.jooq.impl.DSL;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The set-based statements for one shape of one table, rendered once by jOOQ (which quotes every name). Rows arrive as one
 * text array a column; each statement judges and writes in one step, never read-then-write (H14).
 *
 * @param positions which of the shape's columns the upsert writes, in the order of its array parameters
 * @param keys      which of the shape's columns are the key, in the order of the delete's array parameters
 * @param stored    the names of the local columns, in the order of a met row's texts
 */
record TableStatements(String upsert, String delete, String truncated, String truncate, int[] positions, int[] keys,
                       List<String> stored) {

    private static final DSLContext JOOQ = ControlSchema.renderer();
    private static final SQL P = DSL.raw("?");

    /**
     * Of every row met, what the conflict history needs: read by the snapshot by which the statement itself judges. The texts
     * only where its last writer is of another origin, and the write not one that the change's origin had seen (by
     * timestamps, which name conflicts and never decide). Parameters: own origin's number.
     */
    private static final String MET = """
            select i.o, t.ctid is not null as found, v."timestamp" as at, v.roident,
                case when v.roident <> {3}::oid and v."timestamp" > coalesce((select s.at from seen s where s.n = v.roident), '-infinity')
                then array[{10}]::text[] end as texts
              from {rows} i left join {4} t on {5} left join lateral ({11}) v on true""";

    /**
     * What was met, in one row. Parameters: own origin's number. Result: ordinals of the rows of other origins, their micros and
     * origin numbers, whether they have texts, and those texts one after the other.
     */
    private static final String FOREIGN = """
            f.o, f.at, f.roident, f.told,
              (select array_agg(u.c order by m.o, u.n) from met m cross join lateral unnest(m.texts) with ordinality u(c, n)){more}
            from (select array_agg(o order by o) as o, array_agg((extract(epoch from at) * 1000000)::bigint order by o) as at,
                         array_agg(roident::bigint order by o) as roident, array_agg(texts is not null order by o) as told
                  from met where at is not null and roident <> {3}::oid) f""";

    /**
     * How many rows met, as the statement's snapshot has them, are newer than the change. A row that was written by nobody and is
     * not among them was overtaken while the statement waited. Parameters: written, written, losing ties.
     */
    private static final String KEPT = """
            , (select count(*) as kept from met where found
                and (at > {3}::timestamptz or (at = {3}::timestamptz and roident <> all ({3}::oid[])))) h""";

    /** Parameters: numbers of origins, and up to when the change's origin had seen each. */
    private static final String SEEN = """
            seen as materialized (
              select u.n, u.w::timestamptz as at from unnest({3}::bigint[], {3}::text[]) as u(n, w)
            )""";

    /**
     * Whether the statement's snapshot shows the row that it is to overwrite, so that {@link #MET} tells of the right one: the row
     * is the transaction's own, or its writer had ended when the oldest transaction that the snapshot knows to run began, or it
     * is no local one (nodes wait for each other by key locks). A local row that is younger may have come while the statement waited:
     * it stays, locked, and the statement is run again, which writes those rows and no other. Parameters: whether it is run again.
     */
    private static final String SHOWN = """
            case when {3}::boolean then age(t.xmin) > 0
                else age(t.xmin) <= 0 or age(t.xmin) > (select age(pg_snapshot_xmin(pg_current_snapshot())::xid))
                  or exists (select from pg_xact_commit_timestamp_origin(t.xmin) w where w.roident <> 0) end""";

    /**
     * Parameters: row keys, one array for each of positions, seen (two), table schema, table name, written, origin (tombstones),
     * own origin's number (met), written, losing ties, since (guard), again (shown), own
     * origin's number, written, written, losing ties (kept). Result: rows written, rows met, ordinals
     * of the rows that found none; of each tombstone met where no row stood ordinal, micros, origin, and whether it is
     * newer; and the met rows of other origins.
     */
    private static final String UPSERT = """
            with incoming as (
              select u.o, u.k as row_key, {0} from unnest({1}) with ordinality as u(k, {2}, o)
            ), """ + SEEN + """
            , judged as materialized (
              select i.*, d.deleted_at, d.origin as deleted_by, coalesce(d.newer, false) as dead
              from incoming i cross join (select {3} as s, {3} as n, {3}::timestamptz as w, {3} as r) p left join lateral (
                select d.deleted_at, d.origin, (d.deleted_at, d.origin collate "C") > (p.w, p.r) as newer from rowmesh.tombstone d
                where d.table_schema = p.s and d.table_name = p.n and md5(d.row_key) in (md5(i.row_key), md5('*'))
                order by d.deleted_at desc, d.origin collate "C" desc limit 1) d on true
            ), live as materialized (
              select * from judged where not dead
            ), met as materialized (
              """ + MET.replace("{rows}", "live") + """

            ), written as (
              insert into {4} as t ({6}) overriding system value select {7} from live i order by i.o
              on conflict ({8}) do update set {9}
              where rowmesh.may_overwrite(t.xmin, {12}, {3}::timestamptz, {3}::oid[], {3}::timestamptz) and
                """ + SHOWN + """

              returning 1
            )
            select (select count(*) from written), (select count(*) from met where found),
              (select array_agg(o order by o) from met where not found), g.o, g.at, g.origin, g.dead,
              """ + FOREIGN.replace("{more}", ", h.kept") + """
            , (select array_agg(j.o order by j.o) as o, array_agg((extract(epoch from j.deleted_at) * 1000000)::bigint order by j.o) as at,
                 array_agg(j.deleted_by order by j.o) as origin, array_agg(j.dead order by j.o) as dead
               from judged j where j.deleted_at is not null) g""" + KEPT;

    /**
     * Parameters: row keys, one array for each key column, seen (two), own origin's number (met), written, losing ties, since (guard), again (shown),
     * table schema, table name, written, origin, epoch, sequence (tombstone), own origin's number, written, written, losing ties (kept). Result: rows deleted, rows
     * met, ordinals of keys without a row, and the met rows of other origins.
     */
    private static final String DELETE = """
            with incoming as materialized (
              select u.o, u.k as row_key, {0} from unnest({1}) with ordinality as u(k, {2}, o)
            ), """ + SEEN + """
            , met as materialized (
              """ + MET.replace("{rows}", "incoming") + """

            ), gone as (
              delete from {4} as t using incoming i
              where {5} and rowmesh.may_overwrite(t.xmin, {12}, {3}::timestamptz, {3}::oid[], {3}::timestamptz) and
                """ + SHOWN + """

              returning 1
            ), buried as (
              insert into rowmesh.tombstone as d (table_schema, table_name, row_key, deleted_at, origin, epoch, sequence)
              select {3}, {3}, i.row_key, {3}::timestamptz, {3}, {3}, {3} from incoming i
              on conflict (table_schema, table_name, md5(row_key)) do update
              set deleted_at = excluded.deleted_at, origin = excluded.origin, epoch = excluded.epoch,
                  sequence = excluded.sequence, recorded = default
              where (d.deleted_at, d.origin collate "C") < (excluded.deleted_at, excluded.origin collate "C")
            )
            select (select count(*) from gone), (select count(*) from met where found),
              (select array_agg(o order by o) from met where not found),
              """ + FOREIGN.replace("{more}", ", h.kept") + KEPT;

    /**
     * Which rows a truncate meets that its origin had not seen, once no writer has the table. Parameters: seen (two), written,
     * losing ties, since (guard), own origin's number. Result: micros and origin's number of the row's writer, how many are older
     * than the truncate, how many are not, and the row.
     */
    private static final String TRUNCATED = "with " + SEEN + """
            , met as materialized (
              select t.ctid as place, v."timestamp" as at, v.roident,
                rowmesh.is_older(t.xmin, {12}, {3}::timestamptz, {3}::oid[], {3}::timestamptz) as older
              from {4} t cross join lateral ({11}) v
              where v.roident <> {3}::oid and v."timestamp" > coalesce((select s.at from seen s where s.n = v.roident), '-infinity')
            )
            select (extract(epoch from m.at) * 1000000)::bigint, m.roident::bigint, (select count(*) from met where older),
              (select count(*) from met where not older), array[{10}]::text[]
            from (select * from met limit\s""" + FallenRows.LISTED + ") m join {4} t on t.ctid = m.place";

    /** Parameters: written, losing ties, since. */
    private static final String TRUNCATE = """
            delete from {4} as t where rowmesh.may_overwrite(t.xmin, {12}, {3}::timestamptz, {3}::oid[], {3}::timestamptz)""";

    /** @throws SQLException with a state of class 42 or 22 when the shape does not fit the local table */
    static TableStatements render(TableShape shape, LocalTable local) throws SQLException {
        int[] positions = writable(shape, local);
        int[] keys = shape.keyPositions();
        return new TableStatements(
                render(UPSERT, shape, local, positions),
                render(DELETE, shape, local, keys),
                render(TRUNCATED, shape, local, keys),
                render(TRUNCATE, shape, local, keys),
                positions, keys, List.copyOf(local.columns().keySet()));
    }

    static int[] writable(TableShape shape, LocalTable local) throws SQLException {
        List<Integer> positions = new ArrayList<>();
        for (int i = 0; i < shape.columns().size(); i++) {
            Column column = shape.columns().get(i);
            LocalColumn here = local.columns().get(column.name());
            if (here == null) {
                throw new SQLException("table " + shape.id() + " has no column \"" + column.name() + "\" here; add it as it is"
                        + " at the origin", "42703");
            }
            String mismatch = TypeFit.mismatch(column.name(), column.type(), here);
            if (mismatch != null) {
                throw new SQLException("table " + shape.id() + ": " + mismatch, "42804");
            }
            if (column.key() != here.key()) {
                throw new SQLException("table " + shape.id() + " has another primary key here than at the origin; make them"
                        + " the same", "42830");
            }
            if (!here.generated()) {
                positions.add(i);
            }
        }
        return positions.stream().mapToInt(Integer::intValue).toArray();
    }

    private static String render(String template, TableShape shape, LocalTable local, int[] columns) {
        List<LocalColumn> here = IntStream.of(columns).mapToObj(i -> local.columns().get(shape.columns().get(i).name())).toList();
        List<QueryPart> casts = new ArrayList<>();
        List<QueryPart> arrays = new ArrayList<>();
        List<QueryPart> names = new ArrayList<>();
        List<QueryPart> keyEquals = new ArrayList<>();
        List<QueryPart> selects = new ArrayList<>();
        List<QueryPart> conflict = new ArrayList<>();
        for (int i = 0; i < here.size(); i++) {
            QueryPart alias = DSL.name("c" + i);
            QueryPart name = DSL.name(here.get(i).name());
            casts.add(DSL.sql("u.{0}::{1} as {0}", alias, DSL.raw(here.get(i).castType())));
            arrays.add(DSL.raw("?::text[]"));
            names.add(alias);
            selects.add(DSL.sql("i.{0}", alias));
            if (here.get(i).key()) {
                keyEquals.add(DSL.sql("t.{0} = i.{1}", name, alias));
                conflict.add(name);
            }
        }
        arrays.add(DSL.raw("?::text[]"));
        return JOOQ.render(DSL.sql(template, list(casts), list(arrays), list(names), P,
                DSL.name(shape.id().schema(), shape.id().name()), joined(keyEquals, " and "),
                list(here.stream().<QueryPart>map(c -> DSL.name(c.name())).toList()), list(selects), list(conflict),
                list(assignments(here)), list(local.columns().keySet().stream().map(TableStatements::exactText).toList()),
                DSL.raw(StoredVersion.of(local)), DSL.raw(StoredVersion.before(local))));
    }

    /** By the type's output function: a cast to text would strip the spaces of a char(n), and write booleans out. */
    private static QueryPart exactText(String column) {
        return DSL.sql("case when t.{0} is distinct from null then concat(t.{0}) end", DSL.name(column));
    }

    /** Every column that may be updated; numeric keys too, as equal keys may have other texts (1.0 and 1.00). */
    private static List<QueryPart> assignments(List<LocalColumn> columns) {
        List<QueryPart> all = new ArrayList<>();
        for (LocalColumn column : columns) {
            if (!column.identityAlways() && (!column.key() || column.castType().equals("numeric"))) {
                all.add(assignment(column));
            }
        }
        if (all.isEmpty()) {
            // Only the version changes.
            columns.stream().filter(c -> !c.identityAlways()).limit(1).forEach(c -> all.add(assignment(c)));
        }
        return all;
    }

    private static QueryPart assignment(LocalColumn column) {
        return DSL.sql("{0} = excluded.{0}", DSL.name(column.name()));
    }

    private static QueryPart list(List<? extends QueryPart> parts) {
        return joined(parts, ", ");
    }

    private static QueryPart joined(List<? extends QueryPart> parts, String separator) {
        String template = IntStream.range(0, parts.size()).mapToObj(i -> "{" + i + "}")
                .collect(java.util.stream.Collectors.joining(separator));
        return DSL.sql(template, parts.toArray(QueryPart[]::new));
    }
}
