package io.rowmesh.applier.write;

import java.sql.SQLException;

/** What a database error leads to: decided here and nowhere else (H25). */
final class SqlFaults {

    /** What to do about an error while applying. */
    enum Remedy {
        /** The row itself cannot stand here: park it, go on. */
        PARK_ROW,
        /** Nothing is wrong with the row: roll back, wait, do the transaction again. */
        RETRY
    }

    private SqlFaults() {
    }

    /**
     * By SQLSTATE. Data, integrity, and definition errors, and what triggers raise, belong to the row; a missing privilege
     * (42501) does not, nor does anything of connections, locks, resources or operators.
     */
    static Remedy remedy(SQLException error) {
        String state = error.getSQLState();
        if (state == null || state.length() != 5 || state.equals("42501")) {
            return Remedy.RETRY;
        }
        return switch (state.substring(0, 2)) {
            case "22", "23", "42", "44", "21", "27", "P0", "0A", "54", "RM" -> Remedy.PARK_ROW;
            default -> Remedy.RETRY;
        };
    }
}
