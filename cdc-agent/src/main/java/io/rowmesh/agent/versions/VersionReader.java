package io.rowmesh.agent.versions;

import io.rowmesh.agent.binlog.BinlogAddress;
import io.rowmesh.agent.binlog.BinlogException;
import io.rowmesh.agent.binlog.BinlogPositions;
import io.rowmesh.agent.binlog.BinlogStream;
import io.rowmesh.agent.binlog.GtidSet;
import io.rowmesh.agent.binlog.ServerState;
import io.rowmesh.agent.capture.CaptureStatus;
import io.rowmesh.agent.capture.Supervisor;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.Version;
import io.rowmesh.schema.mysql.MySqlNames;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;

/**
 * Knows when and where each row of a MySQL database was last written, by reading the server's log into a {@link VersionIndex}. It has
 * a connection of its own and waits for nobody, so that lanes can wait for it.
 */
public final class VersionReader {

    /** Of the SQLState of connections that fail: it passes. */
    private static final String NOT_READ = "08000";

    private final String region;
    private final DataSource database;
    private final BinlogAddress address;
    private final long serverId;
    private final MySqlNames names;
    private final Set<TableId> tables;
    private final VersionIndex index;
    private final BinlogPositions positions;
    private final String secret;
    private final Duration patience;
    private final Supervisor supervisor;
    private final AtomicLong transactions = new AtomicLong();
    private final AtomicLong definitions = new AtomicLong();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition moved = lock.newCondition();
    /** Everything before this position is in the index; 0 while no log is read. */
    private volatile long reached;
    /** What places were counted from when the log's stream began. */
    private volatile long reachedBase;
    private volatile BinlogStream stream;
    private volatile String readText = "";
    /** Identifier of the server whose log is read, or was read last. */
    private volatile String server = "";

    /**
     * @param region   the local region's id, the origin of what no tag says to be another's
     * @param serverId which no other reader of the server's log has
     * @param tables   the replicated ones, the heartbeat among them
     * @param secret   of the node, in each of its messages
     * @param patience how long {@link #await} waits at most
     */
    public VersionReader(String region, DataSource database, BinlogAddress address, long serverId, MySqlNames names, Set<TableId> tables,
                         VersionIndex index, BinlogPositions positions, String secret, Duration patience) {
        this.region = region;
        this.database = database;
        this.address = address;
        this.serverId = serverId;
        this.names = names;
        this.tables = Set.copyOf(tables);
        this.index = index;
        this.positions = positions;
        this.secret = secret;
        this.patience = patience;
        this.supervisor = new Supervisor("versions of region " + region, "versions-" + region, transactions::get, new Supervisor.Source() {
            @Override
            public void run() throws SQLException {
                runOnce();
            }

            @Override
            public boolean close() {
                return closeStream();
            }
        });
    }

    /** Returns at once. */
    public void start() {
        supervisor.start();
    }

    public void stop() {
        supervisor.stop();
    }

    /** How it goes. */
    public VersionStatus status() {
        Supervisor.View view = supervisor.view();
        return new VersionStatus(view.state(), view.error(), reached, readText);
    }

    /**
     * Returns once everything that stands in the log before a position is known here.
     *
     * @param of       identifier of the server in whose log that is: while the node's connections go from one server to another, some may be
     *                 there already and some not yet
     * @param position as {@link BinlogPositions} counts it
     * @throws SQLException when the log is not read just now, or not so far in time; the message says why
     */
    public void await(String of, long position) throws SQLException {
        long nanos = patience.toNanos();
        lock.lock();
        try {
            while (!(of.equals(server) && isReached(position))) {
                if (nanos <= 0 || supervisor.view().state() == CaptureStatus.State.FAILED) {
                    throw new SQLTransientException(late(of), NOT_READ);
                }
                nanos = moved.awaitNanos(nanos);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLTransientException("interrupted while waiting for the versions of rows", NOT_READ, e);
        } finally {
            lock.unlock();
        }
    }

    /** A place counted before a failover says nothing of the server that is read now, and the other way round. */
    private boolean isReached(long position) throws SQLException {
        long base = positions.base();
        if (Long.compareUnsigned(position, base) < 0) {
            throw new SQLTransientException("another server took over while the versions of rows were asked for: ask again", NOT_READ);
        }
        return base == reachedBase && Long.compareUnsigned(reached, position) >= 0;
    }

    private String late(String of) {
        String error = supervisor.view().error();
        if (error == null && !of.equals(server)) {
            // Where it leads to is found anew.
            closeStream();
            return "the versions of rows are read from the server " + server + ", and this connection leads to " + of + ": has another one taken over?";
        }
        return "the versions of rows are not known: " + (error != null ? error : "the server's log was not read up to its end within "
                + TimeUnit.NANOSECONDS.toSeconds(patience.toNanos()) + " s");
    }

    /** The version of a key's last write, if that left a row; null when the log has none since {@link #sinceMicros}. */
    public Version of(TableId table, String key) {
        return index.of(table, key);
    }

    /** How often the log has told that a table may have another form. */
    public long definitions() {
        return definitions.get();
    }

    /** A row of the table without a version was written before this, microseconds since 1970-01-01 UTC. */
    public long sinceMicros(TableId table) {
        return index.sinceMicros(table);
    }

    private void runOnce() throws SQLException {
        try {
            ServerState found = prepare();
            GtidSet read = index.read();
            server = found.uuid();
            readText = read.toString();
            reachedBase = positions.base();
            VersionLog log = new VersionLog(region, names, tables, index, secret, this::at, supervisor::opened, definitions::incrementAndGet);
            stream = new BinlogStream(address, serverId, found.foldsNames(), read, positions, log);
            if (!supervisor.isStopping()) {
                stream.run();
            }
        } finally {
            stream = null;
            at(0, null);
        }
    }

    private ServerState prepare() throws SQLException {
        try (Connection connection = database.getConnection()) {
            ServerState found = ServerState.read(connection);
            if (index.read() == null) {
                index.begin(found.executed(), found.clockMicros());
            }
            String lacks = found.lacks(index.read());
            if (lacks != null) {
                throw BinlogException.lasting("what was written meanwhile is not known: " + lacks);
            }
            index.reading(found.uuid(), tables, found.clockMicros());
            return found;
        }
    }

    private void at(long position, GtidSet read) {
        if (position != 0 && positions.base() != reachedBase) {
            throw BinlogException.passing("another server took over while its log was read");
        }
        lock.lock();
        try {
            reached = position;
            if (read != null) {
                transactions.incrementAndGet();
                readText = read.toString();
            }
            moved.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private boolean closeStream() {
        BinlogStream running = stream;
        if (running != null) {
            running.close();
        }
        return false;
    }
}
