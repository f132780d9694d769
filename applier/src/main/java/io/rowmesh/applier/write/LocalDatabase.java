package io.rowmesh.applier.write;

import io.rowmesh.applier.history.ConflictHistory;
import io.rowmesh.rules.TableRules;
import io.rowmesh.schema.TableId;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.function.BiPredicate;

/** The region's database as a person's session reads and writes it: what is settled is an ordinary local write. One for each kind of database. */
public interface LocalDatabase {

    /** Pins for the rest of the session how values are written as texts, and that a statement sees what is committed when it begins. */
    void pin(Connection connection) throws SQLException;

    /** Whether a row that is read tells its version, where that is known at all. Else only the running node knows it. */
    boolean tellsVersions();

    /** @throws SQLException with state 42P01 when there is no such table here */
    RowLookup rows(Connection connection, TableId table) throws SQLException;

    /** @param keyTexts of the key columns, in the table's order */
    SettledRow settled(Connection connection, TableKey key, List<String> keyTexts, TableRules rules) throws SQLException;

    /** @param isPrivate whether a column's values are kept as hashes only */
    ConflictHistory history(Connection connection, BiPredicate<TableId, String> isPrivate) throws SQLException;

    /** The user's tables that are called so, as {@code schema.name} or {@code name}; one of the first form comes first. */
    List<TableId> tables(Connection connection, String called) throws SQLException;
}
