package io.rowmesh.applier.write;

import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

import java.sql.SQLException;
import java.util.Optional;

/** What a database error leads to: decided here and nowhere else (H25). */
public final class SqlFaults {

    /** What to do about an error while applying. */
    public enum Remedy {
        /** The row itself cannot stand here: park it, go on. */
        PARK_ROW,
        /** Nothing is wrong with the row: roll back, wait, do the transaction again. */
        RETRY
    }

    /** Object not in the state that is needed. */
    private static final String WAITS = "55000";

    private SqlFaults() {
    }

    /** The cause for which a change is parked that only waits behind another one. */
    static SQLException waitsBehindParked() {
        return new SQLException("waits behind an earlier parked change of this row", WAITS);
    }

    static boolean onlyWaits(SQLException cause) {
        return WAITS.equals(cause.getSQLState());
    }

    /** The name of the unique key (or exclusion constraint) that a row would break, if that is the error. */
    public static Optional<String> uniqueKey(SQLException error) {
        if (MySqlFaults.isMySqls(error)) {
            return MySqlFaults.uniqueKey(error);
        }
        boolean broken = "23505".equals(error.getSQLState()) || "23P01".equals(error.getSQLState());
        if (!broken) {
            return Optional.empty();
        }
        ServerErrorMessage message = error instanceof PSQLException server ? server.getServerErrorMessage() : null;
        return Optional.of(message == null || message.getConstraint() == null ? "of the table" : message.getConstraint());
    }

    /**
     * By SQLSTATE, and MySQL's by their numbers, which PostgreSQL's errors have none of. Data, integrity, and definition errors, and what
     * triggers raise, belong to the row; a missing privilege (42501) does not, nor does anything of connections, locks, resources or operators.
     */
    public static Remedy remedy(SQLException error) {
        if (MySqlFaults.isMySqls(error)) {
            return MySqlFaults.remedy(error);
        }
        String state = error.getSQLState();
        if (state == null || state.length() != 5 || state.equals("42501")) {
            return Remedy.RETRY;
        }
        return ofClass(state);
    }

    static Remedy ofClass(String state) {
        return switch (state.substring(0, 2)) {
            case "22", "23", "42", "44", "21", "27", "P0", "0A", "54", "RM" -> Remedy.PARK_ROW;
            default -> Remedy.RETRY;
        };
    }
}
