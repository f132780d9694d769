package io.rowmesh.rules.keystate;

import io.rowmesh.rules.keystate.StoredKey.Writer;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.Seen;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * When the state of a key is joined and when its row is written from it. Each call is one atomic step under the key's lock; no
 * call needs anybody to wait.
 *
 * <p>Why it converges: every write is joined once it is applied or captured, and joining does not ask for the order, so when all
 * writes are everywhere all states are equal. A row that a local transaction wrote which the state does not know yet stays as
 * it is (no local write vanishes, nobody waits); the capture meets that transaction, joins it and writes the row, unless a still
 * later local write stands there, which the capture meets too. So the last of them leaves the row as the state has it.
 * {@link #settle} is for what no capture meets any more.
 */
public final class KeyMachine<S> {

    private final KeyRule<S> rule;

    public KeyMachine(KeyRule<S> rule) {
        this.rule = rule;
    }

    /**
     * A change from another region.
     *
     * @param stored what stands; a row is held against local writers
     * @param kept   what is kept of the key, null when nothing is
     * @param table  what is kept of the whole table (its truncates), null when nothing is
     */
    public Decided<S> apply(StoredKey stored, Kept<S> kept, S table, Write write) {
        boolean unknown = unknown(stored, kept);
        S before = unknown ? start(kept, table) : withRow(stored, kept, table);
        S joined = rule.join(before, write);
        List<Met> met = rule.met(before, write);
        if (!unknown) {
            return new Decided<>(new Kept<>(joined, captured(kept), false, false), show(stored, joined), met);
        }
        Kept<S> waiting = new Kept<>(joined, captured(kept), true, withheld(kept));
        if (stored.writer() == Writer.USER && !withheld(kept) && rule.standsOver(write, stored.version(), stored.row())) {
            return new Decided<>(waiting, only(write), met);
        }
        return new Decided<>(waiting, new Decided.Leave(), met);
    }

    /**
     * Local transactions that the capture has met, once they are visible.
     *
     * @param writes their changes of the key, in the order of the log, those that were joined before left out or repeated
     * @param whole  whether the last transaction is here whole: of one in pieces the row shows more than is joined
     */
    public Decided<S> capture(StoredKey stored, Kept<S> kept, S table, List<Write> writes, boolean whole) {
        S joined = start(kept, table);
        List<Met> met = new ArrayList<>(0);
        for (Write write : writes) {
            met.addAll(rule.met(joined, write));
            joined = rule.join(joined, write);
        }
        Write last = writes.get(writes.size() - 1);
        long micros = last.stamp().version().commitMicros();
        // What a user wrote stands since a local delete of its key, whatever its timestamp: the delete had left no row there.
        boolean laterWrite = stored.writer() == Writer.USER && (deletes(last) || !stored.writtenAt(micros) || !whole);
        boolean laterDelete = stored.writer() == Writer.NOBODY && !deletes(last) && rule.shown(joined).isPresent();
        boolean later = laterWrite || laterDelete;
        boolean waiting = laterDelete || later && kept != null && kept.waiting();
        Long captured = !whole ? captured(kept) : deletes(last) ? null : (Long) micros;
        return new Decided<>(new Kept<>(joined, captured, waiting, false), later ? new Decided.Leave() : show(stored, joined), met);
    }

    /**
     * For a row that was left as it was, once the capture is past every transaction that was running when its state was written
     * last. Nothing else will write it: it was there before the capture, or who held it rolled back.
     */
    public Decided<S> settle(StoredKey stored, Kept<S> kept) {
        boolean mayShow = !kept.withheld() && (stored.writer() != Writer.USER || stored.settled() || stored.writtenAt(kept.captured()));
        if (!mayShow) {
            return new Decided<>(kept, new Decided.Leave());
        }
        S state = stored.writer() == Writer.USER ? withRow(stored, kept, null) : kept.state();
        return new Decided<>(new Kept<>(state, kept.captured(), false, false), show(stored, state));
    }

    /**
     * Whether the state may be dropped. Asked once the capture is past every transaction that was running when the state was
     * written last.
     */
    public boolean droppable(StoredKey stored, Kept<S> kept, Seen seenByAll) {
        boolean asItStands = rule.shown(kept.state()).isPresent()
                ? stored.writer() == Writer.NODE || stored.writer() == Writer.USER && stored.settled()
                : stored.writer() == Writer.NOBODY;
        return asItStands && !kept.waiting() && !kept.withheld() && rule.stable(kept.state(), seenByAll);
    }

    /**
     * Whether the last writer is a local transaction that the state does not know: the capture will meet it. A row that is gone
     * although it is to stand was deleted by one.
     */
    private boolean unknown(StoredKey stored, Kept<S> kept) {
        return switch (stored.writer()) {
            case NODE -> false;
            case USER -> withheld(kept) || !(stored.settled() || stored.writtenAt(captured(kept)));
            case NOBODY -> kept != null && rule.shown(kept.state()).isPresent();
        };
    }

    private static boolean deletes(Write write) {
        return write.change().kind() == RowChange.Kind.DELETE || write.change().kind() == RowChange.Kind.TRUNCATE;
    }

    private S start(Kept<S> kept, S table) {
        return kept != null ? kept.state() : table != null ? table : rule.none();
    }

    /**
     * A row without a state, or one that was there before the capture, is known to be what all writes up to it amount to. A row
     * without a state is later than every truncate that is still remembered: a truncate gives each row that it meets a state.
     */
    private S withRow(StoredKey stored, Kept<S> kept, S table) {
        if (stored.row() == null) {
            return start(kept, table);
        }
        if (kept == null) {
            return rule.withBase(rule.none(), stored.version(), stored.row());
        }
        boolean before = stored.writer() == Writer.USER && !stored.writtenAt(kept.captured());
        return before ? rule.withBase(kept.state(), stored.version(), stored.row()) : kept.state();
    }

    private Decided.Show only(Write write) {
        return rule.shown(rule.join(rule.none(), write)).<Decided.Show>map(Decided.Put::new).orElseGet(Decided.Remove::new);
    }

    private Decided.Show show(StoredKey stored, S state) {
        Optional<Image> shown = rule.shown(state);
        if (shown.isEmpty()) {
            return stored.row() == null ? new Decided.Leave() : new Decided.Remove();
        }
        return holds(stored.row(), shown.get()) ? new Decided.Leave() : new Decided.Put(shown.get());
    }

    /** Columns that the state does not name are the table's own affair. */
    private static boolean holds(Image row, Image shown) {
        return row != null && shown.values().entrySet().stream().allMatch(e -> row.values().containsKey(e.getKey())
                && java.util.Objects.equals(row.values().get(e.getKey()), e.getValue()));
    }

    private static Long captured(Kept<?> kept) {
        return kept == null ? null : kept.captured();
    }

    private static boolean withheld(Kept<?> kept) {
        return kept != null && kept.withheld();
    }
}
