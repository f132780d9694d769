package io.rowmesh.testbed.torture;

import io.rowmesh.testbed.TestingMesh;
import io.rowmesh.testbed.TestingRegion;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Everything that is known of the keys that differ, for whoever looks for the reason. */
final class Story {

    private static final int KEYS = 30;
    private static final int WRITES = 60;

    private final TestingMesh mesh;
    private final List<Table> tables;
    private final List<String> lines = new ArrayList<>();

    private Story(TestingMesh mesh, List<Table> tables) {
        this.mesh = mesh;
        this.tables = tables;
    }

    /** Writes the differences, and for some of them the row in each region, its tombstones and all writes of its key. */
    static void write(Path file, TestingMesh mesh, List<Workload> workloads, List<Difference> differences) throws IOException {
        Story story = new Story(mesh, workloads.stream().flatMap(workload -> workload.tables().stream()).toList());
        differences.forEach(difference -> story.lines.add(difference.toString()));
        differences.stream().map(difference -> List.of(difference.table(), difference.key())).distinct().limit(KEYS)
                .forEach(key -> story.tell(key.get(0), key.get(1)));
        Files.write(file, story.lines);
    }

    private void tell(String name, String key) {
        lines.add("");
        lines.add("== " + name + " " + key);
        tables.stream().filter(table -> table.name().equals(name)).forEach(table -> mesh.regions().forEach(region -> row(region, table, key)));
        mesh.regions().forEach(region -> control(region, name, key));
        List<Write> writes = new ArrayList<>();
        mesh.regions().forEach(region -> Ledger.readKey(region, name, key, writes::add));
        writes.sort(Comparator.comparing(Write::version).thenComparing(Write::position));
        writes.subList(Math.max(0, writes.size() - WRITES), writes.size()).forEach(write -> lines.add("  " + write.version().commitMicros()
                + " " + write.version().origin() + " " + write.transaction() + " " + write.kind() + " "
                + (write.image() == null ? write.values() + (write.seen() == null ? "" : " saw deletes " + write.seen()) : shortened(write.image()))));
    }

    private void row(TestingRegion region, Table table, String key) {
        StoredRow row = StoredRow.read(region, table).get(key);
        lines.add("  in " + region.id() + ": " + (row == null ? "no row" : shortened(row.image()) + " @ " + row.version().commitMicros() + " "
                + row.version().origin()));
    }

    private void control(TestingRegion region, String table, String key) {
        for (List<String> row : region.postgres().query("select t::text from rowmesh.tombstone t where table_name = '" + table
                + "' and row_key in ('" + key + "', '*')")) {
            lines.add("  tombstone in " + region.id() + ": " + row.get(0));
        }
        for (List<String> row : region.postgres().query("select origin, epoch, sequence, kind, committed_at, sqlstate, reason from rowmesh.parked"
                + " where table_name = '" + table + "' and row_key = '" + key + "'")) {
            lines.add("  parked in " + region.id() + ": " + row);
        }
    }

    private static String shortened(String image) {
        return image == null || image.length() <= 100 ? String.valueOf(image) : image.substring(0, 100) + "...";
    }
}
