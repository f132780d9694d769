package io.rowmesh.applier.unique;

import io.rowmesh.schema.Row;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.TransactionHeader;
import io.rowmesh.schema.Version;

import java.sql.SQLException;
import java.util.List;
import java.util.Set;

/**
 * What tables under {@code unique: newest-wins} need of their region's database, in the open transaction. Each call is one
 * statement with its own snapshot; one that would have to wait for a local transaction waits, or (in the simulation) throws and
 * is called again with the same arguments. The caller holds the table's lock in the node. Two implementations: over JDBC, and
 * the in-memory tables of the simulation.
 */
public interface UniqueTarget {

    /** A table as it is here; only the columns that are written. */
    TableShape shape(TableId table) throws SQLException;

    /** The names of all columns of the table's secondary unique keys. */
    Set<String> uniqueColumns(TableId table) throws SQLException;

    /** Locks the row of a key until the transaction ends. False when there is none. */
    boolean hold(TableShape table, Row key) throws SQLException;

    /**
     * What stands at a key. To be asked once the row is held: a statement that began before would not see what was waited for.
     *
     * @param header whose transaction is open; null for repairs
     * @throws SQLException with state RM001 when nobody can know the stored row's version
     */
    FoundUnique find(TransactionHeader header, TableShape table, Row key) throws SQLException;

    /** Writes the row of a key that is held, none of whose unique values changes. */
    void update(TableShape table, Row row) throws SQLException;

    /** Inserts a row unless its key has one, or another row has one of its unique values; who has is waited for. */
    boolean insert(TableShape table, Row row) throws SQLException;

    /** What came of putting a hidden row into the table. */
    enum Shown {
        DONE,
        /** Its key, or one of its unique values, has a row by now. */
        TAKEN,
        /** The database refuses the row for another reason, and the transaction goes on without it. */
        REFUSED
    }

    /** As {@link #insert}, of a row that may not stand in this database. */
    Shown show(TableShape table, Row row) throws SQLException;

    /** Deletes the row of a key if it is still the one that {@code xmin} wrote. */
    boolean remove(TableShape table, Row key, long xmin) throws SQLException;

    /**
     * Keeps the true version of a row.
     *
     * @param xmin keeps it only if the row is still the one of this transaction; 0 for the row that was just put into the table
     */
    void keepVersion(TableShape table, Row key, Version version, long xmin) throws SQLException;

    /** Forgets true versions of rows that have gone or been written again. */
    void forgetVersions(TableShape table) throws SQLException;

    /** Puts a row among the hidden ones, in the place of one with its key. */
    void hide(TableShape table, Row row, Version version) throws SQLException;

    /** Takes a key's row from the hidden ones. */
    void dropHidden(TableShape table, Row key) throws SQLException;

    /** Records the delete of a key, or without a key of all. */
    void bury(TransactionHeader header, TableShape table, Row key) throws SQLException;

    /** Keeps other transactions from writing the table until this one ends. */
    void lockTable(TableShape table) throws SQLException;

    /** All keys that have a row, hidden or not; as rows that hold at least the key. */
    List<Row> keys(TableShape table) throws SQLException;

    /** The keys of rows, hidden or not, that may be older than a delete of them; none that wait for their touch. */
    List<Row> belowDeletes(TableShape table) throws SQLException;

    /**
     * All hidden rows of a table, and those of its rows that have a key or a unique value of a hidden one. Every other row
     * collides with nothing.
     */
    List<Candidate> candidates(TransactionHeader header, TableShape table) throws SQLException;

    /**
     * The tables that have hidden rows.
     *
     * @param pending only those that have one whose key waits to be touched
     */
    List<TableId> tablesWithHidden(boolean pending) throws SQLException;
}
