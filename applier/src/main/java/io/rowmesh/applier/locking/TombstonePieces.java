package io.rowmesh.applier.locking;

import io.rowmesh.applier.write.FallenRows;
import io.rowmesh.applier.write.PastDelete;
import io.rowmesh.schema.RowKey;

import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** All tombstones of a kind, a piece of them at a time, and what a look at each piece has found so far. */
final class TombstonePieces {

    private static final int PIECE = 1_000;

    /** Those that come behind a key, in the order of keys; null for the first. */
    interface Source {
        List<PastDelete> read(String after, int atMost) throws SQLException;
    }

    private final Source source;
    private final Deque<List<PastDelete>> pieces = new ArrayDeque<>();
    private final List<FallenRows> found = new ArrayList<>();
    private String after;
    private boolean all;

    TombstonePieces(Source source) {
        this.source = source;
    }

    /** Reads further when it must; may have to be called again. */
    boolean hasNext() throws SQLException {
        while (pieces.isEmpty() && !all) {
            read();
        }
        return !pieces.isEmpty();
    }

    List<PastDelete> first() {
        return pieces.getFirst();
    }

    /** What the look at the first piece has found, which is done by that. */
    void found(List<FallenRows> fallen) {
        pieces.removeFirst();
        found.addAll(fallen);
    }

    List<FallenRows> found() {
        return found;
    }

    /** The truncate, if it is among them, is a piece of its own: it is looked at every row. */
    private void read() throws SQLException {
        List<PastDelete> read = source.read(after, PIECE);
        all = read.size() < PIECE;
        after = read.isEmpty() ? after : read.get(read.size() - 1).key();
        List<PastDelete> keyed = read.stream().filter(each -> !each.key().equals(RowKey.ALL)).toList();
        if (!keyed.isEmpty()) {
            pieces.add(keyed);
        }
        read.stream().filter(each -> each.key().equals(RowKey.ALL)).forEach(each -> pieces.add(List.of(each)));
    }
}
