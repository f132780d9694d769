package io.rowmesh.applier.merge;

import io.rowmesh.rules.ConflictNaming;
import io.rowmesh.rules.ConflictType;
import io.rowmesh.rules.Counted;
import io.rowmesh.rules.Counters;
import io.rowmesh.rules.Incoming;
import io.rowmesh.rules.StoredRow;
import io.rowmesh.rules.TableRules;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.TransactionHeader;

import java.sql.SQLException;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One change of a table with counters, one statement a {@link #step} (convergence rule 10). The row, or by an insert the key, is
 * held before anything is judged; deletes are asked for in a statement after that, so that a local delete which was waited for
 * is among them. A delete that finds no row puts its before-image there and takes it away: so it waits for an insert under way.
 * So does an update, unless a delete explains that no row is there: a local insert can be shipped, and another region's update of
 * that row come back, before the insert is visible here.
 */
public final class CounterWrite {

    private enum State { HOLD, PLACE, FACTS, WRITE, KEEP, REMOVE, RECORD, REMOVE_ALL, DONE }

    private final MergeTarget target;
    private final TableRules rules;
    private final TransactionHeader header;
    private final RowChange change;
    private State state;
    private boolean held;
    /** Whether this change has put the row there itself, to hold the key. */
    private boolean placed;
    private KeyFacts facts;
    private Counted.Merged merged;
    private ConflictType conflict;
    private boolean written;
    private Removed removed;

    public CounterWrite(MergeTarget target, TableRules rules, TransactionHeader header, RowChange change) {
        this.target = target;
        this.rules = rules;
        this.header = header;
        this.change = change;
        this.state = change.kind() == RowChange.Kind.TRUNCATE ? State.REMOVE_ALL : State.HOLD;
    }

    /**
     * Takes one step.
     *
     * @return false when the change is done
     * @throws SQLException as the database refuses it, or with state 22000 when its values cannot be merged
     */
    public boolean step() throws SQLException {
        state = switch (state) {
            case HOLD -> hold();
            case PLACE -> place();
            case FACTS -> decide();
            case WRITE -> write();
            case KEEP -> keep();
            case REMOVE -> remove();
            case RECORD -> record();
            case REMOVE_ALL -> removeAll();
            case DONE -> State.DONE;
        };
        return state != State.DONE;
    }

    private State hold() throws SQLException {
        held = target.hold(change);
        if (held) {
            return State.FACTS;
        }
        // An update that some delete ends needs no row, and holds none.
        return change.kind() == RowChange.Kind.UPDATE ? State.FACTS : State.PLACE;
    }

    private State place() throws SQLException {
        placed = target.insert(change.table(), holdingImage());
        return placed ? State.FACTS : State.HOLD;
    }

    /** An update's before-image, as its after-image may leave out what it did not change. */
    private Row holdingImage() {
        return change instanceof RowChange.Update update && update.before() != null ? update.before() : RowChange.keyImage(change);
    }

    private State decide() throws SQLException {
        facts = target.facts(header, change);
        // A row that became visible only after nothing was there to hold is not judged: it can still change.
        StoredRow met = held ? facts.stored() : null;
        if (change.kind() == RowChange.Kind.DELETE) {
            conflict = (met == null ? ConflictNaming.metNothing(change.kind()) : named(met)).orElse(null);
            written = met != null;
            return State.REMOVE;
        }
        Counted decision = judge(met);
        boolean unexplained = decision instanceof Counted.Dropped dropped && dropped.why() == Counted.Why.MISSING;
        return unexplained && !placed ? State.PLACE : follow(met, decision);
    }

    private Counted judge(StoredRow met) throws SQLException {
        try {
            return Counters.decide(rules, met, facts.deletes(), Incoming.of(header, change));
        } catch (IllegalArgumentException e) {
            throw new SQLException(e.getMessage(), "22000", e);
        }
    }

    private State follow(StoredRow met, Counted decision) {
        if (decision instanceof Counted.Dropped dropped) {
            conflict = dropped.why() == Counted.Why.DELETED ? ConflictType.UPDATE_DELETED : ConflictType.UPDATE_MISSING;
            return placed ? State.REMOVE : State.DONE;
        }
        written = true;
        if (decision instanceof Counted.Merged each) {
            conflict = named(met).orElse(null);
            merged = each;
            written = each.newer() || !each.row().equals(met.row());
            return written ? State.WRITE : State.DONE;
        }
        return State.DONE;
    }

    private Optional<ConflictType> named(StoredRow met) {
        return met.version() == StoredRow.OLDEST ? Optional.empty() : ConflictNaming.metRow(change.kind(), met.version(), header);
    }

    private State write() throws SQLException {
        target.update(change.table(), merged.row(), merged.newer() ? allColumns() : rules.columns().keySet());
        return merged.newer() ? State.DONE : State.KEEP;
    }

    private Set<String> allColumns() {
        return change.table().columns().stream().map(io.rowmesh.schema.Column::name).collect(Collectors.toSet());
    }

    private State keep() throws SQLException {
        target.keepVersion(change, merged.version());
        return State.DONE;
    }

    private State remove() throws SQLException {
        target.remove(change);
        return change.kind() == RowChange.Kind.DELETE ? State.RECORD : State.DONE;
    }

    private State record() throws SQLException {
        target.recordDelete(header, change);
        return State.DONE;
    }

    private State removeAll() throws SQLException {
        removed = target.removeAll(header, change.table());
        written = true;
        return State.RECORD;
    }

    /** Whether a row was changed. */
    public boolean written() {
        return written;
    }

    /** What the change met; valid once it is done. */
    public Optional<ConflictType> conflict() {
        return Optional.ofNullable(conflict);
    }

    /** The row that it met, with its true version; null when there was none. */
    public StoredRow met() {
        return placed || facts == null ? null : facts.stored();
    }

    /** The rows that a truncate had not seen; null for other changes. */
    public Removed removed() {
        return removed;
    }

    /** The row as the change left it: with its own image or merged; null when there is none, or it is as it was. */
    public Row result() {
        return merged != null ? merged.row() : written && change.kind() == RowChange.Kind.INSERT ? RowChange.keyImage(change) : null;
    }
}
