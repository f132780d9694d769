package io.rowmesh.testbed.torture;

import io.rowmesh.schema.Version;
import io.rowmesh.testbed.TestingMesh;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/** Compares every region with what the ledgers of all regions together say, when nothing is under way any more. */
final class Judgement {

    private record Deleted(String table, String key) {
    }

    private static final Version NO_VERSION = new Version(0, "-");

    /** By region. */
    private final Map<String, Remains> remains = new LinkedHashMap<>();
    private final List<Workload> workloads;
    /** By table; a workload's tables share theirs. */
    private final Map<String, Oracle> oracles = new HashMap<>();
    private final Set<Deleted> deletes = new HashSet<>();
    private final List<Difference> differences = new ArrayList<>();
    /** Entries that nodes stated anew, which is one more write of them. */
    private final Set<String> statedAnew = new HashSet<>();
    private long rows;
    private long touched;
    private long lost;
    private long doubled;

    private Judgement(TestingMesh mesh, List<Workload> workloads) {
        mesh.regions().forEach(region -> remains.put(region.id(), Dialect.of(region.database()).remains(region)));
        this.workloads = workloads;
        for (Workload workload : workloads) {
            Oracle oracle = workload.oracle();
            workload.tables().forEach(table -> oracles.put(table.name(), oracle));
        }
    }

    /**
     * A node may state a row anew, with a version that no ledger knows (convergence rule 7: a clock stepped back, or the node was
     * started again and cannot tell). Such a row must be the same in all regions and be what somebody wrote.
     */
    static Verdict of(TestingMesh mesh, List<Workload> workloads) {
        Judgement judgement = new Judgement(mesh, workloads);
        judgement.remains.values().forEach(region -> region.writes(judgement::note));
        workloads.forEach(workload -> workload.tables().forEach(table -> judgement.compare(workload, table)));
        judgement.remains.forEach(judgement::judge);
        return new Verdict(judgement.differences, judgement.rows, judgement.touched, judgement.lost, judgement.doubled);
    }

    private void note(Write write) {
        oracles.get(write.table()).add(write);
        if (write.removes()) {
            deletes.add(new Deleted(write.table(), write.key()));
        }
    }

    private void judge(String id, Remains region) {
        checkTombstones(id, region);
        for (List<String> row : region.parked()) {
            differences.add(new Difference(id, row.get(0), row.get(1), "nothing parked", row.get(2)));
        }
        region.repeated().forEach((what, times) -> doubled += statedAnew.contains(what) ? 0 : times - 1);
    }

    private void compare(Workload workload, Table table) {
        Map<String, StoredRow> expected = told(workload, oracles.get(table.name()).rows(table.name()));
        Map<String, Map<String, StoredRow>> found = new LinkedHashMap<>();
        Set<String> keys = new TreeSet<>(expected.keySet());
        remains.forEach((id, region) -> {
            Map<String, StoredRow> here = told(workload, region.rows(table));
            found.put(id, here);
            keys.addAll(here.keySet());
            rows += here.size();
        });
        Map<String, StoredRow> first = found.values().iterator().next();
        Set<String> agreed = new HashSet<>(keys);
        agreed.removeIf(key -> found.values().stream().map(here -> here.get(key)).distinct().count() > 1
                || Objects.equals(first.get(key), expected.get(key)));
        Set<List<String>> written = written(table, agreed);
        for (String key : keys) {
            if (agreed.contains(key) && wasTouched(workload, table, key, expected.get(key), first.get(key), written)) {
                touched++;
                if (table.equals(Entries.ENTRIES)) {
                    statedAnew.add(key.substring(2, key.length() - 2));
                }
            } else {
                found.forEach((region, here) -> compare(region, workload, table, key, expected.get(key), here.get(key)));
            }
        }
    }

    private static Map<String, StoredRow> told(Workload workload, Map<String, StoredRow> rows) {
        if (!workload.rowsTellVersions()) {
            rows.replaceAll((key, row) -> new StoredRow(row.image(), NO_VERSION));
        }
        return rows;
    }

    /** Keys with each image that somebody gave them, null where somebody removed them. */
    private Set<List<String>> written(Table table, Set<String> keys) {
        Set<List<String>> written = new HashSet<>();
        if (!keys.isEmpty()) {
            remains.values().forEach(region -> region.writes(write -> {
                if (write.table().equals(table.name()) && write.kind() == Write.Kind.TRUNCATE) {
                    keys.forEach(key -> written.add(Arrays.asList(key, null)));
                } else if (write.table().equals(table.name()) && keys.contains(write.key())) {
                    written.add(Arrays.asList(write.key(), write.image()));
                }
            }));
        }
        return written;
    }

    private boolean wasTouched(Workload workload, Table table, String key, StoredRow expected, StoredRow found, Set<List<String>> written) {
        String image = found == null ? null : found.image();
        if (!(oracles.get(table.name()) instanceof LastWriteOracle)) {
            return Objects.equals(workload.lasting(image), workload.lasting(expected == null ? null : expected.image()));
        }
        return written.contains(Arrays.asList(key, image));
    }

    private void compare(String region, Workload workload, Table table, String key, StoredRow expected, StoredRow found) {
        if (!Objects.equals(found, expected)) {
            differences.add(new Difference(region, table.name(), key, String.valueOf(expected), String.valueOf(found)));
            countSteps(workload.steps(expected == null ? null : expected.image()), workload.steps(found == null ? null : found.image()));
        }
    }

    private void countSteps(long expected, long found) {
        lost += Math.max(0, expected - found);
        doubled += Math.max(0, found - expected);
    }

    /** Tombstones may be collected already; those that stand must be of keys that somebody deleted. */
    private void checkTombstones(String id, Remains region) {
        for (List<String> row : region.tombstones()) {
            if (!deletes.contains(new Deleted(row.get(0), row.get(1))) && !deletes.contains(new Deleted(row.get(0), Write.ALL))) {
                differences.add(new Difference(id, row.get(0), row.get(1), "no tombstone, as nobody deleted it", row.get(2)));
            }
        }
    }
}
