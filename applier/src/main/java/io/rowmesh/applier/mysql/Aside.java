package io.rowmesh.applier.mysql;

import com.mysql.cj.jdbc.exceptions.PacketTooBigException;
import io.rowmesh.applier.history.ConflictBatch;
import io.rowmesh.applier.history.ConflictHistory;
import io.rowmesh.applier.history.ConflictRecord;
import io.rowmesh.applier.write.ApplierOptions;
import io.rowmesh.applier.write.ParkedRows;
import io.rowmesh.applier.write.TableKey;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.RowKey;
import io.rowmesh.schema.TransactionHeader;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** What is put beside the tables: changes that could not be applied, and what became of conflicts. */
final class Aside {

    /** Program limit exceeded. */
    private static final String TOO_LARGE = "54000";
    private static final int SERVER_SAYS_TOO_LARGE = 1153;

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
        try {
            parked.park(header, change, cause);
        } catch (SQLException e) {
            throw isTooLarge(e) ? new SQLException("the row " + RowKey.of(change) + " of " + change.table().id() + " cannot be written here (" + cause.getMessage()
                    + "), and is too large to be parked: let the server take larger messages (set persist max_allowed_packet = 1073741824), or mend"
                    + " what refuses the row", TOO_LARGE, e) : e;
        }
    }

    private static boolean isTooLarge(SQLException e) {
        return e instanceof PacketTooBigException || e.getErrorCode() == SERVER_SAYS_TOO_LARGE;
    }

    String writeConflicts(ConflictBatch conflicts) throws SQLException {
        return history.attempt(conflicts);
    }
}
