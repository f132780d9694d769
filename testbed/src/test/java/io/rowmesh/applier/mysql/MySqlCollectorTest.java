package io.rowmesh.applier.mysql;

import io.rowmesh.applier.fence.Fences;
import io.rowmesh.applier.write.Heartbeat;
import io.rowmesh.applier.write.TableKey;
import io.rowmesh.applier.write.TombstoneCollector;
import io.rowmesh.applier.write.Tombstones.Dated;
import io.rowmesh.schema.Seen;
import io.rowmesh.schema.TableId;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Tombstones, heartbeats and fences of region us in MySQL. */
class MySqlCollectorTest {

    private static final TableId T = new TableId("shop", "t");

    private static TestingRegion region;
    private final AtomicLong captured = new AtomicLong(Long.MAX_VALUE);
    private MySqlRows rows;
    private TombstoneCollector collector;

    @BeforeAll
    static void start(@TempDir Path directory) {
        region = new TestingRegion(directory);
        region.mysql.execute("create table app.t (id int primary key)");
    }

    @AfterAll
    static void stop() throws SQLException {
        region.close();
    }

    @BeforeEach
    void open() throws SQLException {
        rows = region.rows("eu");
        collector = new TombstoneCollector(region.dataSource(), TestingRegion.OPTIONS, captured::get, () -> new Seen.Mark(1, 1),
                new MySqlCollector(TestingRegion::position));
    }

    @AfterEach
    void clear() throws SQLException {
        region.endSessions();
        region.mysql.execute("delete from rowmesh.tombstone", "delete from rowmesh.heartbeat", "delete from rowmesh.progress", "delete from rowmesh.fence",
                "delete from rowmesh.parked");
    }

    /** Two deletes of eu and one of us; eu and ap have told that they saw the first of eu's and that of us. */
    private void deletesThatWereSeen() throws SQLException {
        rows.writeProgress(TestingRegion.header("eu", 8, 1_000));
        rows.recordTombstones("eu", 1, List.of(dated("[\"1\"]", 7), dated("[\"2\"]", 8)));
        rows.recordTombstones("us", 1, List.of(dated("[\"3\"]", 4)));
        rows.commit();
        heartbeat("eu", "{\"us\": [1, 4]}");
        heartbeat("ap", "{\"eu\": [1, 7], \"us\": [1, 9]}");
    }

    private static Dated dated(String key, long sequence) {
        return new Dated(new TableKey(T, key), 1_000, sequence);
    }

    private static void heartbeat(String of, String seen) {
        region.mysql.execute("replace into rowmesh.heartbeat values ('" + of + "', 1, now(6), '" + seen + "')");
    }

    private static String standing() {
        return region.mysql.lines("select row_key from rowmesh.tombstone order by recorded");
    }

    private int round() throws SQLException {
        int dropped = 0;
        for (int i = 0; i < 3; i++) {
            dropped += collector.step();
        }
        return dropped;
    }

    @Test
    void dropsWhatEveryRegionHasSeenAndNothingElse() throws SQLException {
        deletesThatWereSeen();
        assertEquals(2, round());
        assertEquals("[\"2\"]", standing());
        heartbeat("ap", "{\"eu\": [2, 1]}");
        assertEquals(1, round());
        assertEquals(0, round());
        assertEquals(0, collector.standing());
    }

    @Test
    void keepsWhatIsNeededByAParkedChangeOfTheKey() throws SQLException {
        deletesThatWereSeen();
        region.mysql.execute("insert into rowmesh.parked (origin, epoch, sequence, table_schema, table_name, row_key, kind, committed_at, `change`, `sqlstate`,"
                + " reason, parked_at, header) values ('eu', 1, 1, 'shop', 't', '[\"1\"]', 'insert', now(), '', '23000', '', now(), '')");
        assertEquals(1, round());
        assertEquals("[\"1\"]\n[\"2\"]", standing());
    }

    @Test
    void waitsForTransactionsThatRanAndForTheCapture() throws SQLException {
        try (Connection local = region.mysql.connect(); Statement statement = local.createStatement()) {
            local.setAutoCommit(false);
            statement.execute("insert into app.t values (1)");
            deletesThatWereSeen();
            assertEquals(0, round() + round());
            captured.set(0);
            local.rollback();
            assertEquals(0, round() + round());
            captured.set(rows.logEnd() - 1);
            assertEquals(0, round());
            captured.set(rows.logEnd());
            // What runs since then is nobody's concern.
            statement.execute("insert into app.t values (2)");
            assertEquals(2, round());
            local.rollback();
        }
    }

    @Test
    void seesATransactionThatBeganAMomentAgoAlthoughTheListIsOld() throws SQLException {
        try (Connection pool = region.mysql.connect(); Connection local = region.mysql.connect()) {
            for (int i = 0; i < 5; i++) {
                RunningTransactions.Numbers before = RunningTransactions.look(pool);
                local.setAutoCommit(false);
                local.createStatement().execute("insert into app.t values (7)");
                RunningTransactions.Numbers during = RunningTransactions.look(pool);
                assertTrue(during.oldest() >= before.next() && during.oldest() < during.next(), before + " " + during);
                local.rollback();
                assertTrue(pool.getAutoCommit());
            }
        }
    }

    @Test
    void heartbeatsTellWhatIsApplied() throws SQLException {
        Heartbeat heartbeat = new Heartbeat(region.dataSource(), "us", () -> null);
        heartbeat.beat();
        assertEquals("1|{}", region.mysql.lines("select beat, seen from rowmesh.heartbeat where region = 'us'"));
        rows.writeProgress(TestingRegion.header("eu", 8, 1_000));
        rows.writeProgress(TestingRegion.header("eu", 7, 1_000));
        rows.writeProgress(TestingRegion.header("ap", 2, 1_000));
        // A lane's open transaction is not waited for.
        heartbeat.beat();
        assertEquals("2|{}", region.mysql.lines("select beat, seen from rowmesh.heartbeat where region = 'us'"));
        rows.commit();
        heartbeat.beat();
        assertEquals("3|{\"ap\": [1, 2], \"eu\": [1, 8]}", region.mysql.lines("select beat, seen from rowmesh.heartbeat where region = 'us'"));
        assertEquals("1", region.mysql.value("select abs(timestampdiff(second, beat_at, now())) < 5 from rowmesh.heartbeat"));
    }

    @Test
    void silentRegionsAreFencedOnceAndPassedOver() throws SQLException {
        AtomicLong nanos = new AtomicLong();
        Fences fences = new Fences(region.dataSource(), List.of("eu", "ap"), Duration.ofSeconds(100), nanos::get);
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(60));
        fences.look(Seen.NONE.with("eu", 1, 1));
        assertEquals("ap|60|null", region.mysql.lines("select * from rowmesh.fence where region = 'ap'"));
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(60));
        fences.look(Seen.NONE.with("eu", 1, 2));
        assertTrue(fences.isFenced("ap"));
        assertFalse(fences.isFenced("eu"));
        assertEquals("ap|120|1", region.mysql.lines("select region, silent_seconds, fenced_at is not null from rowmesh.fence where region = 'ap'"));
        String since = region.mysql.value("select fenced_at from rowmesh.fence where region = 'ap'");
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(60));
        fences.look(Seen.NONE.with("eu", 1, 3));
        assertEquals("120|" + since, region.mysql.lines("select silent_seconds, fenced_at from rowmesh.fence where region = 'ap'"));
        deletesThatWereSeen();
        heartbeat("ap", "{}");
        assertEquals(3, round() + round());
    }
}
