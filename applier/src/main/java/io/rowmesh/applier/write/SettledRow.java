package io.rowmesh.applier.write;

import io.rowmesh.applier.history.NamedRow;

import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Writes one row of a user's table as any application would, to settle it. Says in a few words what it did. Two implementations, as
 * there are two databases.
 */
public interface SettledRow {

    /** The texts of a row image by column, without what the image does not have. */
    static Map<String, String> texts(NamedRow row) {
        Map<String, String> texts = new LinkedHashMap<>();
        for (int i = 0; i < row.columns().size(); i++) {
            if (!row.values().isAbsent(i)) {
                texts.put(row.columns().get(i), row.values().get(i));
            }
        }
        return texts;
    }

    /** Waits for whoever is writing the row; returns whether there is one. */
    boolean lock() throws SQLException;

    /** Whether a write counts as what it changes, not as the row that it leaves. */
    boolean merges();

    /** The row as it is, with a new version. */
    String keep() throws SQLException;

    String delete() throws SQLException;

    /**
     * Deletes a row that stands in other regions only. Nothing here can be deleted, and a delete that is to travel must be in the
     * log: so a row of this key is made and deleted in the one transaction. What is unique and may be null is null, as it may be the very
     * cause of the parking.
     *
     * @param image of the row elsewhere
     */
    String deleteElsewhere(Map<String, String> image) throws SQLException;

    /**
     * For rules that merge: the row is deleted and made anew in the one transaction, so that in every region it begins with these
     * values, whatever was counted or merged before and whatever a parked change did elsewhere.
     *
     * @param stored the row that stands, whose values columns keep that are not named
     */
    String renew(Map<String, String> texts, Optional<NamedRow> stored) throws SQLException;

    /**
     * These columns; others stay as they are, or take their defaults.
     *
     * @param stands whether there is a row
     */
    String write(Map<String, String> texts, boolean stands) throws SQLException;
}
