package io.rowmesh.testbed.torture;

import io.rowmesh.testbed.TestingMesh;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Everything that is known of the keys that differ, for whoever looks for the reason. */
final class Story {

    private static final int KEYS = 30;
    private static final int WRITES = 60;

    private final Map<String, Remains> remains = new LinkedHashMap<>();
    private final List<Table> tables;
    private final List<String> lines = new ArrayList<>();

    private Story(TestingMesh mesh, List<Table> tables) {
        mesh.regions().forEach(region -> remains.put(region.id(), Dialect.of(region.database()).remains(region)));
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
        tables.stream().filter(table -> table.name().equals(name)).forEach(table -> remains.forEach((id, region) -> row(id, region, table, key)));
        remains.forEach((id, region) -> control(id, region, name, key));
        List<Write> writes = new ArrayList<>();
        remains.values().forEach(region -> region.writesOf(name, key, writes::add));
        writes.sort(Comparator.comparing(Write::version).thenComparing(Write::position));
        writes.subList(Math.max(0, writes.size() - WRITES), writes.size()).forEach(write -> lines.add("  " + write.version().commitMicros()
                + " " + write.version().origin() + " " + write.transaction() + " " + write.kind() + " "
                + (write.image() == null ? write.values() + (write.seen() == null ? "" : " saw deletes " + write.seen()) : shortened(write.image()))));
    }

    private void row(String id, Remains region, Table table, String key) {
        StoredRow row = region.rows(table).get(key);
        lines.add("  in " + id + ": " + (row == null ? "no row" : shortened(row.image()) + " @ " + row.version().commitMicros() + " "
                + row.version().origin()));
    }

    private void control(String id, Remains region, String table, String key) {
        region.tombstones().stream().filter(row -> isOf(row, table, key) || isOf(row, table, Write.ALL))
                .forEach(row -> lines.add("  tombstone in " + id + ": " + row));
        region.parked().stream().filter(row -> isOf(row, table, key)).forEach(row -> lines.add("  parked in " + id + ": " + row.get(2)));
    }

    private static boolean isOf(List<String> row, String table, String key) {
        return row.get(0).equals(table) && row.get(1).equals(key);
    }

    private static String shortened(String image) {
        return image == null || image.length() <= 100 ? String.valueOf(image) : image.substring(0, 100) + "...";
    }
}
