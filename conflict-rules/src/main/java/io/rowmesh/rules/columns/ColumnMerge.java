package io.rowmesh.rules.columns;

import io.rowmesh.rules.columns.ColumnValue.Source;
import io.rowmesh.rules.keystate.Image;
import io.rowmesh.rules.keystate.KeyRule;
import io.rowmesh.rules.keystate.Met;
import io.rowmesh.rules.keystate.Stamp;
import io.rowmesh.rules.keystate.StateText;
import io.rowmesh.rules.keystate.Write;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.Seen;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.Version;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Each column, or group of columns, its own last-write-wins (convergence rule 12). An insert sets all columns, an update those
 * that it changed, with the others of their groups. The row lives if its newest write is newer than its newest delete.
 *
 * <p>Why it converges: a column is the maximum, by {@link Stamp}, of the writes that set it, dead or not, and the row's life is
 * decided by two more maxima. Joining maxima commutes, is associative and idempotent, so neither order nor repetition matters,
 * and neither causal delivery nor "seen" is needed. The conditions: updates arrive with the row before them (replica identity
 * full), all regions have the same groups, and a local write is later than all that was applied before it (rule 3).
 */
public final class ColumnMerge implements KeyRule<ColumnState> {

    private static final Stamp BEFORE_ALL = new Stamp(new Version(Long.MIN_VALUE, ""), 0, 0, 0);

    private final List<Set<String>> groups;

    /** @param groups columns that change hands together; every other column is by itself */
    public ColumnMerge(List<List<String>> groups) {
        this.groups = groups.stream().map(Set::copyOf).toList();
    }

    @Override
    public ColumnState none() {
        return ColumnState.NONE;
    }

    @Override
    public ColumnState withBase(ColumnState state, Version version, Image row) {
        Stamp stamp = version == null ? BEFORE_ALL : new Stamp(version, 0, 0, 0);
        TreeMap<String, ColumnValue> columns = new TreeMap<>(state.columns());
        row.values().forEach((name, text) -> columns.merge(name, new ColumnValue(Source.STOOD_HERE, stamp, text), ColumnValue::join));
        return new ColumnState(true, state.newestWrite(), state.newestDelete(), columns);
    }

    @Override
    public ColumnState join(ColumnState state, Write write) {
        Stamp stamp = write.stamp();
        RowChange change = write.change();
        TreeMap<String, ColumnValue> columns = new TreeMap<>(state.columns());
        Source others = write.local() ? Source.STOOD_HERE : Source.SHOWN_THERE;
        return switch (change.kind()) {
            case INSERT -> {
                put(columns, change.table(), ((RowChange.Insert) change).after(), null, stamp, others);
                yield written(state, stamp, columns);
            }
            case UPDATE -> {
                RowChange.Update update = (RowChange.Update) change;
                put(columns, change.table(), update.after(), changed(update), stamp, others);
                yield written(state, stamp, columns);
            }
            case DELETE -> {
                if (write.local()) {
                    put(columns, change.table(), ((RowChange.Delete) change).before(), Set.of(), stamp, others);
                }
                yield deleted(state, stamp, columns);
            }
            case TRUNCATE -> deleted(state, stamp, columns);
        };
    }

    @Override
    public List<Met> met(ColumnState state, Write write) {
        ColumnConflicts conflicts = new ColumnConflicts(state, write);
        return switch (write.change().kind()) {
            case INSERT -> conflicts.ofWrite(null);
            case UPDATE -> conflicts.ofWrite(changed((RowChange.Update) write.change()));
            case DELETE, TRUNCATE -> conflicts.ofDelete();
        };
    }

    private static ColumnState written(ColumnState state, Stamp stamp, TreeMap<String, ColumnValue> columns) {
        return new ColumnState(state.based(), Stamp.newer(state.newestWrite(), stamp), state.newestDelete(), columns);
    }

    private static ColumnState deleted(ColumnState state, Stamp stamp, TreeMap<String, ColumnValue> columns) {
        return new ColumnState(state.based(), state.newestWrite(), Stamp.newer(state.newestDelete(), stamp), columns);
    }

    /** @param set the columns that the write set; null for all */
    private static void put(TreeMap<String, ColumnValue> columns, TableShape shape, Row row, Set<String> set, Stamp stamp, Source others) {
        for (int i = 0; i < row.size(); i++) {
            if (!row.isAbsent(i)) {
                String name = shape.columns().get(i).name();
                Source source = set == null || set.contains(name) ? Source.SET : others;
                columns.merge(name, new ColumnValue(source, stamp, row.get(i)), ColumnValue::join);
            }
        }
    }

    /** The columns that an update sets; all of them where the log did not have the row before it. */
    Set<String> changed(RowChange.Update update) {
        Row before = update.before();
        if (before == null) {
            return null;
        }
        Set<String> changed = new HashSet<>();
        for (int i = 0; i < update.after().size(); i++) {
            if (before.isAbsent(i) || !java.util.Objects.equals(before.get(i), update.after().get(i))) {
                changed.add(update.table().columns().get(i).name());
            }
        }
        for (Set<String> group : groups) {
            if (group.stream().anyMatch(changed::contains)) {
                changed.addAll(group);
            }
        }
        return changed;
    }

    @Override
    public Optional<Image> shown(ColumnState state) {
        if (!state.lives()) {
            return Optional.empty();
        }
        TreeMap<String, String> values = new TreeMap<>();
        state.columns().forEach((name, value) -> values.put(name, value.text()));
        return Optional.of(new Image(values));
    }

    @Override
    public boolean standsOver(Write incoming, Version version, Image row) {
        return false;
    }

    /**
     * Once all that decides it is seen by all: then everything older is applied here, as each region tells it behind its own
     * older writes, everything to come is newer, and shows the columns that it does not set as they are here.
     */
    @Override
    public boolean stable(ColumnState state, Seen seenByAll) {
        Stamp newest = Stamp.newer(state.newestWrite(), state.newestDelete());
        return (newest == null || newest.in(seenByAll)) && state.columns().values().stream()
                .allMatch(value -> value.source() != Source.SET || value.stamp().in(seenByAll));
    }

    @Override
    public int unresolved(ColumnState state) {
        return 0;
    }

    @Override
    public String encode(ColumnState state) {
        StateText text = new StateText().put(state.based() ? 1 : 0);
        put(text, state.newestWrite());
        put(text, state.newestDelete());
        state.columns().forEach((name, value) -> text.put(name).put(value.source().ordinal()).put(value.stamp()).put(value.text()));
        return text.text();
    }

    private static void put(StateText text, Stamp stamp) {
        text.put(stamp == null ? 0 : 1);
        if (stamp != null) {
            text.put(stamp);
        }
    }

    @Override
    public ColumnState decode(String encoded) {
        StateText text = new StateText(encoded);
        boolean based = text.nextLong() == 1;
        Stamp write = text.nextLong() == 1 ? text.nextStamp() : null;
        Stamp delete = text.nextLong() == 1 ? text.nextStamp() : null;
        TreeMap<String, ColumnValue> columns = new TreeMap<>();
        while (!text.atEnd()) {
            columns.put(text.next(), new ColumnValue(Source.values()[(int) text.nextLong()], text.nextStamp(), text.next()));
        }
        return new ColumnState(based, write, delete, columns);
    }
}
