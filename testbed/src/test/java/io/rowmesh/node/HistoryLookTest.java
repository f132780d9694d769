package io.rowmesh.node;

import io.rowmesh.node.admin.StatusReport;
import io.rowmesh.schema.store.MySqlControl;
import io.rowmesh.testbed.TestingMySql;
import com.mysql.cj.jdbc.MysqlDataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;

import static org.junit.jupiter.api.Assertions.assertEquals;

class HistoryLookTest {

    /** Rows, not entries, are parked; conflicts are those of the last hour, as many as their summaries stand for. */
    @Test
    void aMySqlRegionIsLookedAt(@TempDir Path directory) throws SQLException {
        try (TestingMySql mysql = TestingMySql.start(directory)) {
            MysqlDataSource source = new MysqlDataSource();
            source.setUrl(mysql.jdbcUrl());
            MySqlControl.migrate(source);
            String parked = "insert into rowmesh.parked (origin, epoch, sequence, table_schema, table_name, row_key, kind, committed_at, `change`, `sqlstate`, reason, parked_at, header)"
                    + " values ('eu', 1, 1, 's', 't', '%s', 'insert', now(), '', '22001', 'r', now(), '')";
            String conflict = "insert into rowmesh.conflict (noted_at, type, table_schema, table_name, rule, decision, conflicts) values"
                    + " (utc_timestamp(6) - interval %d minute, %s, 's', 't', 'r', 'd', %d)";
            mysql.execute(parked.formatted("[\"1\"]"), parked.formatted("[\"1\"]"), parked.formatted("[\"2\"]"), conflict.formatted(59, "'insert_exists'", 5),
                    conflict.formatted(1, "'insert_exists'", 1), conflict.formatted(61, "'insert_exists'", 100), conflict.formatted(1, "null", 100));
            try (Connection connection = mysql.connect()) {
                assertEquals(new StatusReport.History(2, 6, 0), HistoryLook.read(connection));
            }
        }
    }
}
