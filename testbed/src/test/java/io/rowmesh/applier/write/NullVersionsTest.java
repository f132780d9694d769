package io.rowmesh.applier.write;

import io.rowmesh.agent.capture.CaptureOptions;
import io.rowmesh.agent.capture.DatabaseAddress;
import io.rowmesh.agent.capture.NewEpoch;
import io.rowmesh.agent.log.ChangeLog;
import io.rowmesh.schema.Column;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.TransactionHeader;
import io.rowmesh.testbed.OldRows;
import io.rowmesh.testbed.TestingPostgres;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

/** H10, H52: the database has dropped or lost the commit timestamps of rows. */
class NullVersionsTest {

    private static final TableShape T = new TableShape(new TableId("public", "t"),
            List.of(new Column("id", "integer", true), new Column("v", "text", false)));

    @TempDir
    Path directory;
    private TestingPostgres postgres;
    private long sequence;

    @BeforeEach
    void startPostgres() throws SQLException {
        postgres = TestingPostgres.start(directory).withControlTables();
        postgres.execute("insert into rowmesh.versions_since values (true, clock_timestamp() - interval '1 minute')",
                "create table public.t (id int primary key, v text)");
    }

    @AfterEach
    void stopPostgres() {
        postgres.close();
    }

    @Test
    void aRowWhoseTimestampIsDroppedForItsAgeIsOlderOnlyThanWhatCameAfterIt() throws SQLException {
        sample();
        long before = Micros.now();
        postgres.execute("insert into public.t values (1, 'written under rowmesh')");
        OldRows.dropTimestamps(postgres);
        sample();
        long after = Micros.now();
        assertNull(postgres.value("select pg_xact_commit_timestamp(xmin) from public.t"));
        assertEquals(1, apply(before, update("older than the row")).parked);
        postgres.execute("truncate rowmesh.parked");
        assertEquals(0, apply(after, update("newer")).parked);
        assertEquals("newer", postgres.value("select v from public.t"));
    }

    @Test
    void withoutASampleAfterItNothingIsKnownOfIt() throws SQLException {
        sample();
        postgres.execute("insert into public.t values (1, 'written under rowmesh')");
        OldRows.dropTimestamps(postgres);
        postgres.execute("delete from rowmesh.version_sample");
        assertEquals(1, apply(Micros.now(), update("newer than the row, but who knows")).parked);
    }

    @Test
    void timestampsThatWereLostWhileTrackingWasOffAreNoticed() throws SQLException {
        postgres.execute("insert into public.t values (1, 'written under rowmesh')");
        sample();
        long between = Micros.now();
        restart("off");
        postgres.execute("update public.t set v = 'while nothing was tracked'");
        restart("on");
        assertNull(postgres.value("select pg_xact_commit_timestamp(xmin) from public.t"));
        assertEquals(1, apply(between, update("older")).parked);
        postgres.execute("truncate rowmesh.parked");
        assertEquals(0, apply(Micros.now(), update("newer")).parked);
        String since = postgres.value("select since from rowmesh.versions_since");
        apply(Micros.now(), update("newest"));
        assertEquals(since, postgres.value("select since from rowmesh.versions_since"), "noticed once");
    }

    @Test
    void theRowsOfARestoredCopyAreNotTakenForWrittenWhenItWasRestored() throws SQLException {
        postgres.execute("insert into rowmesh.epoch values (1, 'us', 'rowmesh', 'of the database that was lost', '0/0', now())",
                "create publication rowmesh for table t, rowmesh.heartbeat");
        long under = Micros.now();
        postgres.execute("insert into public.t values (1, 'as restored')", "insert into rowmesh.version_sample values (1000000000, 1000000000, now())");
        try (ChangeLog log = ChangeLog.open(directory.resolve("log"), "us")) {
            NewEpoch.begin(new CaptureOptions("us", new DatabaseAddress("127.0.0.1", postgres.port(), "postgres", "postgres", null, "disable"),
                    "rowmesh", "rowmesh", List.of(CaptureOptions.HEARTBEAT)), log);
        }
        assertEquals(1, apply(under, update("newer or older?")).parked);
        postgres.execute("truncate rowmesh.parked");
        assertEquals(0, apply(Micros.now(), update("newer")).parked);
        assertEquals("newer", postgres.value("select v from public.t"));
    }

    @Test
    void samplesAreThinnedAndRewritesForgotten() throws SQLException {
        postgres.execute("insert into rowmesh.epoch values (1, 'us', 's', 'i', '0/0', now())", "insert into public.t values (1, 'a')",
                "alter table public.t add column more uuid default gen_random_uuid()");
        assertEquals("1", postgres.value("select count(*) from rowmesh.rewrite"));
        postgres.execute("insert into rowmesh.version_sample select 1000000000, 1000000000, now() - i * interval '1 minute' from generate_series(1, 2880) i");
        sample();
        assertEquals("1", postgres.value("select count(*) from rowmesh.rewrite"));
        int left = Integer.parseInt(postgres.value("select count(*) from rowmesh.version_sample"));
        assertEquals(1_440 + 24, left, 3);
        OldRows.dropTimestamps(postgres);
        sample();
        assertEquals("0", postgres.value("select count(*) from rowmesh.rewrite"));
    }

    private void restart(String tracking) {
        postgres.stop();
        postgres = TestingPostgres.start(directory, "18", Map.of("track_commit_timestamp", tracking));
    }

    private void sample() throws SQLException {
        try (Connection connection = postgres.connect()) {
            VersionsSince.sample(connection);
        }
    }

    private Outcome apply(long micros, RowChange... changes) throws SQLException {
        ApplierOptions options = new ApplierOptions("us", Set.of("eu"), table -> true, Duration.ofSeconds(5));
        try (LaneWriter writer = LaneWriter.connect("eu", new ApplierSession(postgres.jdbcUrl(), new Properties()), options,
                new KeyLocks(), new TombstoneIndex(), new AppliedMarks())) {
            return writer.apply(new TransactionHeader("eu", 1, ++sequence, micros, sequence, 1, 1, List.of(), false), List.of(changes));
        }
    }

    private static RowChange update(String v) {
        return new RowChange.Update(T, null, new Row("1", v));
    }
}
