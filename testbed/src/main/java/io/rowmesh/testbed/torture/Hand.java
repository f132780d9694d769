package io.rowmesh.testbed.torture;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

/** What a writer writes with: one connection, chance, and the ledger that every statement notes its rows in. */
final class Hand {

    /** For each region the newest write of the keys that it has told of. Arguments: table, keys. */
    private static final String SEEN = "(select coalesce(json_object_agg(s.region, s.position), '{}') from (select region, max(position) as position"
            + " from journal where relation = '%s' and row_key in (%s) group by region) s)";

    final Random random;
    private final Connection connection;
    private final String region;
    private final RowChanges rows;
    private String transaction;
    private int writes;
    private boolean mayBeUndone;

    Hand(String region, Dialect dialect, Connection connection, Random random) {
        this.region = region;
        this.connection = connection;
        this.random = random;
        this.rows = dialect.changes(this);
    }

    /** Changes of rows in whatever kind of database it is; all else here is for PostgreSQL. */
    RowChanges rows() {
        return rows;
    }

    /** @param name unique among all transactions of all regions */
    void beginTransaction(String name) {
        transaction = name;
        writes = 0;
    }

    String transaction() {
        return transaction;
    }

    /** Whether what is written now may be undone while the transaction goes on. */
    boolean mayBeUndone() {
        return mayBeUndone;
    }

    void mayBeUndone(boolean now) {
        mayBeUndone = now;
    }

    /** How many rows the transaction wrote so far, those behind a rolled back savepoint included. */
    int writes() {
        return writes;
    }

    /** A value that no other statement writes. */
    String unique() {
        return transaction + "." + writes;
    }

    /** A number from 1 to {@code count}. */
    int pick(int count) {
        return 1 + random.nextInt(count);
    }

    boolean oneIn(int count) {
        return random.nextInt(count) == 0;
    }

    /** Runs an insert or update of a table called {@code t}; notes each row as it is afterwards. */
    int write(Table table, String sql) throws SQLException {
        return note("w", table, sql, "'ROW', '" + table.name() + "', w.k, w.image from w");
    }

    /** Runs a delete from a table called {@code t}; notes each key. */
    int delete(Table table, String sql) throws SQLException {
        return note("w", table, sql, "'DELETE', '" + table.name() + "', w.k, null from w");
    }

    /** Runs an update of one row that changes its key; noted as a delete of the old key and a new row. */
    int changeKey(Table table, String oldKey, String sql) throws SQLException {
        return note("w", table, sql, "x.kind, '" + table.name() + "', x.k, x.image from w, lateral (values (1, 'DELETE', '" + oldKey
                + "', null), (2, 'ROW', w.k, w.image)) x(n, kind, k, image) order by x.n");
    }

    /** As {@link #write}, where each column has a last write of its own; notes what was written to these columns. */
    int writeColumns(Table table, List<String> columns, String sql) throws SQLException {
        String set = columns.stream().map(column -> "'" + column + "', t." + column).collect(Collectors.joining(", "));
        return execute("with w as (" + sql + " returning " + table.keyOfRow() + " as k, json_build_object(" + set + ") as set)"
                + " insert into torture.ledger (transaction, kind, relation, row_key, set_values) select '" + transaction + "', 'ROW', '"
                + table.name() + "', w.k, w.set from w");
    }

    /**
     * Runs an insert or update of one row, and notes it with what was seen of deletes of its key. That is asked afterwards, in a
     * statement of its own: whoever deletes the row in this region by then waits for this transaction, so it is exact.
     *
     * @param set arguments of json_build_object: what it set or added
     */
    int changeSeen(Table table, String key, Write.Kind kind, String set, String sql) throws SQLException {
        if (execute(sql) == 0) {
            return 0;
        }
        return execute("insert into torture.ledger (transaction, kind, relation, row_key, set_values, seen) select '" + transaction + "', '"
                + kind + "', '" + table.name() + "', '" + key + "', json_build_object(" + set + "), " + SEEN.formatted(table.name(), "'" + key + "', '" + Write.ALL + "'"));
    }

    /**
     * Runs an update of one row of a table called {@code t}; notes the row as it is afterwards, with what was seen of the writes of
     * its key, and the write where every region sees it. What was seen is exact as in {@link #changeSeen}: a lane holds the row too
     * before it decides on it.
     */
    void updateSeen(Table table, String key, String sql) throws SQLException {
        if (execute(sql) == 0) {
            return;
        }
        execute("with n as (insert into torture.ledger (transaction, kind, relation, row_key, image, seen) select '" + transaction + "', 'ROW', '"
                + table.name() + "', '" + key + "', (select t::text from " + table.name() + " t where " + table.keyOfRow() + " = '" + key + "'), "
                + SEEN.formatted(table.name(), "'" + key + "'") + " returning position), " + journalled(table, key));
    }

    /** Runs a delete of one row, and notes it where every region sees it. */
    void deleteSeen(Table table, String key, String sql) throws SQLException {
        if (execute(sql) > 0) {
            journal("DELETE", table, key);
        }
    }

    void truncateSeen(Table table) throws SQLException {
        execute("truncate " + table.name());
        journal("TRUNCATE", table, Write.ALL);
    }

    private void journal(String kind, Table table, String key) throws SQLException {
        execute("with n as (insert into torture.ledger (transaction, kind, relation, row_key) values ('" + transaction + "', '" + kind
                + "', '" + table.name() + "', '" + key + "') returning position), " + journalled(table, key));
    }

    /** The journal's row of the write n, which is a write of its own. */
    private String journalled(Table table, String key) {
        return ("w as (insert into journal as t select '" + region + "', n.position, '" + table.name() + "', '" + key + "' from n"
                + " returning " + Ledger.JOURNAL.keyOfRow() + " as k, t::text as image)"
                + " insert into torture.ledger (transaction, kind, relation, row_key, image) select '" + transaction + "', 'ROW', 'journal', w.k, w.image from w");
    }

    private int note(String name, Table table, String sql, String what) throws SQLException {
        return execute("with " + name + " as (" + sql + " returning " + table.keyOfRow() + " as k, t::text as image)"
                + " insert into torture.ledger (transaction, kind, relation, row_key, image) select '" + transaction + "', " + what);
    }

    /** Truncates a table, noted while the lock is held. */
    void truncate(Table table) throws SQLException {
        execute("truncate " + table.name());
        execute("insert into torture.ledger (transaction, kind, relation, row_key) values ('" + transaction + "', 'TRUNCATE', '"
                + table.name() + "', '" + Write.ALL + "')");
    }

    /** A statement of whose rows another one tells the ledger. */
    void run(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }

    /** Writes rows of the ledger. */
    void noted(String sql) throws SQLException {
        execute(sql);
    }

    /** The first column of a query. */
    List<String> texts(String sql) throws SQLException {
        try (Statement statement = connection.createStatement(); ResultSet found = statement.executeQuery(sql)) {
            List<String> texts = new ArrayList<>();
            while (found.next()) {
                texts.add(found.getString(1));
            }
            return texts;
        }
    }

    private int execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            int rows = statement.executeUpdate(sql);
            writes += rows;
            return rows;
        }
    }
}
