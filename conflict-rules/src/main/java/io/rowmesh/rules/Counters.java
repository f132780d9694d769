package io.rowmesh.rules;

import io.rowmesh.schema.Column;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.Version;

import java.util.List;

/**
 * Tables with counters: columns under sum, max, min or union, the others by the greatest version (convergence rule 10).
 *
 * <p>A change counts if and only if it has seen every delete of its key; deletes of its own transaction by position. A delete
 * removes the row whatever its version. Why it converges: whether a change counts is a property of the set of changes, as seen
 * is exact and transitive under causal delivery (rules 8 and 9); a region that applies a counting change keeps it, since every
 * delete of the key is in what that change had seen and so applied here before it. What counts is then added up (sum), joined
 * (max, min, union) or the greatest version is taken (the other columns): each commutes, so the order of arrival is of no
 * effect. The condition: a local delete is known here ({@link Deletes#pending}) before any other region's change of the key is
 * judged, and local writes never lower a max, raise a min or take from a union, for which the table's triggers see.
 */
public final class Counters {

    private Counters() {
    }

    /**
     * Judges an insert or update.
     *
     * @param stored  the row that stands, null when there is none; held by the caller, so that it cannot change
     * @param deletes what is known of deletes of the key, asked after the row or the key was held
     * @throws IllegalArgumentException when the values cannot be merged: no before-image, or no number where one must be
     */
    public static Counted decide(TableRules rules, StoredRow stored, Deletes deletes, Incoming incoming) {
        if (!deletes.allIn(incoming.seen())) {
            return new Counted.Dropped(Counted.Why.DELETED);
        }
        Row after = RowChange.keyImage(incoming.change());
        if (stored == null) {
            return incoming.change().kind() == RowChange.Kind.INSERT ? new Counted.Inserted(after)
                    : new Counted.Dropped(Counted.Why.MISSING);
        }
        boolean newer = LastWriteWins.applies(stored.version(), incoming.version());
        Version version = newer ? incoming.version() : stored.version();
        return new Counted.Merged(merged(rules, stored.row(), incoming.change(), newer), version, newer);
    }

    private static Row merged(TableRules rules, Row stored, RowChange change, boolean newer) {
        Row after = RowChange.keyImage(change);
        Row before = change instanceof RowChange.Update update ? before(update) : null;
        TableShape shape = change.table();
        String[] values = new String[shape.columns().size()];
        for (int i = 0; i < values.length; i++) {
            Column column = shape.columns().get(i);
            ColumnRule rule = rules.columns().get(column.name());
            if (rule == null) {
                values[i] = newer ? after.get(i) : stored.get(i);
            } else {
                values[i] = merged(rule, column, stored.get(i), before == null ? null : before.get(i), after.get(i));
            }
        }
        return new Row(values);
    }

    private static String merged(ColumnRule rule, Column column, String stored, String before, String after) {
        return switch (rule) {
            case SUM -> Numbers.sum(stored, before, after);
            case MAX -> Numbers.max(stored, after);
            case MIN -> Numbers.min(stored, after);
            case UNION -> stored == null || after == null ? (stored == null ? after : stored)
                    : SetText.union(column.type(), List.of(stored, after));
        };
    }

    private static Row before(RowChange.Update update) {
        if (update.before() == null) {
            throw new IllegalArgumentException("an update of " + update.table().id() + " arrived without the row before it; the origin's"
                    + " table needs replica identity full");
        }
        return update.before();
    }
}
