package io.rowmesh.applier.write;

import io.rowmesh.applier.write.LocalTable.LocalColumn;

import java.util.stream.Collectors;

/**
 * SQL for the version of a stored row {@code t}. It is its last writer's, but for rows of a table that was rewritten: those all have
 * the rewrite's xmin, and what is known of them is told by {@code rowmesh.version_before} (docs/decisions/0010-null-versions.md).
 */
final class StoredVersion {

    /** The numbers of all rewrites; looked up once a statement. */
    private static final String REWRITES = "(array(select w.xid::text::xid8::xid from rowmesh.rewrite w))";

    private StoredVersion() {
    }

    /** The second argument of {@code rowmesh.may_overwrite} and its like: null where the row's xmin tells its version. */
    static String before(LocalTable table) {
        return "case when t.xmin = any " + REWRITES + " then " + call(table) + " end";
    }

    /**
     * A query of at most one row: timestamp and origin's number, null when nobody knows them exactly; and until, null unless the row
     * was rewritten and was written no later than that.
     */
    static String of(LocalTable table) {
        return "select x.\"timestamp\", x.roident, null::timestamptz as until from pg_xact_commit_timestamp_origin(t.xmin) x"
                + " where t.xmin <> all " + REWRITES + " union all select case when x.exact then x.\"timestamp\" end,"
                + " case when x.exact then x.roident end, case when not x.exact then x.\"timestamp\" end from " + call(table)
                + " x where t.xmin = any " + REWRITES;
    }

    private static String call(LocalTable table) {
        return "rowmesh.version_before(t.tableoid, " + key(table) + ", t.xmin)";
    }

    /** As {@code rowmesh.key_expression} writes it. */
    static String key(LocalTable table) {
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
