package io.rowmesh.applier.write;

import io.rowmesh.applier.write.LocalTable.LocalColumn;
import io.rowmesh.applier.write.UniqueIndexes.Index;
import io.rowmesh.schema.Column;
import io.rowmesh.schema.TableShape;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The statements for one shape of one table under unique: newest-wins; every name quoted by jOOQ.
 *
 * @param positions which of the shape's columns are inserted, in the order of the insert's parameters
 * @param updated   which of them an update writes
 */
record UniqueStatements(TableShape shape, int[] positions, int[] updated, String hold, String find, String update, String insert,
                        String remove, String keepVersion, String lockTable, String keys, String belowDeletes, String candidates,
                        String forgetVersions) {

    private static final String OF_TABLE = "table_schema = ? and table_name = ?";
    private static final String OF_KEY = OF_TABLE + " and md5(row_key) = md5(?)";

    /**
     * xmin, commit timestamp (microseconds) and origin's number of the row's last writer, whether that is the running transaction,
     * the version kept for it; the hidden row's version; the newest delete; until when (microseconds) a row of unknown version was
     * written; then the columns of the row and of the hidden row as exact texts; until when rows of any key were written that are of
     * unknown version since a rewrite; the delete's epoch and sequence. One row, also where there is none. Parameters: schema, table, key, key columns.
     */
    private static final String FIND = """
            select t.xmin::text::bigint, %1$s, v.roident::bigint, pg_current_xact_id_if_assigned() is not null and age(t.xmin) <= 0,
              %2$s, m.origin, %3$s, s.origin, %4$s, d.origin, %10$s, %5$s, %6$s, %11$s,
              d.epoch, d.sequence
            from (select ?::text as s, ?::text as n, ?::text as k) k
            left join %7$s t on %8$s
            left join lateral (%9$s) v on true
            left join rowmesh.row_version m on m.table_schema = k.s and m.table_name = k.n and md5(m.row_key) = md5(k.k)
              and m.row_xmin = t.xmin::text::bigint
            left join rowmesh.shadow s on s.table_schema = k.s and s.table_name = k.n and md5(s.row_key) = md5(k.k)
            left join lateral (select d.deleted_at, d.origin, d.epoch, d.sequence from rowmesh.tombstone d
              where d.table_schema = k.s and d.table_name = k.n and md5(d.row_key) in (md5(k.k), md5('*'))
              order by d.deleted_at desc, d.origin collate "C" desc limit 1) d on true""";

    /** What collides with rows of unknown version cannot be told apart from them. */
    private static final String REWRITTEN = "(select max(u.until) from (select least(w.older_than, pg_xact_commit_timestamp(w.xid::text::xid8::xid)) as until"
            + " from rowmesh.rewrite w where w.relid = %1$s::regclass"
            + " union all select a.written_before from rowmesh.aged_rows a where a.relid = %1$s::regclass) u)";

    private static final String REMOVE = """
            with gone as (delete from %1$s t where %2$s and t.xmin::text::bigint = ? returning 1),
            forgotten as (delete from rowmesh.row_version where %3$s and exists (select from gone))
            select count(*) from gone""";

    private static final String KEEP_VERSION = """
            insert into rowmesh.row_version as m (table_schema, table_name, row_key, row_xmin, written_at, origin, moved)
            select ?, ?, ?, t.xmin::text::bigint, ?::timestamptz, ?, true from %1$s t where %2$s and (? = 0 or t.xmin::text::bigint = ?)
            on conflict (table_schema, table_name, md5(row_key)) do update set row_xmin = excluded.row_xmin,
              written_at = excluded.written_at, origin = excluded.origin, epoch = null, sequence = null, moved = true""";

    /**
     * Keys of rows that are not surely newer than a delete of them: by the timestamp of who put them there, or moved, or hidden. None that
     * wait for their touch: it restates them, whatever their versions. Parameters: schema and table, six times.
     */
    private static final String BELOW_DELETES = """
            select * from (
            select %1$s from %2$s t left join lateral (%6$s) v on true where coalesce(v."timestamp", '-infinity') <= (select max(d.deleted_at)
              from rowmesh.tombstone d where %3$s and d.row_key = '*')
            union select %1$s from %2$s t left join lateral (%6$s) v on true,
                (select d.row_key, d.deleted_at from rowmesh.tombstone d where %3$s and d.row_key <> '*' offset 0) d
              where %4$s and coalesce(v."timestamp", '-infinity') <= d.deleted_at
            union select %5$s from rowmesh.row_version d where %3$s and d.moved
            union select %5$s from rowmesh.shadow d where %3$s
            except select %5$s from rowmesh.pending_touch d where %3$s and d.row_key <> '*'
            ) k where not exists (select from rowmesh.pending_touch d where %3$s and d.row_key = '*')""";

    /**
     * Whether it is shown, its version as of the row's last writer (as in find), the version kept, texts of the columns, and for each
     * unique key a number that is equal where the values are; before the texts when a
     * row of unknown version was written at the latest, and all keys that wait to be touched. Parameters: schema and
     * table, three times.
     */
    private static final String CANDIDATES = """
            with hidden as materialized (
              select s.written_at, s.origin, %1$s, %2$s from rowmesh.shadow s where %3$s
            ), beside as materialized (
              %4$s
            ), both_of as (
              select false as is_shown, null::bigint as x, null::bigint as at, null::bigint as by, false as own, %5$s as kept_at,
                h.origin as kept_by, null::bigint as bound, %6$s from hidden h
              union all
              select true, t.xmin::text::bigint, %7$s, v.roident::bigint, pg_current_xact_id_if_assigned() is not null and age(t.xmin) <= 0,
                %8$s, m.origin, %14$s, %9$s
              from %10$s t left join lateral (%13$s) v on true
              left join (select m.row_xmin, m.row_key, m.written_at, m.origin from rowmesh.row_version m where %3$s offset 0) m
                on m.row_xmin = t.xmin::text::bigint and %11$s
              where t.ctid = any (array(select c from beside))
            )
            select is_shown, x, at, by, own, kept_at, kept_by, bound,
              (select array_agg(p.row_key) from rowmesh.pending_touch p where p.table_schema = ? and p.table_name = ?), %12$s from both_of""";

    private static final String FORGET_VERSIONS = """
            delete from rowmesh.row_version m where %1$s and m.moved and not exists (
              select from %2$s t where %3$s and t.xmin::text::bigint = m.row_xmin)""";

    /** @throws SQLException with a state of class 42 or 0A when the shape, or a unique key, is not as it must be */
    static UniqueStatements render(TableShape shape, LocalTable local, List<Index> unique) throws SQLException {
        int[] positions = TableStatements.writable(shape, local);
        String table = MergeStatements.name(shape);
        String key = MergeStatements.keyEquals(shape, local);
        int[] updated = updated(shape, local, positions);
        return new UniqueStatements(shape, positions, updated,
                "select 1 from " + table + " t where " + key + " for update",
                FIND.formatted(Micros.sql("v.\"timestamp\""), Micros.sql("m.written_at"), Micros.sql("s.written_at"), Micros.sql("d.deleted_at"),
                        all(shape, c -> StoredRows.exactText(c.name())), all(shape, c -> "s.image::jsonb ->> " + literal(c.name())), table, key,
                        StoredVersion.of(local), Micros.sql(MergeStatements.UNTIL), Micros.sql(REWRITTEN.formatted(literal(table)))),
                "with forgotten as (delete from rowmesh.row_version where " + OF_KEY + ") update " + table + " t set "
                        + IntStream.of(updated).mapToObj(i -> name(shape, i) + " = ?::" + type(shape, local, i)).collect(Collectors.joining(", "))
                        + " where " + key,
                insert(shape, local, positions, table),
                REMOVE.formatted(table, key, OF_KEY),
                KEEP_VERSION.formatted(table, key),
                "lock table " + table + " in share row exclusive mode",
                "select " + keyTexts(shape) + " from " + table + " t union select " + keyOf(shape, "d") + " from rowmesh.shadow d where " + OF_TABLE,
                BELOW_DELETES.formatted(keyTexts(shape), table, "d.table_schema = ? and d.table_name = ?", keyIs(shape, local, "d"), keyOf(shape, "d"),
                        StoredVersion.of(local)),
                candidates(shape, local, unique, table),
                FORGET_VERSIONS.formatted("m.table_schema = ? and m.table_name = ?", table, keyIs(shape, local, "m")));
    }

    private static int[] updated(TableShape shape, LocalTable local, int[] positions) {
        int[] found = IntStream.of(positions).filter(i -> !shape.columns().get(i).key() && !column(shape, local, i).identityAlways()).toArray();
        return found.length > 0 ? found : IntStream.of(shape.keyPositions()).limit(1).toArray();
    }

    private static String insert(TableShape shape, LocalTable local, int[] positions, String table) {
        return "insert into " + table + " (" + IntStream.of(positions).mapToObj(i -> name(shape, i)).collect(Collectors.joining(", "))
                + ") overriding system value values (" + IntStream.of(positions).mapToObj(i -> "?::" + type(shape, local, i))
                .collect(Collectors.joining(", ")) + ") on conflict do nothing";
    }

    private static String candidates(TableShape shape, LocalTable local, List<Index> unique, String table) {
        List<String> typed = new ArrayList<>();
        List<String> hidden = new ArrayList<>();
        List<String> shown = new ArrayList<>();
        List<String> tokens = new ArrayList<>();
        StringJoiner beside = new StringJoiner("\n  union ");
        beside.add("select t.ctid as c from hidden h join " + table + " t on " + IntStream.of(shape.keyPositions())
                .mapToObj(i -> "t." + name(shape, i) + " = " + cast("h.x" + i, type(shape, local, i))).collect(Collectors.joining(" and ")));
        for (int u = 0; u < unique.size(); u++) {
            List<String> parts = new ArrayList<>();
            List<String> equal = new ArrayList<>();
            for (int c = 0; c < unique.get(u).columns().size(); c++) {
                String column = unique.get(u).columns().get(c);
                String collation = unique.get(u).collations().get(c).isEmpty() ? "" : " collate " + unique.get(u).collations().get(c);
                String alias = "u" + u + "_" + c;
                typed.add("(s.image::jsonb ->> " + literal(column) + ")::" + local.columns().get(column).castType() + collation + " as " + alias);
                hidden.add("h." + alias + collation + " as " + alias);
                shown.add("t." + MergeStatements.quoted(column) + collation);
                parts.add(alias + collation);
                equal.add("t." + MergeStatements.quoted(column) + " = h." + alias + collation);
            }
            beside.add("select t.ctid from hidden h join " + table + " t on " + String.join(" and ", equal));
            tokens.add("case when " + parts.stream().map(p -> p + " is not null").collect(Collectors.joining(" and ")) + " then dense_rank() over (order by "
                    + String.join(", ", parts) + ")::text end");
        }
        String xs = IntStream.range(0, shape.columns().size()).mapToObj(i -> "x" + i).collect(Collectors.joining(", "));
        String images = IntStream.range(0, shape.columns().size()).mapToObj(i -> "s.image::jsonb ->> " + literal(shape.columns().get(i).name())
                + " as x" + i).collect(Collectors.joining(", "));
        String hiddenXs = IntStream.range(0, shape.columns().size()).mapToObj(i -> "h.x" + i + " as x" + i).collect(Collectors.joining(", "));
        return CANDIDATES.formatted(images, typed.isEmpty() ? "1 as none" : String.join(", ", typed), "table_schema = ? and table_name = ?", beside,
                Micros.sql("h.written_at"), joined(hiddenXs, hidden), Micros.sql("v.\"timestamp\""), Micros.sql("m.written_at"),
                joined(all(shape, c -> StoredRows.exactText(c.name())), shown), table, keyIs(shape, local, "m"), joined(xs, tokens), StoredVersion.of(local),
                Micros.sql("greatest(" + MergeStatements.UNTIL + ", (select since from rowmesh.versions_since))"));
    }

    private static String joined(String first, List<String> more) {
        return more.isEmpty() ? first : first + ", " + String.join(", ", more);
    }

    private static String cast(String text, String type) {
        return "(" + text + ")::" + type;
    }

    private static String all(TableShape shape, java.util.function.Function<Column, String> of) {
        return shape.columns().stream().map(of).collect(Collectors.joining(", "));
    }

    private static String keyTexts(TableShape shape) {
        return IntStream.of(shape.keyPositions()).mapToObj(i -> StoredRows.exactText(shape.columns().get(i).name())).collect(Collectors.joining(", "));
    }

    /** The texts of a canonical key. */
    private static String keyOf(TableShape shape, String alias) {
        return IntStream.range(0, shape.keyPositions().length).mapToObj(i -> alias + ".row_key::jsonb ->> " + i).collect(Collectors.joining(", "));
    }

    private static String keyIs(TableShape shape, LocalTable local, String alias) {
        int[] keys = shape.keyPositions();
        return IntStream.range(0, keys.length).mapToObj(i -> "t." + name(shape, keys[i]) + " = (" + alias + ".row_key::jsonb ->> " + i + ")::"
                + type(shape, local, keys[i])).collect(Collectors.joining(" and "));
    }

    private static LocalColumn column(TableShape shape, LocalTable local, int position) {
        return local.columns().get(shape.columns().get(position).name());
    }

    private static String type(TableShape shape, LocalTable local, int position) {
        return column(shape, local, position).castType();
    }

    private static String name(TableShape shape, int position) {
        return MergeStatements.quoted(shape.columns().get(position).name());
    }

    /** A column's name as a string constant. */
    private static String literal(String text) {
        return MergeStatements.literal(text);
    }
}
