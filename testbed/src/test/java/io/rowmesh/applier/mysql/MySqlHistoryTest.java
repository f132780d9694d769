package io.rowmesh.applier.mysql;

import io.rowmesh.applier.history.ConflictBatch;
import io.rowmesh.applier.history.ConflictHistory;
import io.rowmesh.applier.history.ConflictRecord;
import io.rowmesh.applier.history.Decision;
import io.rowmesh.applier.history.NamedRow;
import io.rowmesh.rules.ConflictType;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.Version;
import io.rowmesh.schema.store.MySqlControl;
import io.rowmesh.testbed.TestingMySql;
import com.mysql.cj.jdbc.MysqlDataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What a MySQL region's history keeps of a conflict, of a storm of them, and for how long. */
class MySqlHistoryTest {

    private static final TableId T = new TableId("shop", "t");
    private static final Version STORED = new Version(1_700_000_000_123_456L, "us");
    private static final Version INCOMING = new Version(1_700_000_000_123_457L, "eu");

    @TempDir
    static Path directory;
    private static TestingMySql mysql;
    private static MysqlDataSource dataSource;

    @BeforeAll
    static void start() {
        mysql = TestingMySql.start(directory, Map.of("max-allowed-packet", "16M"));
        dataSource = new MysqlDataSource();
        dataSource.setUrl(mysql.jdbcUrl());
        MySqlControl.migrate(dataSource);
        mysql.execute("create table mine (x int)");
    }

    @AfterAll
    static void stop() {
        mysql.close();
    }

    @BeforeEach
    void empty() {
        mysql.execute("truncate rowmesh.conflict", "truncate mine");
    }

    private static ConflictRecord conflict(String key, String storedText, String incomingText) {
        return ConflictRecord.of(ConflictType.UPDATE_ORIGIN_DIFFERS, T, "[\"" + key + "\"]", "last-write-wins", Decision.APPLIED,
                new ConflictRecord.Side(row(key, storedText), STORED), new ConflictRecord.Incoming(row(key, incomingText), INCOMING, 3, 77));
    }

    private static NamedRow row(String key, String text) {
        return new NamedRow(List.of("id", "e\"mail", "absent"), new Row(key, text, Row.ABSENT));
    }

