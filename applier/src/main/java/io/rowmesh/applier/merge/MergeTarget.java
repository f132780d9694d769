package io.rowmesh.applier.merge;

import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.TransactionHeader;
import io.rowmesh.schema.Version;

import java.sql.SQLException;
import java.util.List;
import java.util.Set;

/**
 * What the merging rules need of their region's database, in the open transaction of a lane. Each call is one statement, with
 * its own snapshot; one that would have to wait for a local transaction waits, or (in the simulation) throws and is called
 * again with the same arguments. Two implementations: over JDBC, and the in-memory tables of the simulation.
 */
public interface MergeTarget {

    /** Locks the row of a change's key until the transaction ends. False when there is none. */
    boolean hold(RowChange change) throws SQLException;

    /** Inserts a row unless its key has one, and so holds the key. False when it has one; it was waited for. */
    boolean insert(TableShape table, Row row) throws SQLException;

    /**
     * What stands at the key of a change, and what is known of its deletes. To be asked once the row or the key is held: a
     * statement that began before would not see what was waited for.
     *
     * @throws SQLException with state RM001 when nobody can know the stored row's version
     */
    KeyFacts facts(TransactionHeader header, RowChange change) throws SQLException;

    /** Writes these columns of the row that is held. */
    void update(TableShape table, Row row, Set<String> columns) throws SQLException;

    /** Keeps the true version of the row that this transaction has just written. */
    void keepVersion(RowChange change, Version version) throws SQLException;

    /** Deletes the row of a change's key, whatever its version. */
    void remove(RowChange change) throws SQLException;

    /** Raises the origin's last delete of the change's key, or of all keys for a truncate. */
    void recordDelete(TransactionHeader header, RowChange change) throws SQLException;

    /** Locks writers of the table out and deletes all its rows. Returns those that the truncate's origin had not seen. */
    Removed removeAll(TransactionHeader header, TableShape table) throws SQLException;

    /**
     * Gives the deletes of captured local transactions their sequences: they are pending no longer. The transactions are
     * visible; durable once the commit returned.
     */
    void recordLocalDeletes(int epoch, List<LocalDelete> deletes) throws SQLException;
}
