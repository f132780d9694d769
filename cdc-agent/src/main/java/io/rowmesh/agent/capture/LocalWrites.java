package io.rowmesh.agent.capture;

import io.rowmesh.schema.RowChange;

import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * What must happen to local writes before any other region may see them (the order of the calls is the order here). A failure
 * of any of them starts the capture over from the slot, so each may see the same rows again.
 *
 * @param onStart    the capture starts, or starts over; called before any row, on another thread than the others, of which none
 *                   runs meanwhile
 * @param judge      whether a transaction is shipped at all, asked at its end
 * @param onRows     rows of a transaction that is shipped, before it is whole in the change log; called once for each of its chunks
 * @param beforeSync makes durable what onRows gathered; called before the transactions of a batch become durable and visible
 * @param afterSync  gets the position (LSN) up to which everything is durable in the change log
 */
public record LocalWrites(Runnable onStart, LocalJudge judge, BiConsumer<TransactionSoFar, List<RowChange>> onRows,
                          Runnable beforeSync, Consumer<Long> afterSync) {

    /** Where every transaction is shipped. */
    public LocalWrites(Runnable onStart, BiConsumer<TransactionSoFar, List<RowChange>> onRows, Runnable beforeSync, Consumer<Long> afterSync) {
        this(onStart, LocalJudge.NONE, onRows, beforeSync, afterSync);
    }

    /** For a capture whose writes nobody else has an interest in. */
    public static LocalWrites none() {
        return new LocalWrites(() -> { }, (transaction, rows) -> { }, () -> { }, position -> { });
    }
}
