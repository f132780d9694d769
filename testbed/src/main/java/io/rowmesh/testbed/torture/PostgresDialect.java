package io.rowmesh.testbed.torture;

import io.rowmesh.testbed.TestingDatabase;
import io.rowmesh.testbed.TestingRegion;

import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** PostgreSQL's. */
final class PostgresDialect implements Dialect {

    private static final String ENDED = "select count(pg_terminate_backend(pid)) from pg_stat_activity where pid <> pg_backend_pid() and ";

    @Override
    public List<String> schema(List<Workload> workloads) {
        List<String> statements = new ArrayList<>(List.of(Ledger.SCHEMA));
        workloads.forEach(workload -> statements.addAll(workload.schema()));
        return statements;
    }

    @Override
    public void settle(Connection connection, Random random) {
        // As it comes.
    }

    @Override
    public RowChanges changes(Hand hand) {
        return new PostgresChanges(hand);
    }

    @Override
    public Remains remains(TestingRegion region) {
        return new PostgresRemains(region);
    }

    @Override
    public void endReaders(TestingDatabase database) {
        database.value(ENDED + "backend_type = 'walsender'");
    }

    @Override
    public void endAppliers(TestingDatabase database) {
        database.value(ENDED + "backend_type = 'client backend' and application_name like 'rowmesh%'");
    }

    @Override
    public String lock(String table, boolean whole) {
        return whole ? "lock table " + table + " in share row exclusive mode" : "select * from " + table + " limit 4 for update";
    }

    @Override
    public List<String> emptyInTheEnd() {
        return List.of("rowmesh.tombstone", "rowmesh.key_deletes", "rowmesh.pending_delete");
    }
}
