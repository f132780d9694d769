package io.rowmesh.testbed.simulation;

import io.rowmesh.rules.Deletes;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** What a simulated database keeps beside a table with counters: deletes of keys, those that are pending, and true versions. */
final class KeyDeletes {

    /** By key (the last slot is the whole table) and origin: its last delete. */
    final Tuple[][] deletes;
    /** By key: the true version of the row that its {@code of} wrote. */
    final Tuple[] versions;
    private final List<Pending> pending = new ArrayList<>();

    /** A delete that the trigger noted; gone once its remover is visible. */
    private static final class Pending {
        final int slot;
        final DbTransaction writer;
        DbTransaction remover;

        Pending(int slot, DbTransaction writer) {
            this.slot = slot;
            this.writer = writer;
        }

        boolean seen(DbTransaction self, long snapshot) {
            return Database.sees(self, snapshot, writer) && (remover == null || !Database.sees(self, snapshot, remover));
        }
    }

    KeyDeletes(int keys, int regions) {
        this.deletes = new Tuple[keys + 1][regions];
        this.versions = new Tuple[keys];
    }

    /** The table's trigger, in the user's transaction. */
    void note(int slot, DbTransaction writer) {
        pending.add(new Pending(slot, writer));
    }

    /** What a statement sees of the deletes of a key. */
    Deletes of(int slot, DbTransaction self, long snapshot) {
        Deletes found = Deletes.NONE;
        for (int each : new int[] {slot, deletes.length - 1}) {
            for (int origin = 0; origin < deletes[each].length; origin++) {
                Tuple last = Database.seen(deletes[each][origin], self, snapshot);
                found = last == null ? found : found.with(World.NAMES[origin], 1, last.sequence);
            }
        }
        return new Deletes(found.last(), isPending(slot, self, snapshot));
    }

    private boolean isPending(int slot, DbTransaction self, long snapshot) {
        for (Pending each : pending) {
            if ((each.slot == slot || each.slot == deletes.length - 1) && each.seen(self, snapshot)) {
                return true;
            }
        }
        return false;
    }

    void raise(Database database, int slot, int origin, long sequence, DbTransaction self) throws SQLException {
        Tuple stands = database.live(deletes[slot][origin], self);
        if (stands == null) {
            database.insert(deletes[slot], origin, self, null);
        } else if (stands.sequence < sequence) {
            database.update(deletes[slot], origin, stands, self, null);
        } else {
            return;
        }
        deletes[slot][origin].sequence = sequence;
        deletes[slot][origin].origin = origin;
        deletes[slot][origin].recorded = database.nextRecorded();
    }

    /** Takes away what a captured transaction noted; it is visible. */
    void settle(long number, DbTransaction self) {
        pending.removeIf(each -> each.writer.state == DbTransaction.State.ABORTED
                || each.remover != null && each.remover.state == DbTransaction.State.COMMITTED);
        for (Pending each : pending) {
            if (each.writer.number == number) {
                each.remover = self;
            }
        }
        self.wrote = true;
    }

    /** Whether a delete of a transaction below a number has not been met by the capture. */
    boolean isPendingBelow(long number) {
        return pending.stream().anyMatch(each -> each.writer.number < number && each.writer.state == DbTransaction.State.COMMITTED
                && each.remover == null);
    }

    boolean nothingPending() {
        return pending.stream().noneMatch(each -> each.writer.state == DbTransaction.State.COMMITTED
                && (each.remover == null || each.remover.state != DbTransaction.State.COMMITTED));
    }
}
