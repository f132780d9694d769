package io.rowmesh.applier.write;

import io.rowmesh.applier.unique.UniqueRepair;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.Version;

import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Repairs of tables under unique: newest-wins, as steps of {@link LocalRepairs}. */
final class UniqueRepairs {

    private final WriteContext context;
    private final Target target;
    private final RepairSteps steps;

    UniqueRepairs(WriteContext context, RepairSteps steps) {
        this.context = context;
        this.target = context.target();
        this.steps = steps;
    }

    /** Whether a table is repaired here. */
    boolean covers(TableId table) {
        return context.options().rules().apply(table).newestOfUnique();
    }

    /** @param keys that may have a row below a delete; the texts of the key columns */
    void at(TableId table, Collection<String[]> keys) {
        steps.repair(UniqueRepair.at(target.uniques(), table, keys));
    }

    /** After deletes that no other region has heard of yet. @param keys null for wherever a row may be below a delete */
    void after(TableId table, Collection<String[]> keys, Collection<Version> justMade) {
        steps.repair(UniqueRepair.after(target.uniques(), table, keys, justMade));
    }

    /** Wherever a row may be below a delete. */
    void everywhere(TableId table) {
        steps.repair(UniqueRepair.everywhere(target.uniques(), table));
    }

    /** Of all tables that have hidden rows, under locks that are held. */
    void whereHidden() {
        if (!target.holdsOnlyRows()) {
            steps.add(() -> hidden(false).forEach(this::everywhere));
        }
    }

    /** Of all tables that have hidden rows. Under all locks before it asks: a lane may be hiding rows by what was pending when it looked. */
    void lookAtAllHidden() {
        steps.lockAll();
        steps.add(() -> hidden(false).forEach(table -> at(table, List.of())));
        steps.commit();
        // Behind whatever the steps before have added.
        steps.add(steps::free);
    }

    /** Of tables that have a hidden row whose key waits to be touched, under their locks. */
    void lookAtPending() {
        steps.add(() -> {
            List<TableId> tables = hidden(true);
            if (!tables.isEmpty()) {
                lock(tables);
                tables.forEach(table -> at(table, List.of()));
                steps.free();
            }
        });
        steps.commit();
    }

    private List<TableId> hidden(boolean pending) throws SQLException {
        return target.uniques().tablesWithHidden(pending).stream().filter(this::covers).toList();
    }

    /** Of tables that were written, under their locks. @param written with keys that may stand below a tombstone */
    void ofWritten(Map<TableId, List<String[]>> written) {
        lock(written.keySet());
        written.forEach((table, keys) -> at(table, List.copyOf(keys)));
        steps.free();
        steps.add(written::clear);
    }

    /** Such a table has one lock for all its keys. */
    private void lock(Collection<TableId> tables) {
        steps.lock(tables.stream().map(table -> new TableKey(table, "")).toList());
    }
}
