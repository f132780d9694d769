package io.rowmesh.testbed.mesh;

import io.rowmesh.testbed.OldRows;
import io.rowmesh.testbed.TestingMesh;
import io.rowmesh.testbed.TestingRegion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

/** H10: rows that have no version in either region, and concurrent writes of them. */
class NullRowsTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    @Test
    void theLaterOfConcurrentWritesStaysInBothRegions() {
        try (TestingMesh mesh = new TestingMesh(directory, TestingMesh.DEFAULT)) {
            mesh.execute("create table t (id int primary key, v text)", "insert into t select i, 'old' from generate_series(1, 6) i");
            for (TestingRegion region : List.of(mesh.eu(), mesh.us())) {
                OldRows.dropTimestamps(region.postgres());
                assertNull(region.postgres().value("select max(pg_xact_commit_timestamp(xmin)) from t"));
            }
            mesh.start();
            mesh.cut();
            mesh.eu().postgres().execute("update t set v = 'eu' where id in (1, 2)", "delete from t where id in (3, 4)");
            mesh.us().postgres().execute("update t set v = 'us' where id in (2, 3)", "delete from t where id in (1, 5)");
            mesh.heal();
            mesh.awaitQuiet(LIMIT);
            for (TestingRegion region : List.of(mesh.eu(), mesh.us())) {
                assertEquals("2 us, 3 us, 6 old", region.postgres().value("select string_agg(id || ' ' || v, ', ' order by id) from t"));
                assertEquals("0", region.postgres().value("select count(*) from rowmesh.parked"));
            }
        }
    }
}
