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
 */
record TableStatements(String upsert, String delete, String deleteOlder, String truncate, int[] positions, int[] keys) {

    private static final DSLContext JOOQ = ControlSchema.renderer();
    private static final SQL P = DSL.raw("?");

    /**
     * Parameters: row keys, one array for each of positions, table schema, table name, written, origin (tombstones), written,
     * losing ties, since (guard), own origin's number. Result: rows not under a newer tombstone, rows written, rows met,
     * ordinals of the rows under a newer tombstone, and of every met row of another origin ordinal, micros and origin number.
     */
    private static final String UPSERT = """
            with incoming as (
              select u.o, u.k as row_key, {0} from unnest({1}) with ordinality as u(k, {2}, o)
            ), live as materialized (
              select i.* from incoming i where not exists (
                select from rowmesh.tombstone d
                where d.table_schema = {3} and d.table_name = {3} and md5(d.row_key) in (md5(i.row_key), md5('*'))
                  and (d.deleted_at, d.origin collate "C") > ({3}::timestamptz, {3}))
            ), met as materialized (
              select i.o, v."timestamp" as at, v.roident from live i join {4} t on {5},
                pg_xact_commit_timestamp_origin(t.xmin) v
            ), written as (
              insert into {4} as t ({6}) overriding system value select {7} from live i order by i.o
              on conflict ({8}) do update set {9}
              where rowmesh.may_overwrite(t.xmin, {3}::timestamptz, {3}::oid[], {3}::timestamptz)
              returning 1
            )
            select (select count(*) from live), (select count(*) from written), (select count(*) from met),
              (select array_agg(i.o) from incoming i where not exists (select from live l where l.o = i.o)),
              f.o, f.at, f.roident
            from (select array_agg(o) as o, array_agg((extract(epoch from at) * 1000000)::bigint) as at,
                         array_agg(roident::bigint) as roident
                  from met where at is not null and roident <> {3}::oid) f""";

    /**
     * Parameters: row keys, one array for each key column, written, losing ties, since (guard), table schema, table name,
     * written, origin, epoch, sequence (tombstone), own origin's number. Result: rows deleted, rows met, ordinals of keys
     * without a row, and the met rows of other origins as for the upsert.
     */
    private static final String DELETE = """
            with incoming as materialized (
              select u.o, u.k as row_key, {0} from unnest({1}) with ordinality as u(k, {2}, o)
            ), met as materialized (
              select i.o, v."timestamp" as at, v.roident from incoming i join {4} t on {5},
                pg_xact_commit_timestamp_origin(t.xmin) v
            ), gone as (
              delete from {4} as t using incoming i
              where {5} and rowmesh.may_overwrite(t.xmin, {3}::timestamptz, {3}::oid[], {3}::timestamptz)
              returning 1
            ), buried as (
              insert into rowmesh.tombstone as d (table_schema, table_name, row_key, deleted_at, origin, epoch, sequence)
              select {3}, {3}, i.row_key, {3}::timestamptz, {3}, {3}, {3} from incoming i
              on conflict (table_schema, table_name, md5(row_key)) do update
              set deleted_at = excluded.deleted_at, origin = excluded.origin, epoch = excluded.epoch,
                  sequence = excluded.sequence, recorded = default
              where (d.deleted_at, d.origin collate "C") < (excluded.deleted_at, excluded.origin collate "C")
            )
            select (select count(*) from gone), (select count(*) from met),
              (select array_agg(i.o) from incoming i where not exists (select from met m where m.o = i.o)),
              f.o, f.at, f.roident
            from (select array_agg(o) as o, array_agg((extract(epoch from at) * 1000000)::bigint) as at,
                         array_agg(roident::bigint) as roident
                  from met where at is not null and roident <> {3}::oid) f""";

    /**
     * Deletes rows that are strictly older than a version given for each key: look-again and re-assertion.
     * Parameters: one array for each key column, array of versions' timestamps, origins below (guard), since.
     */
    private static final String DELETE_OLDER = """
            delete from {4} as t using (select u.w::timestamptz as w, {0} from unnest({1}) as u({2}, w)) i
            where {5} and rowmesh.is_older(t.xmin, i.w, {3}::oid[], {3}::timestamptz)""";

    /** Parameters: written, losing ties, since. */
    private static final String TRUNCATE = """
            delete from {4} as t where rowmesh.is_older(t.xmin, {3}::timestamptz, {3}::oid[], {3}::timestamptz)""";

    /** @throws SQLException with a state of class 42 or 22 when the shape does not fit the local table */
    static TableStatements render(TableShape shape, LocalTable local) throws SQLException {
        int[] positions = writable(shape, local);
        int[] keys = shape.keyPositions();
        return new TableStatements(
                render(UPSERT, shape, local, positions),
                render(DELETE, shape, local, keys),
                render(DELETE_OLDER, shape, local, keys),
                render(TRUNCATE, shape, local, keys),
                positions, keys);
    }

    private static int[] writable(TableShape shape, LocalTable local) throws SQLException {
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
                list(assignments(here))));
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
