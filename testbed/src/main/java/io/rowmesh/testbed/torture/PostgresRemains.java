package io.rowmesh.testbed.torture;

import io.rowmesh.testbed.TestingRegion;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Of a region on PostgreSQL, where rows tell their versions. */
final class PostgresRemains implements Remains {

    private static final String TOMBSTONES = "select table_name, row_key, t::text from rowmesh.tombstone t where table_schema = 'public'";
    private static final String PARKED = "select table_name, row_key, sqlstate || ': ' || reason || ' of ' || concat_ws(' ', origin, epoch, sequence, kind, committed_at) from rowmesh.parked";
    private static final String APPLIED = "select id, count(*) from torture.applications group by id having count(*) > 1";

    private final TestingRegion region;

    PostgresRemains(TestingRegion region) {
        this.region = region;
    }

    @Override
    public void writes(Consumer<Write> each) {
        Ledger.read(region, each);
    }

    @Override
    public void writesOf(String table, String key, Consumer<Write> each) {
        Ledger.readKey(region, table, key, each);
    }

    @Override
    public Map<String, StoredRow> rows(Table table) {
        return StoredRow.read(region, table);
    }

    @Override
    public List<List<String>> tombstones() {
        return region.database().query(TOMBSTONES);
    }

    @Override
    public List<List<String>> parked() {
        return region.database().query(PARKED);
    }

    @Override
    public Map<String, Long> repeated() {
        Map<String, Long> repeated = new HashMap<>();
        region.database().query(APPLIED).forEach(row -> repeated.put(row.get(0), Long.parseLong(row.get(1))));
        return repeated;
    }
}
