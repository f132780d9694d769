package io.rowmesh.applier.history;

import io.rowmesh.rules.ConflictType;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.Version;
import io.rowmesh.testbed.TestingPostgres;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What the history keeps of a conflict, of a storm of them, and for how long; on the oldest server that is supported. */
class ConflictHistoryTest {

    private static final TableId T = new TableId("public", "t");
    private static final Version STORED = new Version(1_700_000_000_123_456L, "us");
    private static final Version INCOMING = new Version(1_700_000_000_123_457L, "eu");

    @TempDir
    static Path directory;
    private static TestingPostgres postgres;
    private static DataSource dataSource;

    @BeforeAll
    static void start() {
        postgres = TestingPostgres.start(directory, "16", Map.of()).withControlTables();
        dataSource = postgres.dataSource();
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @BeforeEach
    void empty() {
        for (List<String> partition : postgres.query("select relname from pg_class where relname ~ '^conflict_[0-9]{8}$' and relkind = 'r'")) {
            postgres.execute("drop table rowmesh." + partition.get(0));
        }
        postgres.execute("truncate rowmesh.conflict");
    }

    private static ConflictRecord conflict(String key, String storedText, String incomingText) {
        return ConflictRecord.of(ConflictType.UPDATE_ORIGIN_DIFFERS, T, "[\"" + key + "\"]", "last-write-wins", Decision.APPLIED,
                new ConflictRecord.Side(row(key, storedText), STORED), new ConflictRecord.Incoming(row(key, incomingText), INCOMING, 3, 77));
    }

    private static NamedRow row(String key, String text) {
        return new NamedRow(List.of("id", "e\"mail", "absent"), new Row(key, text, Row.ABSENT));
    }

    private static String write(ConflictBatch batch) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            String refused = ConflictHistory.open(connection, (table, column) -> column.equals("secret")).attempt(batch);
            connection.commit();
            return refused;
        }
    }

    @Test
    void bothRowsBothVersionsAndTheDecisionAreKeptExactly() throws SQLException {
        ConflictBatch batch = new ConflictBatch();
        batch.add(conflict("1", "a\n\u0001\"\\é\uD83D\uDE00", null));
        assertNull(write(batch));
        assertEquals(List.of(List.of("update_origin_differs", "public", "t", "[\"1\"]", "last-write-wins", "applied",
                        "a\n\u0001\"\\é\uD83D\uDE00", "2023-11-14 22:13:20.123456", "us", "{\"id\": \"1\", \"e\\\"mail\": null}", "2023-11-14 22:13:20.123457",
                        "eu", "3", "77", "1")),
                postgres.query("""
                        select type, table_schema, table_name, row_key, rule, decision, stored_row ->> 'e"mail',
                          stored_at at time zone 'UTC', stored_origin, incoming_row, incoming_at at time zone 'UTC', incoming_origin, epoch,
                          sequence, conflicts from rowmesh.conflict"""));
    }

    @Test
    void privateColumnsAreHashedSoThatOnlyEqualityCanBeTold() throws SQLException {
        ConflictBatch batch = new ConflictBatch();
        for (String text : List.of("ann@example.org", "bob@example.org", "ann@example.org")) {
            batch.add(ConflictRecord.of(ConflictType.INSERT_EXISTS, T, "[\"1\"]", "last-write-wins", Decision.KEPT_LOCAL, null,
                    new ConflictRecord.Incoming(new NamedRow(List.of("id", "secret"), new Row("1", text)), INCOMING, 1, 1)));
        }
        assertNull(write(batch));
        List<List<String>> rows = postgres.query("select incoming_row -> 'secret' ->> 'sha256' from rowmesh.conflict order by conflict_id");
        assertEquals(rows.get(0), rows.get(2));
        assertNotEquals(rows.get(0), rows.get(1));
        assertEquals(64, rows.get(0).get(0).length());
        assertEquals("0", postgres.value("select count(*) from rowmesh.conflict c where c::text like '%example%'"));
        // Not the hash of the value alone, which anybody could look up.
        assertNotEquals(postgres.value("select encode(sha256('ann@example.org'), 'hex')"), rows.get(0).get(0));
        assertEquals(postgres.value("select encode(sha256((salt || 'ann@example.org')::bytea), 'hex') from rowmesh.history_salt"), rows.get(0).get(0));
    }

    @Test
    void aVeryLongTextIsKeptByItsDigestAndLength() throws SQLException {
        ConflictBatch batch = new ConflictBatch();
        batch.add(conflict("1", "x".repeat(RowJson.LONGEST), "y".repeat(RowJson.LONGEST + 1)));
        assertNull(write(batch));
        assertEquals(Integer.toString(RowJson.LONGEST), postgres.value("select length(stored_row ->> 'e\"mail') from rowmesh.conflict"));
        assertEquals(Integer.toString(RowJson.LONGEST + 1), postgres.value("select incoming_row -> 'e\"mail' ->> 'length' from rowmesh.conflict"));
    }

    @Test
    void aStormIsListedUpToALimitAndThenCounted() throws SQLException {
        ConflictBatch batch = new ConflictBatch();
        for (int i = 0; i < 50_000; i++) {
            batch.add(conflict(Integer.toString(i), "stored", "incoming"));
        }
        assertNull(write(batch));
        assertEquals("1001", postgres.value("select count(*) from rowmesh.conflict"));
        assertEquals("50000", postgres.value("select sum(conflicts) from rowmesh.conflict"));
        assertEquals(List.of(List.of("49000", "update_origin_differs", "applied", "77")),
                postgres.query("select conflicts, type, decision, sequence from rowmesh.conflict where row_key is null"));
        ConflictBatch large = new ConflictBatch();
        for (int i = 0; i < 100; i++) {
            large.add(conflict(Integer.toString(i), "x".repeat(200_000), null));
        }
        assertTrue(large.listed().size() < 60, "listed " + large.listed().size());
    }

    @Test
    void aHistoryThatRefusesCostsNeitherTheTransactionNorTheChange() throws SQLException {
        postgres.execute("create table mine (x int)", "alter table rowmesh.conflict add constraint none check (table_name <> 't')");
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            connection.createStatement().execute("insert into mine values (1)");
            ConflictBatch batch = new ConflictBatch();
            batch.add(conflict("1", "a", "b"));
            String refused = ConflictHistory.open(connection, (table, column) -> false).attempt(batch);
            assertTrue(refused.contains("violates check constraint \"none\""), refused);
            connection.commit();
        } finally {
            postgres.execute("alter table rowmesh.conflict drop constraint none");
        }
        assertEquals("1", postgres.value("select count(*) from mine"));
    }

    @Test
    void partitionsAreMadeAheadFilledAndDroppedAfterTheTimeThatIsKept() throws SQLException {
        HistoryPartitions partitions = new HistoryPartitions(dataSource, Duration.ofDays(30));
        ConflictBatch batch = new ConflictBatch();
        batch.add(conflict("1", "a", "b"));
        assertNull(write(batch));
        assertEquals("rowmesh.conflict_default", postgres.value("select tableoid::regclass from rowmesh.conflict"));
        Instant now = Instant.now();
        partitions.step(now);
        partitions.step(now);
        assertEquals("4", partitionCount());
        String today = "rowmesh.conflict_" + LocalDate.ofInstant(now, ZoneOffset.UTC).toString().replace("-", "");
        assertEquals(today, postgres.value("select tableoid::regclass from rowmesh.conflict"));
        assertNull(write(batch));
        assertEquals("2", postgres.value("select count(*) from " + today));
        postgres.execute("insert into rowmesh.conflict (noted_at, table_schema, table_name, rule, decision) values (now() - interval '40 days', 's', 't', 'r', 'd')");
        partitions.step(now.plus(Duration.ofDays(30)));
        assertEquals("2", postgres.value("select count(*) from rowmesh.conflict"), "the default partition is pruned, today stays");
        partitions.step(now.plus(Duration.ofDays(31)));
        assertEquals("0", postgres.value("select count(*) from rowmesh.conflict"));
        assertEquals(0, postgres.query("select 1 from pg_class where relname = '" + today.substring(8) + "'").size());
    }

    @Test
    void aLaneThatHoldsTheHistoryIsNotWaitedForLong() throws SQLException {
        HistoryPartitions partitions = new HistoryPartitions(dataSource, Duration.ofDays(30));
        partitions.step(Instant.now().minus(Duration.ofDays(60)));
        try (Connection lane = dataSource.getConnection()) {
            lane.setAutoCommit(false);
            ConflictBatch batch = new ConflictBatch();
            batch.add(conflict("1", "a", "b"));
            ConflictHistory.open(lane, (table, column) -> false).write(batch);
            long before = System.nanoTime();
            assertThrows(SQLException.class, () -> partitions.step(Instant.now()));
            assertTrue(System.nanoTime() - before < 5_000_000_000L);
            lane.commit();
        }
        partitions.step(Instant.now());
        assertEquals("4", partitionCount());
    }

    private static String partitionCount() {
        return postgres.value("select count(*) from pg_class where relname ~ '^conflict_[0-9]{8}$' and relkind = 'r'");
    }
}
