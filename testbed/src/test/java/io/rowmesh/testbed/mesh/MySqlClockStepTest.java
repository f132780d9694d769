package io.rowmesh.testbed.mesh;

import io.rowmesh.testbed.TestingMesh;
import io.rowmesh.testbed.Wait;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The clock of a MySQL server jumps ahead and back, and steps back below what it has written (H06, H07). Needs libfaketime. */
class MySqlClockStepTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Path LIBRARY = Path.of("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1");

    @TempDir
    static Path directory;
    private static TestingMesh mesh;

    @BeforeAll
    static void start() throws IOException {
        Assumptions.assumeTrue(Files.exists(LIBRARY), "libfaketime is not installed");
        clock("+0");
        Map<String, String> faked = Map.of("LD_PRELOAD", LIBRARY.toString(), "FAKETIME_TIMESTAMP_FILE", directory.resolve("clock").toString(),
                "FAKETIME_NO_CACHE", "1", "FAKETIME_DONT_FAKE_MONOTONIC", "1", "DONT_FAKE_MONOTONIC", "1", "NO_FAKE_STAT", "1",
                "FAKETIME_DISABLE_SHM", "1");
        mesh = new TestingMesh(directory, TestingMesh.DEFAULT.withMySql("eu").withEnvironment("eu", faked));
        mesh.execute("create table t (id int primary key, v varchar(20))").start();
    }

    @AfterAll
    static void stop() {
        if (mesh != null) {
            mesh.close();
        }
    }

    private static void clock(String seconds) throws IOException {
        Path next = directory.resolve("clock.next");
        Files.writeString(next, seconds + "\n");
        Files.move(next, directory.resolve("clock"), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static String rows(String region, int from, int to) {
        return mesh.region(region).database().lines("select id, v from t where id between " + from + " and " + to + " order by id");
    }

    private static void assertRows(String wanted, int from, int to) {
        mesh.awaitQuiet(LIMIT);
        assertEquals(wanted, rows("eu", from, to));
        assertEquals(wanted, rows("us", from, to));
    }

    @Test
    void whatIsWrittenUnderAClockFromTheFutureArrivesOnceTheClockIsRight() throws Exception {
        mesh.eu().database().execute("insert into t values (1, 'a'), (3, 'gone soon'), (5, 'stays')");
        mesh.awaitQuiet(LIMIT);
        clock("+3600");
        mesh.eu().database().execute("update t set v = 'future' where id = 1", "insert into t values (2, 'future')", "delete from t where id = 3");
        Wait.until(LIMIT, () -> "no notice; status: " + mesh.eu().node().status() + mesh.eu().node().tail(),
                () -> mesh.eu().node().status().map(s -> s.toString().contains("further ahead than is credible")).orElse(false));
        mesh.us().database().execute("update t set v = 'us' where id = 1", "update t set v = 'us' where id = 5");
        Wait.until(LIMIT, () -> "us is not applied in eu: " + mesh.eu().node().tail(), () -> rows("eu", 5, 5).equals("5|us"));
        assertEquals("1|us\n3|gone soon\n5|us", rows("us", 1, 5));
        assertEquals(3, (int) mesh.eu().node().metric("rowmesh_pending_keys", ""));
        mesh.eu().node().kill();
        mesh.eu().node().start();
        mesh.eu().node().awaitReady(LIMIT);
        clock("+0");
        awaitSettled();
        assertRows("1|future\n2|future\n5|us", 1, 5);
        mesh.us().database().execute("update t set v = 'later' where id in (1, 2)", "insert into t values (3, 'again')");
        assertRows("1|later\n2|later\n3|again\n5|us", 1, 5);
    }

    @Test
    void whatIsWrittenBelowItsOwnFormerVersionArrivesOnceTheClockIsPastThat() throws Exception {
        mesh.eu().database().execute("insert into t values (11, 'a'), (12, 'a'), (13, 'a'), (14, 'a')", "delete from t where id = 13");
        mesh.awaitQuiet(LIMIT);
        mesh.eu().database().execute("update t set v = 'b' where id between 11 and 14");
        clock("-3");
        mesh.eu().database().execute("update t set v = 'c' where id = 11", "delete from t where id = 12", "insert into t values (13, 'again')",
                "delete from t where id = 14", "insert into t values (14, 'anew')");
        Wait.until(LIMIT, () -> "nothing is withheld", () -> mesh.eu().node().metric("rowmesh_withheld_transactions_total", "") > 0);
        awaitSettled();
        assertRows("11|c\n13|again\n14|anew", 11, 14);
        clock("+0");
        mesh.awaitQuiet(LIMIT);
        assertFalse(mesh.eu().node().status().orElseThrow().toString().contains("not credible"));
    }

    private static void awaitSettled() {
        Wait.until(LIMIT, () -> "keys still wait: " + mesh.eu().database().query("select * from rowmesh.pending_touch") + "\n"
                        + mesh.eu().node().status() + "\n" + mesh.eu().node().tail(),
                () -> mesh.eu().database().value("select count(*) from rowmesh.pending_touch").equals("0"));
        assertTrue(mesh.eu().node().metric("rowmesh_settled_keys_total", "") > 0);
    }
}
