package io.rowmesh.testbed.torture;

import java.sql.SQLException;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/** What the writers were told, counted over all regions. */
final class Tally {

    private final AtomicLong transactions = new AtomicLong();
    private final AtomicLong rolledBack = new AtomicLong();
    private final AtomicLong writes = new AtomicLong();
    private final Map<String, Long> errors = new TreeMap<>();

    void committed(int written) {
        transactions.incrementAndGet();
        writes.addAndGet(written);
    }

    void rolledBack() {
        rolledBack.incrementAndGet();
    }

    /** A transaction that the database did not take. */
    void refused(SQLException e) {
        count(e);
    }

    /** A statement that no database would take: a mistake of these writers, who then do not write what they should. Or null. */
    synchronized String mistakes() {
        Map<String, Long> found = new TreeMap<>(errors);
        found.keySet().removeIf(state -> !state.startsWith("22") && !state.startsWith("42"));
        return found.isEmpty() ? null : found.toString();
    }

    /** A connection that is gone, or could not be had. */
    void broken(SQLException e) {
        count(e);
    }

    private synchronized void count(SQLException e) {
        errors.merge(String.valueOf(e.getSQLState()), 1L, Long::sum);
    }

    /** Transactions whose commit was answered. */
    long transactions() {
        return transactions.get();
    }

    /** Rows that they wrote, those behind rolled back savepoints included. */
    long writes() {
        return writes.get();
    }

    synchronized String text() {
        return transactions + " transactions, " + rolledBack + " rolled back, errors by SQLSTATE " + errors;
    }
}
