package io.rowmesh.applier.write;

import io.rowmesh.schema.Column;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.TransactionHeader;
import io.rowmesh.schema.Version;
import io.rowmesh.schema.store.MySqlControl;
import io.rowmesh.testbed.TestingMySql;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** Large transactions that flow into MySQL as they arrive. */
class MySqlPiecesTest {

    private static final int PIECES = 15;
    private static final int ROWS = 2_000;
    private static final TableId T = new TableId("shop", "t");
    private static final TableShape SHAPE = new TableShape(T, List.of(new Column("id", "mysql:int", true), new Column("v", "mysql:varchar(200)", false),
            new Column("u", "mysql:int", false)));

    private static RowChange insert(int id, String v, Integer u) {
        return new RowChange.Insert(SHAPE, new Row(Integer.toString(id), v, u == null ? null : u.toString()));
    }

    private static RowChange update(int id, String v) {
        return new RowChange.Update(SHAPE, null, new Row(Integer.toString(id), v, Integer.toString(id)));
    }

    private static Outcome pieces(TestingMySqlLanes us, long sequence, long micros, int count, boolean careful, IntFunction<RowChange> changes) throws SQLException {
        TransactionHeader header = new TransactionHeader("eu", 1, sequence, micros, sequence, (long) count * ROWS, count, List.of(), false);
        LaneWriter lane = us.lane("eu");
        lane.begin(header, careful);
        for (int piece = 0; piece < count; piece++) {
            List<RowChange> rows = new ArrayList<>();
            for (int i = 0; i < ROWS; i++) {
                rows.add(changes.apply(piece * ROWS + i));
            }
            lane.write(rows);
        }
        return lane.finish(header);
    }

    @Test
    void aTransactionOfManyPiecesIsOne(@TempDir Path directory) throws SQLException {
        try (TestingMySql mysql = TestingMySql.start(directory.resolve("us"))) {
            MySqlControl.migrate(TestingMySqlLanes.dataSource(mysql));
            mysql.execute("create table app.t (id int primary key, v varchar(200), u int unique)");
            try (TestingMySqlLanes us = new TestingMySqlLanes(mysql, directory, Set.of(T))) {
                String value = "x".repeat(100);
                long first = us.clock();
                assertEquals(PIECES * ROWS, pieces(us, 1, first, PIECES, false, i -> insert(i, value, i)).applied);
                // The user's row is newer, and so is that of another region.
                mysql.execute("update app.t set v = 'user' where id = 27777");
                assertEquals(PIECES * ROWS - 1, pieces(us, 2, first + 1, PIECES, false, i -> update(i, i % 2 == 0 ? value : "changed")).applied);
                assertEquals("15000|15000", counts(mysql, value));
                assertEquals(new Version(first + 1, "eu"), us.version(T, "[\"29998\"]"), "of values that did not change");
                // Keys again that the transaction wrote itself, more of them than are kept in mind.
                long third = us.clock();
                assertEquals(PIECES * ROWS, pieces(us, 3, third, PIECES, false, i -> update(i % 11_000, "again " + i)).applied);
                assertEquals("again 21999|again 22000", mysql.value("select concat((select v from app.t where id = 10999), '|', (select v from app.t where id = 0))"));
            }
        }
    }

    @Test
    void oneRowThatIsRefusedIsParkedAndTheOthersAreWritten(@TempDir Path directory) throws SQLException {
        try (TestingMySql mysql = TestingMySql.start(directory.resolve("us"))) {
            MySqlControl.migrate(TestingMySqlLanes.dataSource(mysql));
            mysql.execute("create table app.t (id int primary key, v varchar(200), u int unique)", "insert into app.t values (1000000, 'user', 10001)");
            try (TestingMySqlLanes us = new TestingMySqlLanes(mysql, directory, Set.of(T))) {
                long now = us.clock();
                SQLException refused = assertThrows(SQLException.class, () -> pieces(us, 1, now, 6, false, i -> insert(i, "x", i)));
                assertEquals(SqlFaults.Remedy.PARK_ROW, SqlFaults.remedy(refused));
                us.reconnect("eu");
                assertEquals("1", mysql.value("select count(*) from app.t"));
                // A second time the row's key is in the transaction, behind the parked one.
                Outcome outcome = pieces(us, 1, now, 6, true, i -> i == 11_999 ? update(10_001, "later") : insert(i, "x", i));
                assertEquals(2, outcome.parked);
                assertEquals(6 * ROWS - 2 + "|2", mysql.value("select concat((select count(*) - 1 from app.t), '|', (select count(*) from rowmesh.parked))"));
            }
        }
    }

    private static String counts(TestingMySql mysql, String value) {
        return mysql.value("select concat(sum(v = '" + value + "'), '|', sum(v in ('changed', 'user'))) from app.t");
    }
}
