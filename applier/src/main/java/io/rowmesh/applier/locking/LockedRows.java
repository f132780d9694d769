package io.rowmesh.applier.locking;

import io.rowmesh.applier.history.ConflictBatch;
import io.rowmesh.applier.history.ConflictRecord;
import io.rowmesh.applier.history.NamedRow;
import io.rowmesh.applier.write.PastDelete;
import io.rowmesh.applier.write.Progress;
import io.rowmesh.applier.write.TombstoneIndex;
import io.rowmesh.applier.write.Tombstones;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TransactionHeader;

import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/**
 * The single statements of a database under read committed whose locking reads wait for writers and show what those left (InnoDB),
 * over one session. Keys are canonical ({@link io.rowmesh.schema.RowKey}). What {@link LockingTarget} puts together of them decides
 * nothing by a read that did not lock.
 *
 * <p>Two implementations: over JDBC, and the in-memory tables of the simulation, which throw when a call would have to wait, or to let
 * others act first, and are called again with the same arguments later. So whoever makes several of these calls keeps in mind which are done.
 */
public interface LockedRows {

    /** What is applied of an origin, as committed. */
    Progress progress(String origin) throws SQLException;

    /**
     * Notes the progress that a source transaction makes: the first row that the open transaction writes, by which whoever reads the log
     * knows whose it is, and with which version.
     */
    void writeProgress(TransactionHeader header) throws SQLException;

    /** Says in the open transaction, before its first row, that it is the node's own and makes no progress. Once is enough. */
    void tagRepair() throws SQLException;

    /** How far a timestamp is ahead of the database's clock now, microseconds. */
    long ahead(long micros) throws SQLException;

    /** Where the log ends now. Whatever was committed when this is asked stands before. */
    long logEnd() throws SQLException;

    /**
     * Refuses changes that do not fit the local table, before anything is looked for by their keys.
     *
     * @param changes of one table and shape
     */
    default void require(List<RowChange> changes) throws SQLException {
    }

    /** Locks the rows of these keys until the transaction ends; waits for their writers. @return those that stand, by key */
    Map<String, NamedRow> lock(TableId table, List<String> keys) throws SQLException;

    /** The same of every row of the table, a piece at a time. @param after where the former piece ended; null for the first one */
    Piece lockPiece(TableId table, String after) throws SQLException;

    /**
     * @param rows that stand, by key
     * @param next from where to go on; null when this was the last
     */
    record Piece(Map<String, NamedRow> rows, String next) {
    }

    /**
     * Inserts rows of one table; waits for writers of their keys.
     *
     * @return the canonical keys of those that are not inserted, as a row with their key has come
     * @throws SQLException when the database refuses one for another reason; what else it was given may be inserted
     */
    List<String> insert(List<RowChange> changes) throws SQLException;

    /** Gives rows that are locked their new values; one table. */
    void update(List<RowChange> changes) throws SQLException;

    /** Deletes rows that are locked. */
    void delete(TableId table, List<String> keys) throws SQLException;

    /** The newest tombstone over each of these keys, a truncate's included, by key. */
    Map<String, PastDelete> tombstones(TableId table, List<String> keys) throws SQLException;

    /** Records deletes; the newer version stays. */
    void recordTombstones(String origin, int epoch, List<Tombstones.Dated> deletes) throws SQLException;

    /** The tombstones of a table that come behind a key in the order of their keys, so many at most. @param after null for the first */
    List<PastDelete> tombstonesOf(TableId table, String after, int atMost) throws SQLException;

    /** Those of them that a transaction recorded. */
    List<PastDelete> tombstonesOf(TransactionHeader header, TableId table, String after, int atMost) throws SQLException;

    /** Of these keys those whose local writes are withheld, and wait to be touched. */
    List<String> pending(TableId table, List<String> keys) throws SQLException;

    List<TableId> tablesWithTombstones() throws SQLException;

    void loadTombstones(TombstoneIndex index) throws SQLException;

    boolean isParked(RowChange change) throws SQLException;

    List<ConflictRecord> unpark(RowChange of, String rule, String note) throws SQLException;

    void park(TransactionHeader header, RowChange change, SQLException cause) throws SQLException;

    String writeConflicts(ConflictBatch conflicts) throws SQLException;

    void savepoint() throws SQLException;

    void releaseSavepoint() throws SQLException;

    void backToSavepoint() throws SQLException;

    void pruneProgress(TransactionHeader header) throws SQLException;

    void commit() throws SQLException;

    void rollback() throws SQLException;

    void forgetTables();
}
