package io.rowmesh.node.history;

import io.rowmesh.applier.history.ConflictBatch;
import io.rowmesh.applier.history.ConflictRecord;
import io.rowmesh.applier.history.Decision;
import io.rowmesh.applier.history.NamedRow;
import io.rowmesh.applier.history.RowJson;
import io.rowmesh.applier.write.LocalDatabase;
import io.rowmesh.applier.write.ParkedRows;
import io.rowmesh.applier.write.StoredRows;
import io.rowmesh.node.admin.AdminServer;
import io.rowmesh.node.cli.Main;
import io.rowmesh.node.config.ConfigFile;
import io.rowmesh.node.config.NodeConfig;
import io.rowmesh.rules.ConflictType;
import io.rowmesh.schema.Column;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.TransactionHeader;
import io.rowmesh.schema.Version;
import io.rowmesh.schema.store.MySqlControl;
import io.rowmesh.testbed.Ports;
import io.rowmesh.testbed.TestingDatabase;
import io.rowmesh.testbed.TestingMySql;
import io.rowmesh.testbed.TestingPostgres;
import com.mysql.cj.jdbc.MysqlDataSource;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The same story in a region of each kind, and what people are told of it: the same texts. The node is stopped. */
class TextsOfBothDatabasesTest {

    private static final TableShape T = new TableShape(new TableId("public", "t"), List.of(new Column("a", "integer", true), new Column("b", "character varying(20)", true),
            new Column("v", "text", false), new Column("secret", "text", false)));
    private static final Version STORED = new Version(1_700_000_000_120_000L, "us");
    private static final SQLException BAD = new SQLException("the row is bad", "22001");

    @TempDir
    static Path directory;
    private static TestingPostgres postgres;
    private static TestingMySql mysql;
    private static Path ofPostgres;
    private static Path ofMySql;
    private static int admin;

    @BeforeAll
    static void tellTheStory() throws IOException, SQLException {
        postgres = TestingPostgres.start(directory.resolve("pg")).withControlTables();
        mysql = TestingMySql.start(directory.resolve("my"));
        MysqlDataSource source = new MysqlDataSource();
        source.setUrl(mysql.jdbcUrl());
        MySqlControl.migrate(source);
        admin = Ports.free();
        ofPostgres = config("url: postgresql://127.0.0.1:" + postgres.port() + "/postgres\n  user: postgres");
        ofMySql = config("kind: mysql\n  host: 127.0.0.1\n  name: app\n  schema: public\n  user: root\n  port: " + mysql.port());
        postgres.execute("insert into rowmesh.versions_since values (true, clock_timestamp())");
        tellTheStory(postgres, ofPostgres);
        tellTheStory(mysql, ofMySql);
    }

    @AfterAll
    static void stop() {
        postgres.close();
        mysql.close();
    }

    private static Path config(String database) throws IOException {
        return Files.writeString(Files.createTempFile(directory, "rowmesh", ".yaml"), """
                region: us
                database:
                  sslmode: disable
                  %s
                listen: { shipping: "127.0.0.1:%d", admin: "127.0.0.1:%d" }
                peers: [ { region: eu, address: "127.0.0.1:1" } ]
                tables: [ { match: "public.*", mode: active-active } ]
                private: [ { match: public.t, columns: [secret] } ]
                data-dir: data
                """.formatted(database, Ports.free(), admin));
    }

    private static Row row(String a, String b, String v) {
        return new Row(a, b, v, "hush");
    }

