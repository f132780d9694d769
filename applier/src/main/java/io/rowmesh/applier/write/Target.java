package io.rowmesh.applier.write;

import io.rowmesh.applier.history.ConflictBatch;
import io.rowmesh.applier.history.ConflictRecord;
import io.rowmesh.applier.merge.KeyTarget;
import io.rowmesh.applier.merge.MergeTarget;
import io.rowmesh.applier.unique.UniqueTarget;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TransactionHeader;

import java.sql.SQLException;
import java.util.List;

/**
 * What the protocol needs of its region's database, over one session that is bound to one replication origin. Each call but
 * {@link #commit} and {@link #rollback} belongs to the open transaction and opens one where none is. Statements are judged as
 * PostgreSQL does under read committed: each by its own snapshot, and anew for a row that it had to wait for.
 *
 * <p>Two implementations: {@link JdbcTarget}, and the in-memory tables of the simulation, which throw when a call would have
 * to wait and are called again with the same arguments later.
 */
public interface Target {

    /** What is applied of an origin, as committed. */
    Progress progress(String origin) throws SQLException;

    /**
     * Notes the progress that a source transaction makes and sets up its commit timestamp.
     *
     * @param carefully whether constraints are to refuse at once, at the row that breaks them
     * @return how far the timestamp is ahead of the database's clock, microseconds; negative when the clock is past it
     */
    long begin(TransactionHeader header, boolean carefully) throws SQLException;

    /** How far the timestamp is ahead of the database's clock now, microseconds. */
    long ahead(TransactionHeader header) throws SQLException;

    /** Where the local log was when {@link #begin} or {@link #ahead} had just looked at the clock, or before (LSN). */
    long logPosition();

    /** One guarded statement that inserts or updates (convergence rule 2). Same table and distinct keys. */
    GroupResult upsert(TransactionHeader header, List<RowChange> changes) throws SQLException;

    /** One guarded statement that deletes and records the tombstones. Same table and distinct keys. */
    GroupResult delete(TransactionHeader header, List<RowChange> changes) throws SQLException;

    /**
     * Locks writers of the table out, deletes what is not newer, records the table's tombstone (convergence rule 15).
     *
     * @return of the rows that stood there those that its origin had not seen
     */
    FallenRows truncate(TransactionHeader header, RowChange.Truncate change) throws SQLException;

    /**
     * Whether every table here is under last-write-wins, and none under unique: newest-wins, as the database has nothing for other
     * rules: then {@link #merges}, {@link #keys} and {@link #uniques} are not asked for.
     */
    boolean holdsOnlyRows();

    /** The same session and transaction, for tables whose rules merge. */
    MergeTarget merges();

    /** The same session and transaction, for tables whose rules keep a state of each key. */
    KeyTarget keys();

    /** The same session and transaction, for tables of which the newest row of each unique value is shown. */
    UniqueTarget uniques();

    /** Whether a change must wait behind a parked one of its key. */
    boolean isParked(RowChange change) throws SQLException;

    /**
     * Says in the open transaction that it makes no progress, for the capture that reads it: one that is applied under a region's
     * origin without a word is taken for damage. One that begins with a delete needs no word.
     */
    void sayRepair() throws SQLException;

    /**
     * Takes away what is parked of a key, or of all keys of a table, in the open transaction.
     *
     * @param rule the rule that decided so
     * @param note what became of it
     * @return what the history is to tell of it
     */
    List<ConflictRecord> unpark(RowChange of, String rule, String note) throws SQLException;

    /** Keeps a change that cannot be applied, in the open transaction, which goes on without it. */
    void park(TransactionHeader header, RowChange change, SQLException cause) throws SQLException;

    /**
     * Writes conflicts into the history, in the open transaction, which goes on also when they are refused.
     *
     * @return why the history refuses them, null when they are written
     */
    String writeConflicts(ConflictBatch conflicts) throws SQLException;

    /** A point to which {@link #backToSavepoint} returns; one at a time. */
    void savepoint() throws SQLException;

    void releaseSavepoint() throws SQLException;

    void backToSavepoint() throws SQLException;

    /** Drops progress that lies before a transaction's. */
    void pruneProgress(TransactionHeader header) throws SQLException;

    /** Records deletes of this region's own transactions; durable once {@link #commit} returned. */
    void recordTombstones(int epoch, List<Tombstones.Dated> deletes) throws SQLException;

    /**
     * Deletes rows that are strictly older than a delete of their key, without locking writers out: second look and re-assertion.
     *
     * @param deletes of keys, or one truncate; all of one origin
     */
    FallenRows deleteOlder(TableId table, List<PastDelete> deletes) throws SQLException;

    /** The rows that other regions wrote and that such deletes of this region leave, as they are newer. */
    FallenRows standingOver(TableId table, List<PastDelete> deletes) throws SQLException;

    /** Deletes rows that are older than a tombstone which this transaction recorded. */
    FallenRows deleteOlderThanTombstonesOf(TransactionHeader header, TableId table) throws SQLException;

    /** Deletes rows with these canonical keys that are older than a tombstone over them; by origin of the tombstones. */
    List<FallenRows> deleteBelowTombstones(TableId table, List<String> keys) throws SQLException;

    /** Deletes every row of a table that is older than a tombstone over it; by origin of the tombstones. */
    List<FallenRows> deleteBelowTombstones(TableId table) throws SQLException;

    /** The tables of which tombstones stand. */
    List<TableId> tablesWithTombstones() throws SQLException;

    /** Fills the index with the keys of all tombstones. The caller holds all key locks. */
    void loadTombstones(TombstoneIndex index) throws SQLException;

    /** Returns when others see a committed local transaction (the low 32 bits of its number); it is in the log before. */
    void awaitVisible(long xid) throws SQLException;

    /** Returns once the commit is visible to all; it need not be durable yet. */
    void commit() throws SQLException;

    void rollback() throws SQLException;

    /** Forgets what the local tables look like: after an error they may have been changed. */
    void forgetTables();
}
