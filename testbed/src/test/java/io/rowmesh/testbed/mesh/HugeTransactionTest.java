package io.rowmesh.testbed.mesh;

import io.rowmesh.testbed.TestingMesh;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** One transaction of a million rows passes through nodes of 256 MB. */
class HugeTransactionTest {

    private static final Duration LIMIT = Duration.ofMinutes(15);

    @TempDir
    Path directory;

    @Test
    void aMillionRowsInOneTransaction() {
        try (TestingMesh mesh = new TestingMesh(directory, TestingMesh.DEFAULT)) {
            mesh.execute("create table big (id int primary key, a text, b text, n numeric)").start();
            mesh.eu().postgres().execute("insert into big select i, md5(i::text), repeat('x', 40), i * 1.5 from generate_series(1, 1000000) i");
            mesh.us().postgres().execute("insert into big values (-1, 'meanwhile', '', 0)");
            assertEquals(List.of(), mesh.differencesWhenQuiet(LIMIT));
            assertEquals("1000001", mesh.us().postgres().value("select count(*) from big"));
        }
    }
}
