package io.rowmesh.applier.write;

import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.TransactionHeader;

import java.sql.SQLException;
import java.util.List;

/** What {@link ParkedRetry} needs of a lane's session besides its {@link Target}. One for each kind of database. */
public interface RetrySession {

    /** Whether any change may be parked, as far as is known without asking. */
    boolean mayHaveParked();

    /** Changes as they came, as the local tables have them now ({@link RegionSession#incoming}). */
    List<RowChange> incoming(List<RowChange> changes) throws SQLException;

    /**
     * Begins a transaction with changes that were parked when theirs was applied: it has made its progress and awaited the clock. What is
     * written now has its version.
     */
    void beginAgain(TransactionHeader header) throws SQLException;
}