    private static void tellTheStory(TestingDatabase database, Path config) throws SQLException {
        String schema = database == postgres ? "public" : "app";
        database.execute("create table " + schema + ".t (a int, b varchar(20), v varchar(20) not null, secret varchar(20), primary key (a, b))",
                "create table " + schema + ".single (id decimal(10,3) primary key)", "insert into " + schema + ".single values (1.5)",
                "insert into " + schema + ".t values (1, 'x', 'stands', 'hush'), (2, 'y', 'two', null)",
                "insert into rowmesh.tombstone (table_schema, table_name, row_key, deleted_at, origin, epoch, sequence) values"
                        + " ('public', 't', '[\"3\",\"z\"]', '2023-11-14 22:13:20.1', 'eu', 1, 5), ('public', 't', '*', '2023-11-14 22:13:20', 'us', 1, 6)");
        NodeConfig read = ConfigFile.load(config);
        LocalDatabase local = LocalDatabases.of(read);
        try (Connection connection = database.connect()) {
            local.pin(connection);
            connection.setAutoCommit(false);
            local.history(connection, (table, column) -> column.equals("secret")).write(conflicts());
            ParkedRows parked = ParkedRows.load(connection, new RowJson((table, column) -> column.equals("secret"), "salt"),
                    change -> Optional.of(new StoredRows.Stored(NamedRow.of(T, row("1", "x", "stands")), STORED)));
            parked.park(header(8), new RowChange.Update(T, null, row("1", "x", "bad")), BAD);
            parked.park(header(9), new RowChange.Update(T, null, row("1", "x", "worse")), new SQLException("waits behind an earlier parked change of this row", "55000"));
            parked.park(header(10), new RowChange.Delete(T, row("2", "y", null)), BAD);
            connection.commit();
        }
    }

    private static TransactionHeader header(long sequence) {
        return new TransactionHeader("eu", 2, sequence, 1_700_000_000_100_000L + sequence, 0, 1, 1, List.of(), false);
    }

    private static ConflictBatch conflicts() {
        ConflictBatch batch = new ConflictBatch();
        ConflictRecord.Incoming incoming = new ConflictRecord.Incoming(NamedRow.of(T, row("1", "x", "theirs\n")), new Version(1_700_000_000_000_000L, "eu"), 2, 7);
        batch.add(ConflictRecord.of(ConflictType.UPDATE_ORIGIN_DIFFERS, T.id(), "[\"1\",\"x\"]", "last-write-wins", Decision.KEPT_LOCAL,
                new ConflictRecord.Side(NamedRow.of(T, row("1", "x", "stands")), STORED), incoming));
        batch.add(ConflictRecord.of(ConflictType.UPDATE_DELETED, T.id(), "[\"3\",\"z\"]", "last-write-wins", Decision.APPLIED,
                new ConflictRecord.Side(null, STORED), incoming));
        ConflictRecord more = ConflictRecord.of(ConflictType.DELETE_MISSING, T.id(), "[\"4\",\"\"]", "last-write-wins", Decision.DROPPED, null, incoming);
        batch.count(more, Decision.DROPPED, 3);
        return batch;
    }

