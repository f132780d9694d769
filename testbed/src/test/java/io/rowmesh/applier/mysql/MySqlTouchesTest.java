package io.rowmesh.applier.mysql;

import io.rowmesh.agent.binlog.BinlogAddress;
import io.rowmesh.agent.binlog.BinlogPositions;
import io.rowmesh.agent.binlog.BinlogStream;
import io.rowmesh.agent.binlog.GtidSet;
import io.rowmesh.agent.binlog.LogReader;
import io.rowmesh.agent.binlog.LoggedStatement;
import io.rowmesh.agent.binlog.LoggedTable;
import io.rowmesh.applier.touch.PendingTouch;
import io.rowmesh.applier.touch.TouchMessage;
import io.rowmesh.applier.touch.TouchSession;
import io.rowmesh.rules.credible.WrittenKey;
import io.rowmesh.schema.RestatedRow;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.TableId;
import io.rowmesh.testbed.Wait;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** Withheld keys and their touches on a real server, and what of them is in its log. */
class MySqlTouchesTest {

    private static final TableId T = new TableId("shop", "t");
    private static final String SECRET = "secret";

    @Test
    void aTouchIsInTheLogThoughItChangesNothing(@TempDir Path directory) throws SQLException {
        try (TestingRegion region = new TestingRegion(directory)) {
            region.mysql.execute("create table app.t (id int primary key, v varchar(20), twice int generated always as (id * 2) stored)",
                    "insert into app.t (id, v) values (1, 'one'), (2, 'two'), (3, 'three')");
            MySqlTouches touches = new MySqlTouches(region.dataSource(), "eu", TestingRegion.NAMES);
            tombstonesAreTakenBack(region, touches);
            keysWaitUntilTheyAreSettled(touches);
            rowsAndMissingOnesAreSaid(region, touches);
            nobodyWaitsLongBehindATouch(region, touches);
        }
    }

    private static void tombstonesAreTakenBack(TestingRegion region, MySqlTouches touches) throws SQLException {
        region.mysql.execute("insert into rowmesh.tombstone (table_schema, table_name, row_key, deleted_at, origin, epoch, sequence) values"
                + " ('shop', 't', '[\"1\"]', '2024-01-01 00:00:00.000005', 'eu', 1, 1), ('shop', 't', '[\"2\"]', '2024-01-01 00:00:00.000006', 'eu', 1, 1),"
                + " ('shop', 't', '[\"3\"]', '2024-01-01 00:00:00.000005', 'us', 1, 1)");
        long micros = 1_704_067_200_000_005L;
        assertEquals(Set.of(key(1)), touches.withhold(Set.of(key(1), key(2), key(3)), 70, 0, micros));
        assertEquals("[\"2\"]\n[\"3\"]", region.mysql.lines("select row_key from rowmesh.tombstone order by row_key"));
    }

    private static void keysWaitUntilTheyAreSettled(MySqlTouches touches) throws SQLException {
        touches.withhold(Set.of(key(2)), 60, 0, 1);
        touches.withhold(Set.of(key(3), key(9)), 80, 0, 1);
        List<String> waiting = new ArrayList<>();
        touches.pending(each -> waiting.add(each.key().key() + " " + each.position() + " " + each.onlyByTouch()));
        assertEquals(Set.of("[\"1\"] 70 true", "[\"2\"] 70 false", "[\"3\"] 80 false", "[\"9\"] 80 false"), Set.copyOf(waiting));
        touches.settle(Set.of(key(3)));
        try (TouchSession session = touches.open()) {
            assertEquals(3, session.oldest(10).size());
            assertEquals(1, session.oldest(1).size());
        }
        assertEquals("Delete[table=shop.t, before=[9, absent]]", touches.deleteOf(key(9)).map(MySqlTouchesTest::text).orElse(null));
        assertEquals(false, touches.deleteOf(new WrittenKey(new TableId("shop", "gone"), "[\"1\"]")).isPresent());
    }

    private static void rowsAndMissingOnesAreSaid(TestingRegion region, MySqlTouches touches) throws SQLException {
        List<String> said = new CopyOnWriteArrayList<>();
        BinlogStream stream = new BinlogStream(new BinlogAddress("127.0.0.1", region.mysql.port(), "root", null, "disabled"), 77, false,
                GtidSet.parse(region.mysql.value("select @@gtid_executed")), new BinlogPositions(), new Said(said));
        Thread reading = new Thread(stream::run);
        reading.start();
        try (TouchSession session = touches.open()) {
            session.touch(List.of(pending(1), pending(9)), SECRET);
            session.commit();
            session.touch(List.of(new PendingTouch(new WrittenKey(T, "*"), 5, 0, false)), SECRET);
            String insert = "set session lock_wait_timeout = 1; insert into app.t (id, v) values (4, 'four')";
            assertThrows(IllegalStateException.class, () -> region.mysql.execute(insert.split("; ")), "a row that comes behind the look");
            session.commit();
            region.mysql.execute(insert.split("; "));
        }
        Wait.until(Duration.ofSeconds(10), () -> "said " + said, () -> said.size() == 9);
        stream.close();
        assertEquals(List.of("touch [\"1\"]", "touch [\"9\"]", "row [1, one]", "gone [\"9\"]", "touch *", "gone *", "row [1, one]", "row [2, two]",
                "row [3, three]"), said);
        assertEquals("0", region.mysql.value("select count(*) from rowmesh.message"));
    }

    private static void nobodyWaitsLongBehindATouch(TestingRegion region, MySqlTouches touches) throws SQLException {
        try (Connection user = region.mysql.connect(); Statement statement = user.createStatement(); TouchSession session = touches.open()) {
            user.setAutoCommit(false);
            statement.execute("update app.t set v = 'held' where id = 1");
            SQLException held = assertThrows(SQLException.class, () -> session.touch(List.of(pending(1)), SECRET));
            assertEquals(1205, held.getErrorCode());
            user.rollback();
        }
    }

    private static WrittenKey key(int id) {
        return new WrittenKey(T, "[\"" + id + "\"]");
    }

    private static PendingTouch pending(int id) {
        return new PendingTouch(key(id), 5, 0, false);
    }

    private static String text(RowChange change) {
        return "Delete[table=" + change.table().id() + ", before=" + RowChange.keyImage(change) + "]";
    }

    /** What the messages of the log say. */
    private record Said(List<String> said) implements LogReader {

        @Override
        public void insert(LoggedTable table, Row after) {
            if (after.get(1).equals(RestatedRow.PREFIX)) {
                said.add("row " + RowChange.keyImage(RestatedRow.parse(after.get(2), SECRET).orElseThrow()));
            } else {
                TouchMessage message = TouchMessage.parse(after.get(2), SECRET).orElseThrow();
                said.add((message.gone() ? "gone " : "touch ") + message.key().key());
            }
        }

        @Override
        public void opened() {
        }

        @Override
        public boolean wants(String database, String table) {
            return database.equals("rowmesh") && table.equals("message");
        }

        @Override
        public boolean wants(String database) {
            return database.equals("rowmesh");
        }

        @Override
        public void begin(String gtid, long commitMicros) {
        }

        @Override
        public void update(LoggedTable table, Row before, Row after) {
            said.add("update");
        }

        @Override
        public void delete(LoggedTable table, Row before) {
            // Each message goes with its transaction.
        }

        @Override
        public void statement(LoggedStatement statement) {
        }

        @Override
        public void end(long position, GtidSet read) {
        }

        @Override
        public void reached(long position) {
        }

        @Override
        public void idle() {
        }
    }
}
