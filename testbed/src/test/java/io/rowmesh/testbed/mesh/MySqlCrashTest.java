package io.rowmesh.testbed.mesh;

import io.rowmesh.schema.Step;
import io.rowmesh.testbed.TestingMesh;
import io.rowmesh.testbed.TestingRegion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Two regions on MySQL, under load in both: a node dies at every step of a change's life; nothing is lost or doubled. */
class MySqlCrashTest {

    private static final Duration LIMIT = Duration.ofSeconds(150);
    /** On MySQL nothing is confirmed: there is no slot. */
    private static final Set<Step> STEPS = EnumSet.complementOf(EnumSet.of(Step.CONFIRMED));

    @TempDir
    Path directory;

    @Test
    void aNodeThatDiesAtAStepLosesAndDoublesNothing() throws InterruptedException {
        try (TestingMesh mesh = new TestingMesh(directory, TestingMesh.DEFAULT.withMySql("eu", "us"))) {
            mesh.execute("create table entries (region varchar(10) collate utf8mb4_bin, n bigint, step varchar(20), primary key (region, n))",
                    "create table counters (id varchar(10) collate utf8mb4_bin primary key, n bigint not null)",
                    "create table hot (id int primary key, v varchar(20))").start();
            Writer eu = new Writer(mesh.eu());
            Writer us = new Writer(mesh.us());
            try {
                dies(mesh.us(), STEPS.stream().filter(step -> step.ordinal() % 2 != 0).toList());
                dies(mesh.eu(), STEPS.stream().filter(step -> step.ordinal() % 2 == 0).toList());
            } finally {
                eu.end();
                us.end();
            }
            mesh.awaitQuiet(LIMIT);
            for (String table : List.of("entries", "counters", "hot")) {
                assertEquals(mesh.eu().database().query("select * from " + table + " order by 1, 2"), mesh.us().database().query("select * from " + table + " order by 1, 2"));
            }
            for (TestingRegion at : mesh.regions()) {
                eu.assertWhole(at);
                us.assertWhole(at);
                assertEquals(List.of(), at.database().query("select table_name, row_key, reason from rowmesh.parked"));
            }
        }
    }

    /** Again and again, at one step after the other. */
    private static void dies(TestingRegion victim, List<Step> steps) {
        victim.node().kill();
        for (Step step : steps) {
            // Trimmed is every few seconds only.
            victim.node().start("-Drowmesh.halt-at=" + step + ":" + (step == Step.TRIMMED ? 2 : 5 + step.ordinal()));
            assertEquals(137, victim.node().awaitExit(LIMIT), "the node halted at " + step);
        }
        victim.node().start();
        victim.node().awaitReady(LIMIT);
    }

    /** Entries with keys of their own, numbered by a counter that only this region raises, and rows that both regions write. */
    private static final class Writer extends Thread {

        private final TestingRegion region;
        private volatile long committed;
        private volatile boolean stopped;

        Writer(TestingRegion region) {
            super("writer-" + region.id());
            this.region = region;
            start();
        }

        @Override
        public void run() {
            try (Connection connection = region.database().connect(); Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                while (!stopped) {
                    write(connection, statement);
                    Thread.sleep(15);
                }
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        /** Who waits for a row that is being applied may be chosen as the one to go back. */
        private void write(Connection connection, Statement statement) throws SQLException {
            try {
                long n = committed + 1;
                statement.execute("insert into counters values ('" + region.id() + "', 1) on duplicate key update n = n + 1");
                statement.execute("insert into entries values ('" + region.id() + "', " + n + ", 'step')");
                statement.execute(n % 7 == 0 ? "delete from hot where id = " + n % 5
                        : "insert into hot values (" + n % 5 + ", '" + region.id() + n + "') on duplicate key update v = values(v)");
                connection.commit();
                committed = n;
            } catch (SQLException e) {
                connection.rollback();
            }
        }

        void end() throws InterruptedException {
            stopped = true;
            join(30_000);
        }

        /** All that was committed is there, once; a counter applied twice, or too old a one, would be another number. */
        void assertWhole(TestingRegion at) {
            assertTrue(committed > 100, "only " + committed + " transactions of " + region.id());
            assertEquals(committed + "|" + committed + "|" + committed, at.database().lines("select count(*), max(n), (select n from counters where id = '"
                    + region.id() + "') from entries where region = '" + region.id() + "'"), region.id() + " at " + at.id());
        }
    }
}
