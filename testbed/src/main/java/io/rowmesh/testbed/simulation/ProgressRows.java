package io.rowmesh.testbed.simulation;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** The table rowmesh.progress: appended, one row for each applied transaction, unique by origin and sequence. */
final class ProgressRows {

    private final List<List<ProgressRow>> byOrigin = new ArrayList<>();

    record ProgressRow(long sequence, long micros, DbTransaction writer) {
    }

    ProgressRows(int regions) {
        for (int i = 0; i < regions; i++) {
            byOrigin.add(new ArrayList<>());
        }
    }

    void append(int origin, long sequence, long micros, DbTransaction writer) throws SQLException {
        List<ProgressRow> rows = byOrigin.get(origin);
        for (int i = rows.size() - 1; i >= 0; i--) {
            ProgressRow row = rows.get(i);
            if (row.writer().state == DbTransaction.State.ABORTED) {
                rows.remove(i);
            } else if (row.sequence() == sequence) {
                if (row.writer().inProgress()) {
                    throw Blocked.INSTANCE;
                }
                throw new SQLException("transaction " + sequence + " is applied already", "23505");
            } else if (row.sequence() < sequence) {
                break;
            }
        }
        rows.add(new ProgressRow(sequence, micros, writer));
    }

    /** Without asking whether it is there. */
    void appendAgain(int origin, long sequence, long micros, DbTransaction writer) {
        byOrigin.get(origin).add(new ProgressRow(sequence, micros, writer));
    }

    /** The last row whose transaction is visible, or null. */
    ProgressRow last(int origin) {
        List<ProgressRow> rows = byOrigin.get(origin);
        for (int i = rows.size() - 1; i >= 0; i--) {
            if (rows.get(i).writer().visibleAt != 0) {
                return rows.get(i);
            }
        }
        return null;
    }

    long sequence(int origin) {
        ProgressRow last = last(origin);
        return last == null ? 0 : last.sequence();
    }
}
