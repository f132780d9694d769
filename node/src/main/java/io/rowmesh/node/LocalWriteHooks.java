package io.rowmesh.node;

import io.rowmesh.agent.capture.TransactionSoFar;
import io.rowmesh.applier.touch.Withholding;
import io.rowmesh.applier.write.LocalWrites;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.Seen;

import java.sql.SQLException;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Joins the capture to what must happen to local writes before they are shipped. */
final class LocalWriteHooks {

    private LocalWriteHooks() {
    }

    /**
     * @param lastWhole  the sequence of the last transaction that stands whole in the change log
     * @param lastSynced the last one that is durable there
     */
    static io.rowmesh.agent.capture.LocalWrites of(LocalWrites writes, Withholding withholding, LongSupplier lastWhole,
                                                        Supplier<Seen.Mark> lastSynced) {
        return new io.rowmesh.agent.capture.LocalWrites(
                () -> attempt(writes, () -> {
                    writes.restart();
                    withholding.restart();
                }),
                new WithholdingJudge(withholding),
                (transaction, rows) -> attempt(writes, () -> onRows(writes, transaction, rows)),
                () -> attempt(writes, () -> writes.beforeSync(lastWhole.getAsLong())),
                position -> attempt(writes, () -> {
                    if (withholding.synced()) {
                        writes.afterTouch();
                    }
                    writes.afterSync(position, lastSynced.get());
                }));
    }

    private static void onRows(LocalWrites writes, TransactionSoFar transaction, List<RowChange> rows) throws SQLException {
        writes.onRows(transaction.version(), transaction.epoch(), transaction.sequence(), transaction.xid(), transaction.seen(), rows);
    }

    /** An error ends the connection, and the capture starts over from the slot: nothing is shipped without its tombstones. */
    private static void attempt(LocalWrites writes, SqlStep step) {
        try {
            writes.start();
            step.run();
        } catch (SQLException e) {
            disconnect(writes, e);
            throw new IllegalStateException("local deletes cannot be recorded: " + e.getMessage(), e);
        } catch (RuntimeException | Error e) {
            disconnect(writes, e);
            throw e;
        }
    }

    private static void disconnect(LocalWrites writes, Throwable cause) {
        try {
            writes.close();
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
    }

    private interface SqlStep {
        void run() throws SQLException;
    }
}
