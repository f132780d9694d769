package io.rowmesh.applier.mysql;

import io.rowmesh.applier.history.ConflictBatch;
import io.rowmesh.applier.history.ConflictHistory;
import io.rowmesh.applier.history.ConflictRecord;
import io.rowmesh.applier.write.ApplierOptions;
import io.rowmesh.applier.write.ParkedRows;
import io.rowmesh.applier.write.TableKey;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.TransactionHeader;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** What is put beside the tables: changes that could not be applied, and what became of conflicts. */
final class Aside {

    private final ConflictHistory history;
    private final ParkedRows parked;

    /** @param standing over the same connection */
    Aside(Connection connection, ApplierOptions options, ParkedRows.Standing standing) throws SQLException {
        this.history = MySqlHistory.open(connection, options.isPrivate());
        this.parked = ParkedRows.load(connection, history.json(), standing);
    }

    boolean mayHaveParked() {
        return parked.any();
    }

    boolean isParked(RowChange change) throws SQLException {
        return parked.blocks(change);
    }

    List<ConflictRecord> unpark(RowChange of, String rule, String note) throws SQLException {
        return parked.any() ? parked.take(TableKey.of(of), rule, note) : List.of();
    }

    void park(TransactionHeader header, RowChange change, SQLException cause) throws SQLException {
        parked.park(header, change, cause);
    }

    String writeConflicts(ConflictBatch conflicts) throws SQLException {
        return history.attempt(conflicts);
    }
}
