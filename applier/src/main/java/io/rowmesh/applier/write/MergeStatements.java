package io.rowmesh.applier.write;

import io.rowmesh.applier.write.LocalTable.LocalColumn;
import io.rowmesh.schema.Column;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.store.ControlSchema;
import org.jooq.impl.DSL;

import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.StringJoiner;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The statements that merge rows of one shape of one table, one row each; every name quoted by jOOQ. Each ends with the texts of
 * the key columns as parameters, but for the insert and the delete of all.
 *
 * @param positions which of the shape's columns are written, in the order of the insert's parameters
 */
record MergeStatements(TableShape shape, LocalTable local, int[] positions, String hold, String insert, String facts, String remove,
                       String keepVersion, String lockTable, String unseen, String removeAll) {

    /**
     * The row's columns as texts; xmin, commit timestamp (microseconds) and origin's number of its last writer, whether that is the
     * running transaction; the version kept for it; the deletes of its key; whether one is pending; until when
     * a row of unknown version was written. One row, also without a row.
     * Parameters: schema, table and key (row_version, key_deletes and pending_delete alike), key columns.
     */
    private static final String FACTS = """
            select %s, t.xmin::text, %s, v.roident::bigint,
              pg_current_xact_id_if_assigned() is not null and age(t.xmin) <= 0,
              %s, r.origin,
              (select json_agg(json_build_array(d.origin, d.epoch, d.sequence))::text from rowmesh.key_deletes d
                 where d.table_schema = k.s and d.table_name = k.n and md5(d.row_key) in (md5(k.k), md5('*'))),
              exists (select from rowmesh.pending_delete p
                 where p.table_schema = k.s and p.table_name = k.n and md5(p.row_key) in (md5(k.k), md5('*'))),
              %s
            from (select ?::text as s, ?::text as n, ?::text as k) k
            left join %s t on %s
            left join lateral (%s) v on true
            left join rowmesh.row_version r on r.table_schema = k.s and r.table_name = k.n and md5(r.row_key) = md5(k.k)
              and r.row_xmin = t.xmin::text::bigint""";

    /**
     * The rows whose last write somebody had not seen: their columns as texts, commit timestamp (microseconds) of that write, the origin
     * if the version is kept for the row, the number of its last writer's origin, how many there are. Parameters: regions, their
     * numbers, up to when each was seen, schema and table.
     */
    private static final String UNSEEN = """
            with seen as materialized (select u.r, u.n, u.w::timestamptz as at from unnest(?::text[], ?::bigint[], ?::text[]) as u(r, n, w))
            select %s, %s, r.origin, v.roident::bigint, count(*) over ()
            from %s t cross join lateral (%s) v
            left join rowmesh.row_version r on r.table_schema = ? and r.table_name = ? and md5(r.row_key) = md5(%s)
              and r.row_xmin = t.xmin::text::bigint
            where coalesce(r.written_at, v."timestamp") > coalesce((select max(s.at) from seen s
              where case when r.origin is null then s.n = v.roident else s.r = r.origin end), '-infinity')
            limit\s""" + FallenRows.LISTED;

    /** Until when a row was written whose version v is not known. */
    static final String UNTIL = "case when v.\"timestamp\" is null then coalesce(v.until, rowmesh.dropped_until()) end";

    /**
     * With the row goes the version kept for it: another row of the key may be written by this very transaction, under the same
     * xmin. Parameters: schema, table and key.
     */
    private static final String FORGET_VERSION = """
            delete from rowmesh.row_version r where r.table_schema = ? and r.table_name = ? and md5(r.row_key) = md5(?)""";

    private static final String KEEP_VERSION = """
            insert into rowmesh.row_version as r (table_schema, table_name, row_key, row_xmin, written_at, origin, epoch, sequence)
            select k.s, k.n, k.k, t.xmin::text::bigint, k.w, k.o, p.epoch, p.sequence
            from (select ?::text as s, ?::text as n, ?::text as k, ?::timestamptz as w, ?::text as o) k
            join %s t on %s
            left join lateral (select p.epoch, p.sequence from rowmesh.progress p where p.origin = k.o
              order by p.epoch desc, p.sequence desc limit 1) p on true
            on conflict (table_schema, table_name, md5(row_key)) do update set row_xmin = excluded.row_xmin,
              written_at = excluded.written_at, origin = excluded.origin, epoch = excluded.epoch, sequence = excluded.sequence,
              recorded = default""";

    /** @throws SQLException with a state of class 42 when the shape does not fit the local table */
    static MergeStatements render(TableShape shape, LocalTable local) throws SQLException {
        String table = name(shape);
        String key = keyEquals(shape, local);
        int[] positions = TableStatements.writable(shape, local);
        String columns = shape.columns().stream().map(c -> "t." + quoted(c.name()) + "::text").collect(Collectors.joining(", "));
        String conflict = IntStream.of(shape.keyPositions()).mapToObj(i -> quoted(shape.columns().get(i).name()))
                .collect(Collectors.joining(", "));
        StringJoiner names = new StringJoiner(", ");
        StringJoiner values = new StringJoiner(", ");
        for (int position : positions) {
            LocalColumn column = column(shape, local, position);
            names.add(quoted(column.name()));
            values.add("?::" + column.castType());
        }
        return new MergeStatements(shape, local, positions,
                "select 1 from " + table + " t where " + key + " for update",
                "insert into " + table + " (" + names + ") overriding system value values (" + values + ") on conflict (" + conflict
                        + ") do nothing",
                FACTS.formatted(columns, Micros.sql("v.\"timestamp\""), Micros.sql("r.written_at"), Micros.sql(UNTIL), table, key,
                        StoredVersion.of(local)),
                "with version as (" + FORGET_VERSION + ") delete from " + table + " t where " + key,
                KEEP_VERSION.formatted(table, key),
                "lock table " + table + " in share row exclusive mode",
                UNSEEN.formatted(columns, Micros.sql("coalesce(r.written_at, v.\"timestamp\")"), table, StoredVersion.of(local), StoredVersion.key(local)),
                "delete from " + table);
    }

    /** Parameters: a value for each of the positions that {@link #updated} names. */
    String update(int[] updated) {
        String assignments = IntStream.of(updated).mapToObj(i -> quoted(shape.columns().get(i).name()) + " = ?::"
                + column(shape, local, i).castType()).collect(Collectors.joining(", "));
        return "update " + name(shape) + " t set " + assignments + " where " + keyEquals(shape, local);
    }

    /** Those of the named columns that can be written; a key column where there is no other, so that the version changes. */
    int[] updated(Collection<String> columns) {
        int[] found = IntStream.of(positions).filter(i -> columns.contains(shape.columns().get(i).name()) && !shape.columns().get(i).key()
                && !column(shape, local, i).identityAlways()).toArray();
        return found.length > 0 ? found : IntStream.of(shape.keyPositions()).limit(1).toArray();
    }

    static String keyEquals(TableShape shape, LocalTable local) {
        return IntStream.of(shape.keyPositions()).mapToObj(i -> "t." + quoted(shape.columns().get(i).name()) + " = ?::"
                + column(shape, local, i).castType()).collect(Collectors.joining(" and "));
    }

    private static LocalColumn column(TableShape shape, LocalTable local, int position) {
        Column column = shape.columns().get(position);
        return local.columns().get(column.name());
    }

    static String name(TableShape shape) {
        return ControlSchema.renderer().render(DSL.name(shape.id().schema(), shape.id().name()));
    }

    static String quoted(String name) {
        return ControlSchema.renderer().render(DSL.name(List.of(name)));
    }

    /** As a string constant. */
    static String literal(String text) {
        return ControlSchema.renderer().render(DSL.inline(text));
    }
}
