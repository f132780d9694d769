package io.rowmesh.applier.write;

import io.rowmesh.applier.write.LocalTable.LocalColumn;
import io.rowmesh.schema.ReplicationOrigin;

import java.util.stream.Collectors;

/**
 * SQL for the version of a stored row {@code t}. It is its last writer's, but for rows of a table that was rewritten: those all have
 * the rewrite's xmin, and what is known of them is told by {@code rowmesh.version_before} (docs/decisions/0010-null-versions.md); and for
 * rows that were written anew for their age (docs/decisions/0011-aged-rows.md).
 */
public final class StoredVersion {

    /** The numbers of all rewrites; looked up once a statement. */
    private static final String REWRITES = "(array(select w.xid::text::xid8::xid from rowmesh.rewrite w))";

    /** As {@code rowmesh.is_bound}, with what it looks up looked up once a statement. */
    private static final String BOUND = "coalesce(x.roident = (select o.roident from pg_replication_origin o where o.roname = '"
            + ReplicationOrigin.name(ReplicationOrigin.AGED_ROWS) + "'), false) or coalesce(age(t.xmin) > "
            + "(select rowmesh.next_number() - s.met from rowmesh.versions_since s where s.met >= 4294967296), false)";

    private StoredVersion() {
    }

    /** The second argument of {@code rowmesh.may_overwrite} and its like: null where the row's xmin tells its version. */
    static String before(LocalTable table) {
        return "case when t.xmin = any " + REWRITES + " then " + call(table) + " end";
    }

    /**
     * A query of at most one row: timestamp and origin's number, null when nobody knows them exactly; and until, null unless all that
     * is known is that the row was written no later than that.
     */
    static String of(LocalTable table) {
        return "select case when not b.bound then x.\"timestamp\" end as \"timestamp\", case when not b.bound then x.roident end as roident,"
                + " case when b.bound then x.\"timestamp\" end as until from pg_xact_commit_timestamp_origin(t.xmin) x"
                + " cross join lateral (select " + BOUND + " as bound) b where t.xmin <> all " + REWRITES
                + " union all select case when x.exact then x.\"timestamp\" end, case when x.exact then x.roident end, case when not x.exact then x.\"timestamp\" end from " + call(table)
                + " x where t.xmin = any " + REWRITES;
    }

    private static String call(LocalTable table) {
        return "rowmesh.version_before(t.tableoid, " + key(table) + ", t.xmin)";
    }

    /** As {@code rowmesh.key_expression} writes it. */
    public static String key(LocalTable table) {
        return table.columns().values().stream().filter(LocalColumn::key).map(column -> "rowmesh.key_part(" + text(column) + ")")
                .collect(Collectors.joining(" || ',' || ", "'[' || ", " || ']'"));
    }

    private static String text(LocalColumn column) {
        String value = "t." + StoredRows.name(column.name());
        return switch (column.castType()) {
            case "numeric" -> "trim_scale(" + value + ")::text";
            case "character", "bpchar" -> "rtrim(concat(" + value + "), ' ')";
            default -> "concat(" + value + ")";
        };
    }
}
