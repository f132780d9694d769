package io.rowmesh.applier.write;

import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * Single rows of one table as exact texts, read by key: for people who ask why a row is what it is. Two implementations, as there are
 * two databases.
 */
public interface RowLookup {

    /** In the table's order. */
    List<String> keyColumns();

    /**
     * The canonical key of a row, from the texts of its key columns in any form that their types take.
     *
     * @throws SQLException of class 22 when a text is none of its type
     */
    String canonicalKey(List<String> texts) throws SQLException;

    /** @param keyTexts of the key columns, in their order */
    Optional<StoredRows.Stored> read(List<String> keyTexts) throws SQLException;
}
