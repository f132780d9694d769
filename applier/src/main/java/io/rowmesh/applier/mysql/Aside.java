package io.rowmesh.applier.mysql;

import io.rowmesh.applier.history.ConflictBatch;
import io.rowmesh.applier.history.ConflictRecord;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.TransactionHeader;

import java.sql.SQLException;
import java.util.List;

/** What is put beside the tables: changes that could not be applied, and what became of conflicts. Here nothing is kept of either. */
final class Aside {

    boolean isParked(RowChange change) {
        return false;
    }

    List<ConflictRecord> unpark(RowChange of, String rule, String note) {
        return List.of();
    }

    /** The stream stops at the change, so nothing is lost. */
    void park(TransactionHeader header, RowChange change, SQLException cause) throws SQLException {
        throw new SQLException("a change of " + change.table().id() + " cannot be applied here, and this version parks no changes in MySQL: " + cause.getMessage(),
                "55000", cause);
    }

    String writeConflicts(ConflictBatch conflicts) {
        return conflicts.isEmpty() ? null : "this version keeps no history of conflicts in MySQL";
    }
}
