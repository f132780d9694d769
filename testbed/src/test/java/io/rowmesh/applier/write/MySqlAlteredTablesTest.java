package io.rowmesh.applier.write;

import io.rowmesh.schema.Column;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.store.MySqlControl;
import io.rowmesh.testbed.TestingMySql;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** Tables that are altered under a lane which has written them before. */
class MySqlAlteredTablesTest {

    private static final TableId T = new TableId("shop", "t");
    private static final TableShape SHAPE = new TableShape(T, List.of(new Column("id", "mysql:int", true), new Column("d", "mysql:datetime(6)", false),
            new Column("g", "mysql:int", false)));

    private static RowChange insert(int id, String d, String g) {
        return new RowChange.Insert(SHAPE, new Row(Integer.toString(id), d, g));
    }

    @Test
    void nothingIsRoundedByWhatATableWas(@TempDir Path directory) throws SQLException {
        try (TestingMySql mysql = TestingMySql.start(directory.resolve("us"))) {
            MySqlControl.migrate(TestingMySqlLanes.dataSource(mysql));
            mysql.execute("create table app.t (id int primary key, d datetime(6), g int)");
            try (TestingMySqlLanes us = new TestingMySqlLanes(mysql, directory, Set.of(T))) {
                assertEquals(1, us.apply("eu", us.clock(), insert(1, "2024-01-01 00:00:00.123456", "2")).applied);
                mysql.execute("alter table app.t modify d datetime(3)");
                us.version(T, "[\"1\"]");
                assertEquals(1, us.apply("eu", us.clock(), insert(2, "2024-01-01 00:00:00.123456", "3")).parked, "it has more digits than the table now");
                assertEquals(1, us.apply("eu", us.clock(), insert(3, "2024-01-01 00:00:00.123000", "3")).applied);
                assertEquals("1|2\n3|3", mysql.lines("select id, g from app.t order by id"));
            }
        }
    }
}
