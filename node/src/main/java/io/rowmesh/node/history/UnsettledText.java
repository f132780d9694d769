package io.rowmesh.node.history;

import io.rowmesh.applier.write.UnsettledRow;
import io.rowmesh.node.admin.TextTable;
import io.rowmesh.rules.siblings.Sibling;
import io.rowmesh.schema.Version;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Rows under the rule park that several regions wrote at once, for people. */
public final class UnsettledText {

    private UnsettledText() {
    }

    /** @param shown the region whose write is shown */
    public record Unsettled(String id, String schema, String table, String key, String shown, List<Write> writes) {
    }

    /** One of the writes. */
    public record Write(String region, String committedAt, boolean deleted) {
    }

    /** Without values: they may be private. */
    public static Unsettled json(UnsettledRow row) {
        return new Unsettled("s" + row.id(), row.table().schema(), row.table().name(), row.key(), row.shown().region(), row.siblings().stream()
                .map(sibling -> new Write(sibling.region(), time(sibling.stamp().version()), sibling.deleted())).toList());
    }

    public static String table(List<UnsettledRow> rows) {
        TextTable table = new TextTable("ID", "TABLE", "KEY", "WRITTEN AT ONCE BY", "SHOWN");
        for (UnsettledRow row : rows) {
            table.row("s" + row.id(), row.table(), row.key(), row.siblings().stream()
                    .map(sibling -> sibling.region() + (sibling.deleted() ? " (deleted)" : "")).collect(Collectors.joining(", ")), row.shown().region());
        }
        return table.toString();
    }

    /** @param isPrivate whether a column's values are not shown */
    public static String details(UnsettledRow row, Predicate<String> isPrivate) {
        List<Sibling> siblings = row.siblings();
        StringBuilder text = new StringBuilder("row s" + row.id() + " of " + row.table() + ", key " + TextTable.printable(row.key())
                + ", was written by several regions, none of which had seen the others' writes\n\n");
        siblings.forEach(sibling -> text.append(sibling.region()).append(sibling.deleted() ? " deleted it, " : " wrote it, committed ")
                .append(time(sibling.stamp().version())).append(sibling == row.shown() ? ": shown everywhere\n" : "\n"));
        Set<String> columns = new TreeSet<>();
        siblings.stream().filter(sibling -> !sibling.deleted()).forEach(sibling -> columns.addAll(sibling.values().keySet()));
        TextTable table = new TextTable(java.util.stream.Stream.concat(java.util.stream.Stream.of("COLUMN"), siblings.stream().map(Sibling::region))
                .toArray(String[]::new));
        for (String column : columns) {
            Object[] cells = new Object[siblings.size() + 1];
            cells[0] = column;
            for (int i = 0; i < siblings.size(); i++) {
                cells[i + 1] = siblings.get(i).deleted() ? "-" : isPrivate.test(column) ? "(hidden)" : siblings.get(i).values().get(column);
            }
            table.row(cells);
        }
        return text + "\n" + table + "\nIt waits for 'rowmesh parked settle s" + row.id() + "', or for any write of the row.\n";
    }

    private static String time(Version version) {
        return Instant.EPOCH.plus(version.commitMicros(), ChronoUnit.MICROS).toString();
    }
}
