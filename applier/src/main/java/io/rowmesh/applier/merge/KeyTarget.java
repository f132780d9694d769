package io.rowmesh.applier.merge;

import io.rowmesh.rules.keystate.Kept;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.Seen;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;

import java.sql.SQLException;
import java.util.List;

/**
 * What the rules that keep a state of each key need of their region's database, in the open transaction, beside
 * {@link MergeTarget}. Each call is one statement. Two implementations: over JDBC, and the in-memory tables of the simulation.
 */
public interface KeyTarget {

    /** The open transaction is to be durable once its commit returned. */
    void durable() throws SQLException;

    /** What stands at the key of a row, and what is kept of it. */
    FoundKey find(TableShape table, Row key) throws SQLException;

    /**
     * Locks a row until the transaction ends, without waiting for whoever holds it.
     *
     * @return whether it is held now, and is still the one that this transaction wrote
     */
    boolean holdIfFree(TableShape table, Row key, long xmin) throws SQLException;

    /** Keeps the state of a key, or with the key {@code *} of the table. */
    void keep(TableId table, String key, Kept<String> kept) throws SQLException;

    /** Forgets what is kept of a key. */
    void forget(TableId table, String key) throws SQLException;

    /** The state of the whole table as text; null when there is none. */
    String tableState(TableId table) throws SQLException;

    /** Keeps other transactions from writing the table until this one ends. */
    void lockTable(TableShape table) throws SQLException;

    /** The keys that have a row or a state, as rows that hold at least the key. */
    List<Row> keys(TableShape table) throws SQLException;

    /**
     * Keys of which something is kept, and which transactions run.
     *
     * @param after where to go on: the greatest {@code recorded} of the call before
     */
    KeptKeys kept(long after, int limit) throws SQLException;

    /** A table as it is here; only the columns that are written. */
    TableShape shape(TableId table) throws SQLException;

    /** The number (64 bits) of the oldest transaction that has not ended. */
    long oldestRunning() throws SQLException;

    /** Where the log ends (LSN). */
    long logEnd() throws SQLException;

    /**
     * Every local transaction below this number (64 bits) has ended, and the capture has met it. A local delete that is still pending
     * of one below was never captured, and waits no longer.
     */
    void capturedBefore(long xid) throws SQLException;

    /** What every region is known to have seen, its own transactions once they are settled ({@link io.rowmesh.rules.SeenMatrix}). */
    Seen settledEverywhere() throws SQLException;
}
