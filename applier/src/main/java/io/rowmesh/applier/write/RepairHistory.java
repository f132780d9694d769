package io.rowmesh.applier.write;

import io.rowmesh.applier.history.ConflictBatch;
import io.rowmesh.applier.merge.KeyWrite;
import io.rowmesh.applier.unique.UniqueRepair;
import io.rowmesh.schema.TableId;

import java.sql.SQLException;
import java.util.List;

/** What the repairs of one session have to tell the conflict history, until it is written with what they did. */
final class RepairHistory {

    private final WriteContext context;
    private ConflictBatch batch = new ConflictBatch();
    private String refused;

    RepairHistory(WriteContext context) {
        this.context = context;
    }

    void add(TableId table, FallenRows rows) {
        rows.into(batch, table, context.options().rules().apply(table).row().label());
    }

    void add(TableId table, List<FallenRows> all) {
        all.forEach(rows -> add(table, rows));
    }

    /** Of a table under unique: newest-wins, once it is done. */
    void add(UniqueRepair done) {
        add(done.table().id(), UniqueHistory.fallen(done));
        UniqueHistory.replaced(done.table(), done.replaced()).forEach(batch::add);
    }

    /** What captured local writes met in the states of their keys. */
    void add(TableId table, KeyWrite done) {
        MetConflicts.records(done, context.options().rules().apply(table).row().label()).forEach(batch::add);
    }

    /** What was done is undone. */
    void forget() {
        batch = new ConflictBatch();
    }

    /**
     * In the open transaction, which goes on also when the history refuses it. Durably: what a crash of the database took of it would not be
     * told again once the change log has what was captured. A database that holds only rows makes each commit durable.
     */
    void write() throws SQLException {
        if (!batch.isEmpty()) {
            if (!context.target().holdsOnlyRows()) {
                context.target().keys().durable();
            }
            refused = context.target().writeConflicts(batch);
            forget();
        }
    }

    /** Why the last conflicts do not stand in the history, null when they do. */
    String refused() {
        return refused;
    }
}
