package io.rowmesh.testbed.torture;

import io.rowmesh.testbed.TestingRegion;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.List;
import java.util.Random;

/**
 * Writes random transactions in one region until told to stop, on one connection, and on a new one when that breaks: several
 * rows, savepoints, rollbacks, transactions that stay open for a while.
 */
final class Writer implements Runnable {

    private static final int WRITES_AT_ONCE = 4;

    private final TestingRegion region;
    private final String name;
    private final List<Workload> workloads;
    private final Pace pace;
    private final Tally tally;
    private final Random random;
    private long transactions;
    private volatile boolean stopped;

    Writer(TestingRegion region, String name, List<Workload> workloads, Pace pace, Tally tally, long seed) {
        this.region = region;
        this.name = name;
        this.workloads = workloads;
        this.pace = pace;
        this.tally = tally;
        this.random = new Random(seed);
    }

    void stop() {
        stopped = true;
    }

    @Override
    public void run() {
        try {
            while (!stopped) {
                writeUntilBroken();
                Thread.sleep(100);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void writeUntilBroken() throws InterruptedException {
        Dialect dialect = Dialect.of(region.database());
        try (Connection connection = region.database().connect()) {
            dialect.settle(connection, random);
            connection.setAutoCommit(false);
            Hand hand = new Hand(region.id(), dialect, connection, random);
            while (!stopped) {
                transaction(connection, hand);
                Thread.sleep(pace.pauseMillis(random));
            }
        } catch (SQLException e) {
            tally.broken(e);
        }
    }

    private void transaction(Connection connection, Hand hand) throws SQLException, InterruptedException {
        hand.beginTransaction(name + "-" + ++transactions);
        try {
            for (int left = hand.oneIn(30) ? 5 * WRITES_AT_ONCE : hand.pick(WRITES_AT_ONCE); left > 0; left--) {
                write(connection, hand);
            }
            if (hand.oneIn(10)) {
                Thread.sleep(random.nextInt(hand.oneIn(20) ? 2_000 : 60));
            }
            if (hand.oneIn(15)) {
                connection.rollback();
                tally.rolledBack();
            } else {
                connection.commit();
                tally.committed(hand.writes());
            }
        } catch (SQLException e) {
            // A deadlock, say: the transaction is gone, the connection is not, unless this throws.
            connection.rollback();
            tally.refused(e);
        }
    }

    private void write(Connection connection, Hand hand) throws SQLException {
        Savepoint savepoint = hand.oneIn(8) ? connection.setSavepoint() : null;
        hand.mayBeUndone(savepoint != null);
        workloads.get(random.nextInt(workloads.size())).write(hand);
        if (savepoint != null && hand.oneIn(2)) {
            connection.rollback(savepoint);
        } else if (savepoint != null) {
            connection.releaseSavepoint(savepoint);
        }
    }
}
