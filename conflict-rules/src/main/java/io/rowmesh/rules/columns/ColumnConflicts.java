package io.rowmesh.rules.columns;

import io.rowmesh.rules.columns.ColumnValue.Source;
import io.rowmesh.rules.keystate.Image;
import io.rowmesh.rules.keystate.Met;
import io.rowmesh.rules.keystate.Stamp;
import io.rowmesh.rules.keystate.Write;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/** What a write meets in a row whose columns are merged: values and deletes that had not seen it, nor it them. */
final class ColumnConflicts {

    private final ColumnState before;
    private final Write write;
    private final Row shown;

    /** @param before the state without the write */
    ColumnConflicts(ColumnState before, Write write) {
        this.before = before;
        this.write = write;
        this.shown = switch (write.change().kind()) {
            case UPDATE -> ((RowChange.Update) write.change()).before();
            case DELETE -> ((RowChange.Delete) write.change()).before();
            case INSERT, TRUNCATE -> null;
        };
    }

    /** @param set the columns that the write sets; null for all */
    List<Met> ofWrite(Set<String> set) {
        Stamp delete = before.newestDelete();
        boolean unseenDelete = delete != null && isElsewhere(delete) && !hasSeenDelete(delete);
        boolean below = delete != null && delete.compareTo(write.stamp()) > 0;
        if (below && !before.lives()) {
            return unseenDelete ? List.of(new Met(write, delete.version(), null, true)) : List.of();
        }
        if (!before.lives()) {
            return unseenDelete ? List.of(new Met(write, delete.version(), null, false)) : List.of();
        }
        Map<Stamp, TreeMap<String, String>> lost = new TreeMap<>();
        before.columns().forEach((name, value) -> {
            if ((set == null || set.contains(name)) && isLost(name, value)) {
                lost.computeIfAbsent(value.stamp(), stamp -> new TreeMap<>()).put(name, value.text());
            }
        });
        return met(lost);
    }

    /** Of a delete or a truncate. */
    List<Met> ofDelete() {
        Stamp newest = before.newestWrite();
        if (!before.lives() || newest == null) {
            return List.of();
        }
        Map<Stamp, TreeMap<String, String>> lost = new TreeMap<>();
        if (newest.compareTo(write.stamp()) > 0) {
            if (isElsewhere(newest)) {
                lost.put(newest, texts());
            }
            return met(lost);
        }
        before.columns().forEach((name, value) -> {
            if (value.source() == Source.SET && isElsewhere(value.stamp()) && !hasSeen(name, value)) {
                lost.computeIfAbsent(value.stamp(), stamp -> new TreeMap<>()).put(name, value.text());
            }
        });
        return met(lost);
    }

    private TreeMap<String, String> texts() {
        TreeMap<String, String> texts = new TreeMap<>();
        before.columns().forEach((name, value) -> texts.put(name, value.text()));
        return texts;
    }

    private List<Met> met(Map<Stamp, TreeMap<String, String>> lost) {
        List<Met> met = new ArrayList<>(lost.size());
        lost.forEach((stamp, values) -> met.add(new Met(write, stamp.version(), new Image(values), stamp.compareTo(write.stamp()) > 0)));
        return met;
    }

    private boolean isLost(String name, ColumnValue value) {
        return value.source() == Source.SET && isElsewhere(value.stamp()) && !Objects.equals(value.text(), after(name))
                && (value.stamp().compareTo(write.stamp()) > 0 || !hasSeen(name, value));
    }

    private boolean isElsewhere(Stamp stamp) {
        return !stamp.version().origin().equals(write.stamp().version().origin());
    }

    /** What is newer than a local write cannot have been seen by it; what was shown to its session was. */
    private boolean hasSeen(String name, ColumnValue value) {
        if (write.seen() != null) {
            return value.stamp().in(write.seen());
        }
        return write.local() && value.stamp().compareTo(write.stamp()) < 0 && shown != null
                && (column(shown, name) == Row.ABSENT || Objects.equals(column(shown, name), value.text()));
    }

    /** A session that updates or deletes a row has met the row; one that inserts it has met that there was none. */
    private boolean hasSeenDelete(Stamp delete) {
        return write.seen() != null ? delete.in(write.seen())
                : write.local() && delete.compareTo(write.stamp()) < 0 && write.change().kind() == RowChange.Kind.INSERT;
    }

    private String after(String name) {
        return column(RowChange.keyImage(write.change()), name);
    }

    private String column(Row row, String name) {
        for (int i = 0; i < row.size(); i++) {
            if (write.change().table().columns().get(i).name().equals(name)) {
                return row.isAbsent(i) ? Row.ABSENT : row.get(i);
            }
        }
        return Row.ABSENT;
    }
}
