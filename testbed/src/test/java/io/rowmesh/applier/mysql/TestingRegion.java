package io.rowmesh.applier.mysql;

import com.mysql.cj.jdbc.MysqlDataSource;
import io.rowmesh.applier.write.ApplierOptions;
import io.rowmesh.schema.Column;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.TransactionHeader;
import io.rowmesh.schema.mysql.MySqlNames;
import io.rowmesh.schema.store.MySqlControl;
import io.rowmesh.testbed.TestingMySql;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;

/** A MySQL server whose database {@code app} travels as the schema shop, with control tables. */
final class TestingRegion implements AutoCloseable {

    static final MySqlNames NAMES = new MySqlNames("app", "shop");

    static final ApplierOptions OPTIONS = new ApplierOptions("us", Set.of("eu", "ap"), table -> true, Duration.ofSeconds(5));

    final TestingMySql mysql;
    private final List<Connection> open = new ArrayList<>();

    TestingRegion(Path directory) {
        mysql = TestingMySql.start(directory);
        MySqlControl.migrate(dataSource());
    }

    MysqlDataSource dataSource() {
        MysqlDataSource server = new MysqlDataSource();
        server.setUrl(mysql.jdbcUrl());
        return server;
    }

    MySqlSession sessions() {
        return new MySqlSession(mysql.jdbcUrl(), new Properties(), "app");
    }

    Connection connection(String origin) throws SQLException {
        Connection connection = sessions().open(origin);
        open.add(connection);
        return connection;
    }

    static MySqlRows rows(Connection connection, String origin) throws SQLException {
        return new MySqlRows(connection, NAMES, origin, log(connection), new FedVersions(), () -> Long.MAX_VALUE, OPTIONS);
    }

    static MySqlLog log(Connection connection) {
        return new MySqlLog(connection, TestingRegion::position);
    }

    static long position(String file, long offset) {
        return Long.parseLong(file.substring(file.lastIndexOf('.') + 1)) << 36 | offset;
    }

    MySqlRows rows(String origin) throws SQLException {
        return rows(connection(origin), origin);
    }

    /** Of a table in which all is plain: the first column is the key. */
    static TableShape shape(String table, String... namesAndTypes) {
        List<Column> columns = new ArrayList<>();
        for (int i = 0; i < namesAndTypes.length; i += 2) {
            columns.add(new Column(namesAndTypes[i], namesAndTypes[i + 1], i == 0));
        }
        return new TableShape(new TableId("shop", table), columns);
    }

    static RowChange insert(TableShape shape, String... values) {
        return new RowChange.Insert(shape, new Row(values));
    }

    static RowChange update(TableShape shape, String... values) {
        return new RowChange.Update(shape, null, new Row(values));
    }

    static TransactionHeader header(String origin, long sequence, long micros) {
        return new TransactionHeader(origin, 1, sequence, micros, sequence, 1, 1, List.of(), false);
    }

    /** Ends the sessions of a test. */
    void endSessions() throws SQLException {
        for (Connection connection : open) {
            connection.close();
        }
        open.clear();
    }

    @Override
    public void close() throws SQLException {
        endSessions();
        mysql.close();
    }
}
