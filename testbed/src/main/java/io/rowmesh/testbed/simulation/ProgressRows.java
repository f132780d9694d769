package io.rowmesh.testbed.simulation;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The table rowmesh.progress: appended, one row for each applied transaction, unique by origin and sequence. */
final class ProgressRows {

    private final List<List<ProgressRow>> byOrigin = new ArrayList<>();

    /** @param began place of the log when it was written */
    record ProgressRow(long sequence, long micros, long began, DbTransaction writer) {
    }

    ProgressRows(int regions) {
        for (int i = 0; i < regions; i++) {
            byOrigin.add(new ArrayList<>());
        }
    }

    void append(int origin, long sequence, long micros, long began, DbTransaction writer) throws SQLException {
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
        rows.add(new ProgressRow(sequence, micros, began, writer));
    }

    /** Without asking whether it is there. */
    void appendAgain(int origin, long sequence, long micros, long began, DbTransaction writer) {
        byOrigin.get(origin).add(new ProgressRow(sequence, micros, began, writer));
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

    /**
     * What production leaves when it prunes as much as it may: what began behind the confirmed place, and of what began before it
     * each origin's newest timestamp; in the order in which they began.
     */
    List<ProgressRow> remaining(long confirmed) {
        List<ProgressRow> remaining = new ArrayList<>();
        for (List<ProgressRow> rows : byOrigin) {
            long newest = rows.stream().filter(row -> row.writer().visibleAt != 0 && row.began() <= confirmed)
                    .mapToLong(ProgressRow::micros).max().orElse(Long.MIN_VALUE);
            rows.stream().filter(row -> row.writer().visibleAt != 0 && (row.began() > confirmed || row.micros() >= newest))
                    .forEach(remaining::add);
        }
        remaining.sort(Comparator.comparingLong(ProgressRow::began));
        return remaining;
    }

    long newestMicros(int origin) {
        return byOrigin.get(origin).stream().filter(row -> row.writer().visibleAt != 0).mapToLong(ProgressRow::micros).max().orElse(0);
    }

    long sequence(int origin) {
        ProgressRow last = last(origin);
        return last == null ? 0 : last.sequence();
    }
}
