package io.rowmesh.agent.binlog;

import io.rowmesh.schema.Row;
import io.rowmesh.testbed.TestingMySql;
import io.rowmesh.testbed.Wait;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Reads a server's log on a thread of its own and keeps what it is told as texts. */
public class TestingLog implements LogReader, AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final TestingMySql mysql;
    final BinlogPositions positions = new BinlogPositions();
    /** Whole transactions: the texts of their rows and statements. */
    final List<List<String>> transactions = new CopyOnWriteArrayList<>();
    final List<Long> micros = new CopyOnWriteArrayList<>();
    final List<Row> rows = Collections.synchronizedList(new ArrayList<>());
    volatile LoggedTable table;
    volatile long reached;
    volatile String set;
    volatile Throwable failure;
    volatile boolean open;
    private int port;
    private List<String> current;
    private BinlogStream stream;
    private Thread thread;

    TestingLog(TestingMySql mysql) {
        this.mysql = mysql;
        this.set = mysql.value("select @@gtid_executed");
        this.port = mysql.port();
    }

    /** Connects there and not to the server itself. */
    TestingLog through(int otherPort) {
        port = otherPort;
        return this;
    }

    TestingLog start() {
        failure = null;
        open = false;
        stream = new BinlogStream(new BinlogAddress("127.0.0.1", port, "root", null, "disabled"), 77, false, GtidSet.parse(set), positions, this);
        thread = new Thread(this::read);
        thread.start();
        return this;
    }

    private void read() {
        try {
            stream.run();
        } catch (Throwable e) {
            failure = e;
        }
    }

    void stop() {
        stream.close();
        try {
            thread.join(PATIENCE.toMillis());
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** The position that the server says its log ends at. */
    long end() {
        List<String> status = mysql.query("show master status").get(0);
        return positions.of(status.get(0), Long.parseLong(status.get(1)));
    }

    void drain() {
        long end = end();
        Wait.until(PATIENCE, () -> "not reached " + end + " but " + reached + ": " + failure,
                () -> Long.compareUnsigned(reached, end) >= 0 || failure != null);
        if (failure != null) {
            throw new AssertionError(failure);
        }
    }

    String awaitFailure() {
        Wait.until(PATIENCE, () -> "no failure", () -> failure != null);
        return failure.getMessage();
    }

    List<String> texts() {
        return transactions.stream().flatMap(List::stream).toList();
    }

    @Override
    public void opened() {
        open = true;
    }

    @Override
    public boolean wants(String database, String table) {
        return wants(database);
    }

    @Override
    public boolean wants(String database) {
        return database.equals("app");
    }

    @Override
    public void begin(String gtid, long commitMicros) {
        current = new ArrayList<>();
        micros.add(commitMicros);
    }

    @Override
    public void insert(LoggedTable of, Row after) {
        table = of;
        rows.add(after);
        current.add("insert " + of.name() + after);
    }

    @Override
    public void update(LoggedTable of, Row before, Row after) {
        current.add("update " + of.name() + before + after);
    }

    @Override
    public void delete(LoggedTable of, Row before) {
        current.add("delete " + of.name() + before);
    }

    @Override
    public void statement(LoggedStatement statement) {
        current.add(statement.kind() + " " + statement.tables().stream().map(t -> t.database() + "." + t.name()).toList());
    }

    @Override
    public void end(long position, GtidSet read) {
        transactions.add(current);
        set = read.toString();
    }

    @Override
    public void reached(long position) {
        reached = position;
    }

    @Override
    public void idle() {
        // Nothing is put off.
    }

    @Override
    public void close() {
        stop();
    }
}
