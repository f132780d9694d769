package io.rowmesh.agent.binlog;

import io.rowmesh.schema.Column;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.SeenMark;
import io.rowmesh.schema.Version;
import io.rowmesh.schema.mysql.MySqlNames;

import java.time.LocalDateTime;
import java.time.ZoneOffset;

/**
 * Whose transaction it is, by the row that it wrote first: an insert into {@code rowmesh.progress} is one of another region, applied
 * here; an update of {@code rowmesh.tag} is a repair by the node; any other is local.
 */
public final class TaggedTransaction {

    private static final String PROGRESS = "progress";
    private static final String TAG = "tag";

    private boolean anyRow;
    private SeenMark progress;
    private String repaired;
    private Version again;

    /** Whether a table is one of the two. Names are local ones. */
    public static boolean isTag(String database, String table) {
        return database.equals(MySqlNames.CONTROL) && (table.equals(PROGRESS) || table.equals(TAG));
    }

    public void begin() {
        anyRow = false;
        progress = null;
        repaired = null;
        again = null;
    }

    public void inserted(LoggedTable table, Row after) {
        if (!anyRow && is(table, PROGRESS)) {
            progress = mark(table, after);
        }
        anyRow = true;
    }

    public void updated(LoggedTable table, Row after) {
        if (!anyRow && is(table, TAG)) {
            repaired = text(table, after, "origin");
            String committedAt = text(table, after, "committed_at");
            again = committedAt == null ? null : new Version(micros(committedAt), repaired);
        }
        anyRow = true;
    }

    /** Any other row. */
    public void other() {
        anyRow = true;
    }

    /** The progress that it makes; null when it makes none. */
    public SeenMark progress() {
        return progress;
    }

    /** The origin of a repair, a region or {@code self}; null when it is none. */
    public String repaired() {
        return repaired;
    }

    /** The version of the rows that it writes: its origin's, also where a change of that is applied again; null for this region's own. */
    public Version version() {
        return progress == null ? again : new Version(progress.commitMicros(), progress.origin());
    }

    /** The region whose transaction it is, or {@code self}; null for a local one. */
    public String origin() {
        return progress != null ? progress.origin() : repaired;
    }

    private static boolean is(LoggedTable table, String name) {
        return table.database().equals(MySqlNames.CONTROL) && table.name().equals(name);
    }

    /** What a row of {@code rowmesh.progress} says. */
    public static SeenMark mark(LoggedTable table, Row row) {
        return new SeenMark(text(table, row, "origin"), Integer.parseInt(text(table, row, "epoch")),
                Long.parseLong(text(table, row, "sequence")), micros(text(table, row, "committed_at")));
    }

    private static long micros(String utc) {
        LocalDateTime time = LocalDateTime.parse(utc.replace(' ', 'T'));
        return time.toEpochSecond(ZoneOffset.UTC) * 1_000_000 + time.getNano() / 1_000;
    }

    private static String text(LoggedTable table, Row row, String column) {
        for (int i = 0; i < table.columns().size(); i++) {
            Column of = table.columns().get(i);
            if (of.name().equals(column)) {
                return row.get(i);
            }
        }
        throw BinlogException.lasting("table " + table.database() + "." + table.name() + " has no column " + column
                + ": run `rowmesh prepare`");
    }
}
