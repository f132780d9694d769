package io.rowmesh.testbed.torture;

import java.sql.SQLException;
import java.util.List;

/**
 * The changes that writers make to rows of tables under last-write-wins, in one kind of database's SQL. Each is noted in the ledger, with
 * the row as it is afterwards, in the same transaction and while the rows are held.
 */
interface RowChanges {

    /**
     * @param where a condition that names the keys
     * @param mark  a condition that no row fulfils but those that this one statement wrote
     */
    record Target(Table table, String where, String mark) {
    }

    /** Inserts what has a key that is free. @param rows {@code values (...)} or a query, of all columns */
    void insert(Target target, String rows) throws SQLException;

    /**
     * Inserts rows, or writes over those with their keys.
     *
     * @param taken    columns that get the new row's value there
     * @param counting whether the column n is counted up there
     */
    void upsert(Target target, String rows, List<String> taken, boolean counting) throws SQLException;

    /** @param set assignments, the mark's among them */
    void update(Target target, String set) throws SQLException;

    /** The mark is of no interest. */
    void delete(Target target) throws SQLException;

    /**
     * Gives a row another key, if that is free; noted as a delete of the old key and a new row.
     *
     * @param oldKey    canonical text
     * @param set       assignments, the mark's and the key's among them
     * @param elsewhere a condition that names the new key
     */
    void changeKey(Target target, String oldKey, String set, String elsewhere) throws SQLException;

    void truncate(Table table) throws SQLException;

    /** What a query reads that has the numbers of a range, called i. At most 28,000. */
    String numbers(int first, int last);
}
