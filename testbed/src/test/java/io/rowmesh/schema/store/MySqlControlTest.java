package io.rowmesh.schema.store;

import io.rowmesh.testbed.TestingMySql;
import com.mysql.cj.jdbc.MysqlDataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.sql.Connection;
import java.util.stream.IntStream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class MySqlControlTest {

    @Test
    void makesTheControlTablesOnceAndKeepsWhatTheyHold(@TempDir Path directory) throws Exception {
        try (TestingMySql mysql = TestingMySql.start(directory)) {
            MysqlDataSource server = new MysqlDataSource();
            server.setUrl(mysql.jdbcUrl());
            assertFalse(isThere(mysql));
            MySqlControl.migrate(server);
            assertTrue(isThere(mysql));
            mysql.execute("insert into rowmesh.fence (region, silent_seconds) values ('ap', 7)");
            MySqlControl.migrate(server);
            assertEquals("ap|7", mysql.lines("select region, silent_seconds from rowmesh.fence"));
            tombstonesAreFoundByKeysOfAnyLength(mysql);
            assertEquals("timestamp(6)|", mysql.lines("select column_type, extra from information_schema.columns"
                    + " where table_schema = 'rowmesh' and table_name = 'heartbeat' and column_name = 'beat_at'").replace("DEFAULT_GENERATED", ""));
        }
    }

    private static boolean isThere(TestingMySql mysql) throws Exception {
        try (Connection connection = mysql.connect()) {
            return MySqlControl.isThere(connection);
        }
    }

    private static void tombstonesAreFoundByKeysOfAnyLength(TestingMySql mysql) {
        String insert = "insert into rowmesh.tombstone (table_schema, table_name, row_key, deleted_at, origin, epoch, sequence)"
                + " values ('shop', 'orders', '%s', '2024-01-01', 'eu', 1, 1)";
        String key = "[\"" + IntStream.range(0, 5_000).mapToObj(i -> "ü").reduce("", String::concat) + "\"]";
        mysql.execute(insert.formatted("[\"a\"]"), insert.formatted("[\"A\"]"), insert.formatted("[\"a \"]"), insert.formatted(key));
        String found = "select count(*) from rowmesh.tombstone where key_digest = unhex(sha2('%s', 256))";
        assertEquals("1", mysql.value(found.formatted(key)));
        assertEquals("1", mysql.value(found.formatted("[\"a\"]")));
        String message = assertThrows(IllegalStateException.class, () -> mysql.execute(insert.formatted(key))).getMessage();
        assertTrue(message.contains("tombstone_by_key"), message);
    }
}