    private static String run(Path config, String... arguments) {
        StringWriter out = new StringWriter();
        CommandLine commandLine = Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(out, true));
        int exitCode = commandLine.execute(Stream.concat(Arrays.stream(arguments), Stream.of("--config", config.toString())).toArray(String[]::new));
        return exitCode + "\n" + out;
    }

    /** But for when it was noted, and hashes, which each database has its own of. */
    private static String told(Path config, String... arguments) {
        return run(config, arguments).replaceAll("202[4-9]-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d(\\.\\d{1,6})?\\+00", "NOW").replaceAll("[0-9a-f]{64}|sha256 [0-9a-f]{12}", "HASH")
                .replaceAll(" +|--+", " ");
    }

    private static String same(String... arguments) {
        String told = told(ofPostgres, arguments);
        assertEquals(told, told(ofMySql, arguments));
        return told;
    }

    @Test
    void conflictsAndParkedRowsAreToldInTheSameWords() {
        String list = same("conflicts", "list");
        assertTrue(list.startsWith("0\n") && list.lines().count() == 5 && list.contains("update_deleted"), list);
        assertEquals(3, same("conflicts", "list", "--table", "public.t", "--type", "update_deleted", "--since", "1h").lines().count());
        assertEquals(5, same("conflicts", "list", "--table", "t").lines().count());
        assertEquals("0\nNo conflicts.\n", same("conflicts", "list", "--since", "1ms"));
        assertTrue(same("conflicts", "list", "--json", "--limit", "2").contains("\"storedAt\" : \"2023-11-14 22:13:20.12+00\""));
        assertTrue(same("conflicts", "show", "1").contains("was left out, as the row of us at 2023-11-14 22:13:20.12+00 stays"));
        assertTrue(same("conflicts", "show", "3").contains("3 further changes of one transaction of eu were dropped"));
        assertTrue(same("conflicts", "show", "77").startsWith("1\n"));
        assertTrue(same("parked", "list").contains("entry 1"));
        assertTrue(same("parked", "list", "--json").contains("\"committedAt\" : \"2023-11-14 22:13:20.100008+00\""));
        assertTrue(same("parked", "list", "--limit", "1").contains("2 more are not shown."));
        assertTrue(same("parked", "show", "1").contains("behind it 1 later change of this key waits"));
        assertTrue(same("parked", "show", "2", "--json").contains("\"waitsFor\" : 1"));
        assertTrue(same("parked", "show", "s1").startsWith("1\n"));
        assertTrue(same("parked", "retry", "--wait", "0", "1").contains("entry 2: the node has not taken it up yet"));
        assertTrue(same("parked", "retry", "--wait", "0", "--all").contains("entry 3: the node has not taken it up yet"));
        assertTrue(same("parked", "retry", "--wait", "0", "44").startsWith("1\nThere is no parked entry 44."));
        assertTrue(same("parked", "show", "1").contains("retry asked for at NOW"));

        assertTrue(same("why", "t", "[\"3\", \"z\"]").contains("A delete of it in eu at 2023-11-14 22:13:20.1+00 is remembered"));
        assertTrue(same("why", "public.t", "[\"9\", \"none\"]").contains("A truncate of the table in us at 2023-11-14 22:13:20+00"));
        assertTrue(same("why", "nowhere", "1").contains("there is no table nowhere"));
        assertTrue(same("why", "t", "x").startsWith("1\n"));
        whyTheRowStands();

        assertTrue(same("parked", "settle", "1", "--with", "local").contains("settled 2 parked changes of public.t [\"1\",\"x\"]: with the row of this region"));
        assertTrue(same("parked", "settle", "1", "--with", "local").contains("entry 1 is not parked any more: it was settled at NOW"));
        assertTrue(same("parked", "settle", "3", "--with", "remote").contains("with the row of eu, the row was deleted"));
        assertEquals("0\nNothing is parked.\n", same("parked", "list"));
        assertEquals("1|x|stands|hush", mysql.lines("select * from t"));
        // Which version stood there a MySQL region's command line does not know.
        assertEquals(told(ofPostgres, "conflicts", "list").replace("eu us settled", "eu - settled"), told(ofMySql, "conflicts", "list"));
    }

    /** However many zeros the canonical key of a decimal has. */
    private static String single(Path config, String key) {
        return told(config, "why", "single", key).replaceAll("(It was last written in|When and where it was last) .*", "").replaceAll("\\.?0*\"\\]", "\"]");
    }

    /** A MySQL region's node is asked for the version, as nobody else knows it. */
    private static void whyTheRowStands() {
        String[] arguments = {"why", "t", "[\"1\", \"x\"]"};
        String one = told(ofPostgres, arguments);
        assertTrue(one.contains("The row stands here. It was last written in us (this region) at NOW."), one);
        assertTrue(one.contains("secret = (private)") && one.contains("waits behind entry 1"), one);
        String other = told(ofMySql, arguments);
        assertEquals(one.replaceAll("It was last written in .*", ""), other.replaceAll("When and where it was last .*", ""));
        assertTrue(other.contains("is known to the running node only: the node does not answer on"), other);
        for (String key : new String[] {"1.500", "01.5", "7", "1.00", " 1"}) {
            assertEquals(single(ofPostgres, key), single(ofMySql, key));
        }
        try (AdminServer node = AdminServer.start(ConfigFile.load(ofMySql).listen().admin(), new AdminServer.Sources(List::of, () -> null,
                new PrometheusMeterRegistry(PrometheusConfig.DEFAULT), Optional.of(row -> row.key().equals("[\"1\",\"x\"]") ? STORED : null)))) {
            assertTrue(told(ofMySql, arguments).contains("It was last written in us (this region) at 2023-11-14 22:13:20.120000+00."));
            assertTrue(told(ofMySql, "why", "t", "[\"2\", \"y\"]").contains("When and where it was last written is not known any more."));
            assertTrue(node.port() == admin);
        }
    }
}
