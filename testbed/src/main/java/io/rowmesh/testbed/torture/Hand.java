package io.rowmesh.testbed.torture;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Random;

/** What a writer writes with: one connection, chance, and the ledger that every statement notes its rows in. */
final class Hand {

    final Random random;
    private final Connection connection;
    private String transaction;
    private int writes;

    Hand(Connection connection, Random random) {
        this.connection = connection;
        this.random = random;
    }

    /** @param name unique among all transactions of all regions */
    void beginTransaction(String name) {
        transaction = name;
        writes = 0;
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

    private int note(String name, Table table, String sql, String what) throws SQLException {
        return execute("with " + name + " as (" + sql + " returning " + table.keyOfRow() + " as k, t::text as image)"
                + " insert into torture.ledger (transaction, kind, relation, row_key, image) select '" + transaction + "', " + what);
    }

    /** Truncates a table, noted while the lock is held. */
    void truncate(Table table) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("truncate " + table.name());
        }
        execute("insert into torture.ledger (transaction, kind, relation, row_key) values ('" + transaction + "', 'TRUNCATE', '"
                + table.name() + "', '" + Write.ALL + "')");
    }

    private int execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            int rows = statement.executeUpdate(sql);
            writes += rows;
            return rows;
        }
    }
}
