package io.rowmesh.rules.keystate;

import io.rowmesh.rules.columns.ColumnMerge;
import io.rowmesh.rules.columns.ColumnState;
import io.rowmesh.rules.keystate.KeyModel.Fault;
import io.rowmesh.rules.keystate.KeyModel.Transaction;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;

import static org.junit.jupiter.api.Assertions.assertTrue;

/** Column-merge alone: every history ends as the set of its writes says, and every fault is noticed. */
class ColumnMergeModelTest {

    private static final int HISTORIES = Integer.getInteger("rowmesh.histories", 2_000);

    @Test
    void randomHistoriesEndAsTheirSetOfWritesSays() {
        KeyModel.drops = 0;
        for (long seed = 0; seed < HISTORIES; seed++) {
            long failing = seed;
            assertTrue(clean(seed, Fault.NONE), () -> "seed " + failing);
        }
        assertTrue(KeyModel.drops > HISTORIES / 20, "states dropped: " + KeyModel.drops);
    }

    /** The others are siblings' faults, or so rare here that the simulation looks for them. */
    @ParameterizedTest
    @EnumSource(value = Fault.class, names = {"NOT_JOINED_AT_CAPTURE", "SHOWN_OVER_LATER_WRITE", "HALF_A_TRANSACTION_SHOWN",
            "ALL_TAKEN_FOR_CAPTURED", "NOT_SETTLED"})
    void everyFaultIsNoticed(Fault fault) {
        long seed = 0;
        while (seed < 200_000 && clean(seed, fault)) {
            seed++;
        }
        assertTrue(seed < 200_000, fault + " was never noticed");
    }

    private static boolean clean(long seed, Fault fault) {
        Random random = new Random(seed);
        boolean grouped = random.nextBoolean();
        List<List<String>> groups = grouped ? List.of(List.of("a", "b")) : List.of();
        KeyModel<ColumnState> model = new KeyModel<>(2 + random.nextInt(3), false, fault, region -> new ColumnMerge(groups));
        try {
            Histories.run(model, random, 40);
            Optional<Row> wanted = oracle(model, grouped);
            return model.drain() && model.allShow(region -> wanted);
        } catch (AssertionError vanished) {
            return false;
        }
    }

    /** Per column the newest write that set it; the row lives if its newest write is newer than its newest delete. */
    private static Optional<Row> oracle(KeyModel<?> model, boolean grouped) {
        List<RowChange> inOrder = new ArrayList<>();
        model.transactions().stream().sorted(Comparator.comparing(Transaction::version)).forEach(t -> inOrder.addAll(t.changes()));
        String[] values = model.before == null ? null : model.before.clone();
        boolean lives = model.before != null;
        for (RowChange change : inOrder) {
            lives = change instanceof RowChange.Insert || change instanceof RowChange.Update;
            if (lives && values == null) {
                values = new String[4];
            }
            if (change instanceof RowChange.Insert insert) {
                for (int i = 0; i < 4; i++) {
                    values[i] = insert.after().get(i);
                }
            } else if (change instanceof RowChange.Update update) {
                boolean[] set = new boolean[4];
                for (int i = 0; i < 4; i++) {
                    set[i] = !Objects.equals(update.before().get(i), update.after().get(i));
                }
                if (grouped) {
                    set[1] |= set[2];
                    set[2] |= set[1];
                }
                for (int i = 0; i < 4; i++) {
                    values[i] = set[i] ? update.after().get(i) : values[i];
                }
            }
        }
        return lives ? Optional.of(new Row(Arrays.copyOf(values, 4))) : Optional.empty();
    }
}
