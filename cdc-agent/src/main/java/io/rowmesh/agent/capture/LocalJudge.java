package io.rowmesh.agent.capture;

import io.rowmesh.schema.RowChange;

import java.util.List;
import java.util.Optional;

/**
 * Decides at the end of each local transaction whether it is shipped as it is (convergence rules 6 and 7). Called by the
 * capture's thread alone, in the order of the log; a failure starts the capture over. What breaks off before its end is begun
 * again.
 */
public interface LocalJudge {

    /** For a capture of which nobody doubts the clocks: everything is shipped. */
    LocalJudge NONE = new LocalJudge() {
        @Override
        public void begin(TransactionSoFar transaction) {
            // Nothing is asked of it.
        }

        @Override
        public Optional<RowChange> message(String prefix, String content) {
            return Optional.empty();
        }

        @Override
        public boolean saysAll(RowChange change) {
            return false;
        }

        @Override
        public void wrote(List<RowChange> changes) {
            // Nothing is asked of it.
        }

        @Override
        public boolean ships(long endPosition) {
            return true;
        }

        @Override
        public void withhold(List<RowChange> changes) {
            throw new IllegalStateException("nothing is withheld");
        }

        @Override
        public void withheld() {
            throw new IllegalStateException("nothing is withheld");
        }
    };

    void begin(TransactionSoFar transaction);

    /** A logical message of rowmesh's own in the transaction; answers with the row change that it stands for, if it does. */
    Optional<RowChange> message(String prefix, String content);

    /** Whether an update of the transaction must say all of its row: earlier writes of it were not shipped. */
    boolean saysAll(RowChange change);

    /** Some rows of the transaction. */
    void wrote(List<RowChange> changes);

    /** @param endPosition end of its commit in the database's log (LSN) */
    boolean ships(long endPosition);

    /**
     * Rows of the transaction that was just judged and is not shipped, all of them, some at a time. When it returns, what must
     * be known of them later is durable.
     */
    void withhold(List<RowChange> changes);

    /** No more rows of it. */
    void withheld();
}
