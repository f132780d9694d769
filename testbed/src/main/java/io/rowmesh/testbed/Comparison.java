package io.rowmesh.testbed;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * Compares two databases table by table and row by row, in constant memory: both are read in one order and merged. A row's
 * version (commit timestamp) is part of what must be equal, but for tables with counters.
 */
public final class Comparison {

    private static final int SHOWN = 5;

    private static final String TABLES = """
            select quote_ident(n.nspname) || '.' || quote_ident(c.relname)
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where c.relkind = 'r' and c.relpersistence = 'p'
              and n.nspname not in ('pg_catalog', 'information_schema', 'rowmesh') order by 1""";

    /** Tables with counters: a merged row's last commit is not its version, and its true one is not kept for ever. */
    private static final String COUNTS = "exists (select from pg_trigger where tgrelid = '%s'::regclass and tgname = 'zz_rowmesh_deleted')";

    /** The true version of a row that was hidden and is shown again. */
    private static final String MOVED = "select m.written_at::text from rowmesh.row_version m where m.moved and m.row_xmin = t.xmin::text::bigint"
            + " and m.row_key::jsonb = (select jsonb_agg(to_jsonb(t) ->> a.attname order by a.attnum) from pg_index i join pg_attribute a"
            + " on a.attrelid = i.indrelid and a.attnum = any(i.indkey) where i.indrelid = '%s'::regclass and i.indisprimary)";

    private static final String HIDDEN = "select 'hidden ' || row_key || image || origin || written_at from rowmesh.shadow"
            + " where format('%%I.%%I', table_schema, table_name)::regclass = '%s'::regclass";

    private Comparison() {
    }

    /**
     * @param rows      rows on the left side
     * @param different rows that only one side has, and rows that differ (counted once for each side)
     * @param samples   some of them, for people
     */
    public record TableResult(String table, long rows, long different, List<String> samples) {
        public boolean equal() {
            return different == 0;
        }
    }

    /** Compares every user table of the left database with the same table on the right. */
    public static List<TableResult> compare(TestingPostgres left, TestingPostgres right) {
        List<TableResult> results = new ArrayList<>();
        try (Connection a = left.connect(); Connection b = right.connect()) {
            a.setAutoCommit(false);
            b.setAutoCommit(false);
            for (List<String> table : left.query(TABLES)) {
                results.add(compare(table.get(0), a, b));
            }
        } catch (SQLException e) {
            throw new IllegalStateException("cannot compare: " + e.getMessage(), e);
        }
        return results;
    }

    /** One line for each difference; empty when all is equal. */
    public static List<String> differences(TestingPostgres left, TestingPostgres right) {
        return compare(left, right).stream().filter(t -> !t.equal())
                .map(t -> t.table() + ": " + t.different() + " differ, " + t.samples()).toList();
    }

    private static TableResult compare(String table, Connection left, Connection right) throws SQLException {
        String sql = "select row from (select t::text || ' @ ' || case when " + COUNTS.formatted(table)
                + " then '-' else coalesce((" + MOVED.formatted(table) + "), pg_xact_commit_timestamp(t.xmin)::text, '-') end as row from only "
                + table + " t union all " + HIDDEN.formatted(table) + ") r order by row collate \"C\"";
        long rows = 0;
        long different = 0;
        List<String> samples = new ArrayList<>();
        try (Statement a = cursor(left); Statement b = cursor(right); ResultSet as = a.executeQuery(sql); ResultSet bs = b.executeQuery(sql)) {
            String x = next(as);
            String y = next(bs);
            while (x != null || y != null) {
                int order = x == null ? 1 : y == null ? -1 : compareBytes(x, y);
                if (order != 0) {
                    different++;
                    if (samples.size() < SHOWN) {
                        samples.add(order < 0 ? "< " + x : "> " + y);
                    }
                }
                rows += order <= 0 ? 1 : 0;
                String nextX = order <= 0 ? next(as) : x;
                y = order >= 0 ? next(bs) : y;
                x = nextX;
            }
        }
        return new TableResult(table, rows, different, samples);
    }

    /** In the order that PostgreSQL's collation "C" gives to UTF-8. */
    private static int compareBytes(String x, String y) {
        return java.util.Arrays.compareUnsigned(x.getBytes(java.nio.charset.StandardCharsets.UTF_8),
                y.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    private static Statement cursor(Connection connection) throws SQLException {
        Statement statement = connection.createStatement();
        statement.execute("set time zone 'UTC'");
        statement.setFetchSize(1_000);
        return statement;
    }

    private static String next(ResultSet rows) throws SQLException {
        return rows.next() ? rows.getString(1) : null;
    }
}