    /** In a transaction that does something else as well. */
    private static String write(ConflictBatch batch) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            connection.createStatement().execute("insert into app.mine values (1)");
            String refused = MySqlHistory.open(connection, (table, column) -> column.equals("secret")).attempt(batch);
            connection.commit();
            return refused;
        }
    }

    private static ConflictBatch batch(ConflictRecord... conflicts) {
        ConflictBatch batch = new ConflictBatch();
        List.of(conflicts).forEach(batch::add);
        return batch;
    }

    @Test
    void bothRowsBothVersionsAndTheDecisionAreKeptExactly() throws SQLException {
        assertNull(write(batch(conflict("1", "a\n\u0001\"\\é\uD83D\uDE00", null))));
        assertEquals(List.of(List.of("update_origin_differs", "shop", "t", "[\"1\"]", "last-write-wins", "applied",
                        "{\"id\": \"1\", \"e\\\"mail\": \"a\\u000a\\u0001\\\"\\\\é\uD83D\uDE00\"}", "2023-11-14 22:13:20.123456", "us", "{\"id\": \"1\", \"e\\\"mail\": null}", "2023-11-14 22:13:20.123457",
                        "eu", "3", "77", "1", "1")),
                mysql.query("select type, table_schema, table_name, row_key, rule, decision, stored_row, cast(stored_at as char), stored_origin, incoming_row,"
                        + " cast(incoming_at as char), incoming_origin, epoch, sequence, conflicts,"
                        + " noted_at between utc_timestamp(6) - interval 10 second and utc_timestamp(6) from rowmesh.conflict"));
    }

    @Test
    void privateColumnsAreHashedSoThatOnlyEqualityCanBeTold() throws SQLException {
        ConflictBatch batch = new ConflictBatch();
        for (String text : List.of("ann@example.org", "bob@example.org", "ann@example.org")) {
            batch.add(ConflictRecord.of(ConflictType.INSERT_EXISTS, T, "[\"1\"]", "last-write-wins", Decision.KEPT_LOCAL, null,
                    new ConflictRecord.Incoming(new NamedRow(List.of("id", "secret"), new Row("1", text)), INCOMING, 1, 1)));
        }
        assertNull(write(batch));
        List<List<String>> rows = mysql.query("select json_unquote(json_extract(incoming_row, '$.secret.sha256')) from rowmesh.conflict order by conflict_id");
        assertEquals(rows.get(0), rows.get(2));
        assertNotEquals(rows.get(0), rows.get(1));
        assertEquals("0", mysql.value("select count(*) from rowmesh.conflict where incoming_row like '%example%'"));
        assertNotEquals(mysql.value("select sha2('ann@example.org', 256)"), rows.get(0).get(0));
        assertEquals(mysql.value("select sha2(concat(salt, 'ann@example.org'), 256) from rowmesh.history_salt"), rows.get(0).get(0));
        assertEquals("64", mysql.value("select length(salt) from rowmesh.history_salt"));
    }

    @Test
    void aStormIsListedUpToALimitAndThenCounted() throws SQLException {
        ConflictBatch batch = new ConflictBatch();
        for (int i = 0; i < 50_000; i++) {
            batch.add(conflict(Integer.toString(i), "stored", "incoming"));
        }
        assertNull(write(batch));
        assertEquals("1001|50000", mysql.lines("select count(*), sum(conflicts) from rowmesh.conflict"));
        assertEquals("49000|update_origin_differs|applied|77|null", mysql.lines("select conflicts, type, decision, sequence, key_digest from rowmesh.conflict where row_key is null"));
    }

    @Test
    void largeRowsDoNotMakeAStatementThatTheServerRefuses() throws SQLException {
        ConflictBatch batch = new ConflictBatch();
        for (int i = 0; i < 100; i++) {
            batch.add(conflict(Integer.toString(i), "\uD83D\uDE00".repeat(100_000), "é".repeat(250_000)));
        }
        assertNull(write(batch));
        assertEquals("100", mysql.value("select sum(conflicts) from rowmesh.conflict"));
    }

    @Test
    void whatTheHistoryRefusesCostsNeitherTheTransactionNorTheChange() throws SQLException {
        mysql.execute("create trigger rowmesh.none before insert on rowmesh.conflict for each row"
                + " begin if new.row_key = '[\"2\"]' then signal sqlstate '23000' set message_text = 'not this one'; end if; end");
        try {
            ConflictBatch batch = new ConflictBatch();
            for (int i = 0; i < 300; i++) {
                batch.add(conflict(Integer.toString(299 - i), "a", "b"));
            }
            assertEquals("not this one", write(batch));
        } finally {
            mysql.execute("drop trigger rowmesh.none");
        }
        assertEquals("1|0", mysql.lines("select (select count(*) from mine), (select count(*) from rowmesh.conflict)"));
    }

    @Test
    void aRowThatIsLargerThanTheServerTakesIsRefusedWithASentence() throws SQLException {
        String[] texts = new String[80];
        String[] columns = new String[80];
        for (int i = 0; i < 80; i++) {
            texts[i] = "x".repeat(250_000);
            columns[i] = "c" + i;
        }
        ConflictRecord large = ConflictRecord.of(ConflictType.INSERT_EXISTS, T, "[\"1\"]", "last-write-wins", Decision.KEPT_LOCAL, null,
                new ConflictRecord.Incoming(new NamedRow(List.of(columns), new Row(texts)), INCOMING, 1, 1));
        String refused = write(batch(large));
        assertTrue(refused.contains("max_allowed_packet"), refused);
        assertEquals("1|0", mysql.lines("select (select count(*) from mine), (select count(*) from rowmesh.conflict)"));
    }

    @Test
    void whatIsNotTheHistorysFaultIsNotSwallowed() throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            ConflictHistory history = MySqlHistory.open(connection, (table, column) -> false);
            mysql.execute("kill " + connection.createStatement().executeQuery("select 1").getStatement().getConnection()
                    .unwrap(com.mysql.cj.jdbc.JdbcConnection.class).getSession().getThreadId());
            assertThrows(SQLException.class, () -> history.attempt(batch(conflict("1", "a", "b"))));
        }
    }

    @Test
    void onlyOldConflictsGoAndLanesDoNotWaitForThat() throws SQLException {
        assertNull(write(batch(conflict("1", "a", "b"))));
        mysql.execute("set session cte_max_recursion_depth = 5000", """
                insert into rowmesh.conflict (noted_at, table_schema, table_name, rule, decision)
                with digits as (select 0 d union select 1 union select 2 union select 3 union select 4 union select 5 union select 6 union select 7 union select 8 union select 9)
                select utc_timestamp(6) - interval 31 day + interval a.d second, 's', 't', 'r', 'd' from digits a, digits b, digits c, digits e where e.d < 3""",
                "insert into rowmesh.conflict (noted_at, table_schema, table_name, rule, decision) values (utc_timestamp(6) - interval 29 day, 's', 't', 'r', 'd')");
        try (Connection lane = dataSource.getConnection()) {
            lane.setAutoCommit(false);
            MySqlHistory.open(lane, (table, column) -> false).write(batch(conflict("2", "a", "b")));
            long before = System.nanoTime();
            new MySqlOldConflicts(dataSource, Duration.ofDays(30)).step();
            assertTrue(System.nanoTime() - before < 5_000_000_000L);
            MySqlHistory.open(lane, (table, column) -> false).write(batch(conflict("3", "a", "b")));
            lane.commit();
        }
        assertEquals("4", mysql.value("select count(*) from rowmesh.conflict"));
        new MySqlOldConflicts(dataSource, Duration.ofDays(30)).step();
        assertEquals("4", mysql.value("select count(*) from rowmesh.conflict"));
    }
}
