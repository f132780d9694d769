package io.rowmesh.applier.unique;

import io.rowmesh.rules.unique.Move;
import io.rowmesh.rules.unique.NewestWins;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.TransactionHeader;

import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Shows and hides rows of one table until the right ones are shown (convergence rule 13), one statement a {@link #step}. All that
 * collide are looked at anew for each round; what a local transaction has changed meanwhile begins another round.
 */
public final class Showing {

    /** What is taken again and again stays hidden until something else happens to the table. */
    private static final int ROUNDS = 50;

    private enum State { LOOK, MOVE, PLACE, KEEP, TAKEN, PIN, DONE }

    private final UniqueTarget target;
    private final TransactionHeader header;
    private final TableShape table;
    private final Deque<Move> moves = new ArrayDeque<>();
    private final Deque<UniqueRow> blockers = new ArrayDeque<>();
    private final Map<Move, UniqueRow> rows = new HashMap<>();
    /** Of a row that goes, the newer one of its key. */
    private final Map<Move, UniqueRow> twins = new HashMap<>();
    private State state = State.LOOK;
    private int rounds;
    private Move move;
    private final List<Replaced> replaced = new ArrayList<>();

    /** Two rows of one key, of which only the newer one stays, shown or hidden: one came while the other was written. */
    public record Replaced(UniqueRow gone, UniqueRow stays) {
    }

    /** @param header of the open transaction; null for repairs */
    public Showing(UniqueTarget target, TransactionHeader header, TableShape table) {
        this.target = target;
        this.header = header;
        this.table = table;
    }

    /** Takes one step; false when it is done. */
    public boolean step() throws SQLException {
        state = switch (state) {
            case LOOK -> look();
            case MOVE -> move();
            case PLACE -> place();
            case KEEP -> keep();
            case TAKEN -> taken();
            case PIN -> pin();
            case DONE -> State.DONE;
        };
        return state != State.DONE;
    }

    private State look() throws SQLException {
        moves.clear();
        rows.clear();
        twins.clear();
        blockers.clear();
        if (++rounds > ROUNDS) {
            return State.DONE;
        }
        List<Candidate> candidates = target.candidates(header, table);
        moves.addAll(NewestWins.moves(candidates.stream().map(Candidate::standing).toList()));
        for (Move each : moves) {
            candidates.stream().filter(candidate -> candidate.standing() == each.row()).forEach(candidate -> rows.put(each, candidate.row()));
            if (each.kind() == Move.Kind.DROP_HIDDEN || each.kind() == Move.Kind.DROP_SHOWN) {
                candidates.stream().filter(other -> other.standing() != each.row() && other.standing().key().equals(each.row().key()))
                        .forEach(other -> twins.put(each, other.row()));
            }
        }
        candidates.stream().filter(each -> each.standing().shown() && !each.row().kept() && !each.row().version().origin().isEmpty() && !rows.containsValue(each.row())
                && (header == null || !each.row().version().equals(header.version()))).forEach(each -> blockers.add(each.row()));
        return next();
    }

    /**
     * A row that hides another keeps its version beside it: the database forgets it one day, and another region on another day, and
     * what is hidden must not depend on that.
     */
    private State pin() throws SQLException {
        UniqueRow row = blockers.poll();
        if (row == null) {
            return State.DONE;
        }
        target.keepVersion(table, row.row(), row.version(), row.xmin());
        return State.PIN;
    }

    private State next() {
        move = moves.poll();
        return move == null ? State.PIN : State.MOVE;
    }

    /** The first of a move's statements. */
    private State move() throws SQLException {
        UniqueRow row = rows.get(move);
        return switch (move.kind()) {
            case DROP_HIDDEN -> {
                target.dropHidden(table, row.row());
                yield dropped();
            }
            case DROP_SHOWN -> target.remove(table, row.row(), row.xmin()) ? dropped() : State.LOOK;
            case HIDE -> target.remove(table, row.row(), row.xmin()) ? State.PLACE : State.LOOK;
            case SHOW -> switch (target.show(table, row.row())) {
                case DONE -> State.KEEP;
                case TAKEN -> State.LOOK;
                case REFUSED -> next();
            };
        };
    }

    private State dropped() {
        if (twins.get(move) != null) {
            replaced.add(new Replaced(rows.get(move), twins.get(move)));
        }
        return next();
    }

    /** Rows that another one of their key has replaced; valid once it is done. */
    public List<Replaced> replaced() {
        return replaced;
    }

    public TableShape table() {
        return table;
    }

    /** Among the hidden ones. */
    private State place() throws SQLException {
        target.hide(table, rows.get(move).row(), rows.get(move).version());
        return next();
    }

    private State keep() throws SQLException {
        UniqueRow row = rows.get(move);
        if (header == null || !row.version().equals(header.version())) {
            target.keepVersion(table, row.row(), row.version(), 0);
        }
        return State.TAKEN;
    }

    /** From the hidden ones. */
    private State taken() throws SQLException {
        target.dropHidden(table, rows.get(move).row());
        return next();
    }
}
