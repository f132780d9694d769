package io.rowmesh.applier.unique;

import io.rowmesh.applier.history.ConflictBatch;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.Version;

import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Set;

/**
 * What a table needs after something that no lane has written, in a transaction of its own: rows below a delete go (convergence
 * rules 4 and 5), then the right ones are shown. One statement a {@link #step}.
 */
public final class UniqueRepair {

    private enum State { KEYS, CLEAR, SHOW, FORGET, DONE }

    private final UniqueTarget target;
    private final TableId id;
    /** The texts of the key columns; null for wherever a row may be below a delete. */
    private final Collection<String[]> given;
    private final Set<Version> justMade;
    private final Deque<Row> keys = new ArrayDeque<>();
    private State state = State.KEYS;
    private TableShape table;
    private UniqueClear clear;
    private Showing showing;
    private final List<Met> met = new ArrayList<>();
    private long more;

    /** A row that went, as it was older than a delete, or stands over it. */
    public record Met(Row row, Version version, FoundUnique.Delete delete) {
    }

    private UniqueRepair(UniqueTarget target, TableId id, Collection<String[]> given, Collection<Version> justMade) {
        this.target = target;
        this.id = id;
        this.given = given;
        this.justMade = Set.copyOf(justMade);
    }

    /**
     * After deletes that no other region has heard of yet: whatever stands over them has not seen them.
     *
     * @param keys     null for wherever a row may be below a delete
     * @param justMade their versions
     */
    public static UniqueRepair after(UniqueTarget target, TableId table, Collection<String[]> keys, Collection<Version> justMade) {
        return new UniqueRepair(target, table, keys, justMade);
    }

    /** @param keys that may have a row below a delete; the texts of the key columns */
    public static UniqueRepair at(UniqueTarget target, TableId table, Collection<String[]> keys) {
        return new UniqueRepair(target, table, keys, List.of());
    }

    /** Wherever a row may be below a delete. */
    public static UniqueRepair everywhere(UniqueTarget target, TableId table) {
        return new UniqueRepair(target, table, null, List.of());
    }

    /** Takes one step; false when it is done. */
    public boolean step() throws SQLException {
        state = switch (state) {
            case KEYS -> keys();
            case CLEAR -> clear();
            case SHOW -> showing.step() ? State.SHOW : State.FORGET;
            case FORGET -> forget();
            case DONE -> State.DONE;
        };
        return state != State.DONE;
    }

    private State keys() throws SQLException {
        table = target.shape(id);
        if (given == null) {
            keys.addAll(justMade.isEmpty() ? target.belowDeletes(table) : target.keys(table));
        } else {
            given.forEach(texts -> keys.add(table.keyOnly(texts)));
        }
        showing = new Showing(target, null, table);
        return keys.isEmpty() ? State.SHOW : State.CLEAR;
    }

    private State forget() throws SQLException {
        target.forgetVersions(table);
        return State.DONE;
    }

    private State clear() throws SQLException {
        clear = clear == null ? new UniqueClear(target, null, table, keys.poll()) : clear;
        if (clear.step()) {
            return State.CLEAR;
        }
        met();
        clear = null;
        return keys.isEmpty() ? State.SHOW : State.CLEAR;
    }

    /** What went, and what stands over the deletes that are asked about. A region's own rows have been seen by its deletes. */
    private void met() {
        FoundUnique.Delete delete = clear.found().delete();
        for (UniqueRow row : delete == null ? List.<UniqueRow>of() : clear.found().rows()) {
            boolean told = clear.goes(row) || justMade.contains(delete.version());
            if (told && !row.version().origin().equals(delete.version().origin())) {
                if (met.size() < ConflictBatch.LISTED) {
                    met.add(new Met(row.row(), row.version(), delete));
                } else {
                    more++;
                }
            }
        }
    }

    /** Rows and deletes that had not seen each other, as far as the history lists them; valid once it is done. */
    public List<Met> metRows() {
        return met;
    }

    /** How many more there were. */
    public long more() {
        return more;
    }

    /** Hidden rows and rows of the table that a newer write of their key has replaced; valid once it is done. */
    public List<Showing.Replaced> replaced() {
        return showing.replaced();
    }

    /** Null before the first step. */
    public TableShape table() {
        return table;
    }
}
