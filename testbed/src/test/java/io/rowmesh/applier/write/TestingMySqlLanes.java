package io.rowmesh.applier.write;

import com.mysql.cj.jdbc.MysqlDataSource;
import io.rowmesh.agent.binlog.BinlogAddress;
import io.rowmesh.agent.binlog.BinlogPositions;
import io.rowmesh.agent.versions.VersionIndex;
import io.rowmesh.agent.versions.VersionReader;
import io.rowmesh.applier.locking.RowVersions;
import io.rowmesh.applier.mysql.MySqlRegion;
import io.rowmesh.applier.mysql.MySqlSession;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TransactionHeader;
import io.rowmesh.schema.Version;
import io.rowmesh.schema.mysql.MySqlNames;
import io.rowmesh.testbed.TestingMySql;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/** The writing side of region us over one MySQL database, as {@link TestingLanes}, with versions that are read from the server's log. */
final class TestingMySqlLanes implements AutoCloseable {

    static final MySqlNames NAMES = new MySqlNames("app", "shop");

    final ApplierOptions options;
    final LocalWrites localWrites;
    private final TestingMySql mysql;
    private final VersionIndex versionIndex;
    private final VersionReader reader;
    private final BinlogPositions positions = new BinlogPositions();
    private final MySqlRegion sessions;
    private final KeyLocks locks = new KeyLocks(table -> false);
    private final TombstoneIndex index = new TombstoneIndex();
    private final Map<String, LaneWriter> lanes = new TreeMap<>();
    private final Map<String, Long> sequences = new HashMap<>();

    TestingMySqlLanes(TestingMySql mysql, Path directory, Set<TableId> tables) throws SQLException {
        this.mysql = mysql;
        Predicate<TableId> all = table -> true;
        this.options = new ApplierOptions("us", Set.of("eu", "ap"), all, Duration.ofSeconds(5));
        this.versionIndex = VersionIndex.open(directory.resolve("versions"));
        this.reader = new VersionReader("us", dataSource(mysql), new BinlogAddress("127.0.0.1", mysql.port(), "root", null, "disabled"), 77, NAMES,
                tables, versionIndex, positions, "secret", Duration.ofSeconds(15));
        reader.start();
        this.sessions = new MySqlRegion(new MySqlSession(mysql.jdbcUrl(), new Properties(), "app"), NAMES, this::versions, positions::of, () -> Long.MAX_VALUE);
        this.localWrites = new LocalWrites(sessions, options, locks, index);
        localWrites.start();
        for (String peer : options.peers()) {
            reconnect(peer);
        }
        reached();
    }

    static MysqlDataSource dataSource(TestingMySql mysql) {
        MysqlDataSource source = new MysqlDataSource();
        source.setUrl(mysql.jdbcUrl());
        return source;
    }

    private RowVersions versions(String server) {
        return new RowVersions() {
            @Override
            public void await(long position) throws SQLException {
                reader.await(server, position);
            }

            @Override
            public Version of(TableKey key) {
                return reader.of(key.table(), key.key());
            }

            @Override
            public long definitions() {
                return reader.definitions();
            }

            @Override
            public long sinceMicros(TableId table) {
                return reader.sinceMicros(table);
            }
        };
    }

    private void reached() throws SQLException {
        List<String> end = mysql.query("show master status").get(0);
        reader.await(mysql.value("select @@server_uuid"), positions.of(end.get(0), Long.parseLong(end.get(1))));
    }

    /** What the log says of a row. */
    Version version(TableId table, String key) throws SQLException {
        reached();
        return reader.of(table, key);
    }

    LaneWriter reconnect(String origin) throws SQLException {
        if (lanes.containsKey(origin)) {
            lanes.get(origin).close();
        }
        lanes.put(origin, LaneWriter.connect(origin, sessions, options, locks, index, new AppliedMarks()));
        return lanes.get(origin);
    }

    LaneWriter lane(String origin) {
        return lanes.get(origin);
    }

    Outcome apply(String origin, long micros, RowChange... changes) throws SQLException {
        long sequence = sequences.merge(origin, 1L, Long::sum);
        return lane(origin).apply(new TransactionHeader(origin, 1, sequence, micros, sequence, changes.length, 1, List.of(), false), List.of(changes));
    }

    /** The server's clock, microseconds. */
    long clock() {
        return Long.parseLong(mysql.value("select timestampdiff(microsecond, '1970-01-01', utc_timestamp(6))"));
    }

    @Override
    public void close() throws SQLException {
        for (LaneWriter lane : lanes.values()) {
            lane.close();
        }
        localWrites.close();
        reader.stop();
        versionIndex.close();
    }
}
