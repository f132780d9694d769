package io.rowmesh.testbed.torture;

import io.rowmesh.schema.Version;
import io.rowmesh.testbed.TestingMesh;
import io.rowmesh.testbed.TestingRegion;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Compares every region with what the ledgers of all regions together say, when nothing is under way any more. */
final class Judgement {

    /** Says of a write only what a tombstone knows. */
    private record Deleted(String table, String key, Version version) {
    }

    private static final String TOMBSTONES = "select table_name, row_key, (extract(epoch from deleted_at) * 1000000)::bigint, origin"
            + " from rowmesh.tombstone where table_schema = 'public'";
    private static final String PARKED = "select table_name, row_key, sqlstate || ': ' || reason from rowmesh.parked";
    private static final String APPLIED = """
            select count(*) filter (where n is null), coalesce(sum(n - 1) filter (where n > 1), 0)
            from entries e left join (select id, count(*) as n from torture.applications group by id) a using (id)""";

    private final TestingMesh mesh;
    private final List<Workload> workloads;
    /** By table; a workload's tables share theirs. */
    private final Map<String, Oracle> oracles = new HashMap<>();
    private final Set<Deleted> deletes = new HashSet<>();
    private final List<Difference> differences = new ArrayList<>();
    private long rows;
    private long lost;
    private long doubled;

    private Judgement(TestingMesh mesh, List<Workload> workloads) {
        this.mesh = mesh;
        this.workloads = workloads;
        for (Workload workload : workloads) {
            Oracle oracle = workload.oracle();
            workload.tables().forEach(table -> oracles.put(table.name(), oracle));
        }
    }

    static Verdict of(TestingMesh mesh, List<Workload> workloads) {
        Judgement judgement = new Judgement(mesh, workloads);
        mesh.regions().forEach(region -> Ledger.read(region, judgement::note));
        mesh.regions().forEach(judgement::judge);
        return new Verdict(judgement.differences, judgement.rows, judgement.lost, judgement.doubled);
    }

    private void note(Write write) {
        oracles.get(write.table()).add(write);
        if (write.removes()) {
            deletes.add(new Deleted(write.table(), write.key(), write.version()));
        }
    }

    private void judge(TestingRegion region) {
        for (Workload workload : workloads) {
            for (Table table : workload.tables()) {
                compare(region, workload, table, oracles.get(table.name()).rows(table.name()), StoredRow.read(region, table));
            }
        }
        checkTombstones(region);
        for (List<String> row : region.postgres().query(PARKED)) {
            differences.add(new Difference(region.id(), row.get(0), row.get(1), "nothing parked", row.get(2)));
        }
        List<String> applied = region.postgres().query(APPLIED).get(0);
        doubled += Long.parseLong(applied.get(0)) + Long.parseLong(applied.get(1));
    }

    private void compare(TestingRegion region, Workload workload, Table table, Map<String, StoredRow> expected, Map<String, StoredRow> found) {
        Set<String> keys = new TreeSet<>(expected.keySet());
        keys.addAll(found.keySet());
        for (String key : keys) {
            StoredRow wanted = expected.get(key);
            StoredRow row = found.get(key);
            if (row == null || !row.equals(wanted)) {
                differences.add(new Difference(region.id(), table.name(), key, String.valueOf(wanted), String.valueOf(row)));
                countSteps(workload.steps(wanted == null ? null : wanted.image()), workload.steps(row == null ? null : row.image()));
            }
        }
        rows += found.size();
    }

    private void countSteps(long expected, long found) {
        lost += Math.max(0, expected - found);
        doubled += Math.max(0, found - expected);
    }

    /** Tombstones may be collected already; those that stand must tell of a delete that somebody committed. */
    private void checkTombstones(TestingRegion region) {
        for (List<String> row : region.postgres().query(TOMBSTONES)) {
            Version version = new Version(Long.parseLong(row.get(2)), row.get(3));
            if (!deletes.contains(new Deleted(row.get(0), row.get(1), version))) {
                differences.add(new Difference(region.id(), row.get(0), row.get(1), "no tombstone that nobody made", "tombstone @ "
                        + version.commitMicros() + " " + version.origin()));
            }
        }
    }
}
