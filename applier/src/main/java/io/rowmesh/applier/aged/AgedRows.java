package io.rowmesh.applier.aged;

import io.rowmesh.applier.write.ApplierSession;
import io.rowmesh.applier.write.KeyLocks;
import io.rowmesh.schema.ReplicationOrigin;
import io.rowmesh.schema.TableId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * Sees to it that no row of the tables gets older than its database can tell ({@link Ageing}): now and then, a quarter of a thousand
 * millions of transactions apart, it looks at all rows and writes old ones anew ({@link AgedTable}). A little at a time; one thread.
 */
public final class AgedRows implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(AgedRows.class);
    private static final Duration CHECK_EVERY = Duration.ofSeconds(60);
    /** Of each call, and while others have to wait. */
    private static final Duration AT_ONCE = Duration.ofMillis(300);
    private static final Duration AT_ONCE_FIRST = Duration.ofSeconds(10);

    private final DataSource pool;
    private final ApplierSession sessions;
    private final KeyLocks locks;
    private final Tables tables;

    private final Deque<Due> due = new ArrayDeque<>();
    /** Of the last look at each table. */
    private final Map<TableId, String> refusals = new LinkedHashMap<>();
    private Connection connection;
    private AgedTable current;
    private long nextCheck = System.nanoTime();

    private volatile boolean first = true;
    private volatile boolean closed;
    private volatile String notice;

    /** Reads the tables to which changes of other regions are applied. */
    public interface Tables {
        Collection<TableId> read(Connection connection) throws SQLException;
    }

    private record Due(TableId table, Ageing.Plan plan) {
    }

    /** @param sessions opens the connection that old rows are written by, while there is something to look at */
    public AgedRows(DataSource pool, ApplierSession sessions, KeyLocks locks, Tables tables) {
        this.pool = pool;
        this.sessions = sessions;
        this.locks = locks;
        this.tables = tables;
    }

    /** Whether nothing may be applied yet, as rows may be older than can be told. */
    public boolean comesFirst() {
        return first;
    }

    /** What it does, in a sentence; none while there is nothing to do. */
    public Optional<String> notice() {
        return Optional.ofNullable(notice);
    }

    /** Works on for a moment. To be called every second or so. */
    public void round() throws SQLException {
        if (closed) {
            return;
        }
        try {
            if (due.isEmpty() && System.nanoTime() - nextCheck >= 0) {
                check();
                nextCheck = System.nanoTime() + CHECK_EVERY.toNanos();
            }
            work();
        } catch (SQLException | RuntimeException e) {
            restart();
            throw e;
        }
        first = isFirstDue();
        if (due.isEmpty()) {
            notice = refusals.isEmpty() ? null : String.join("; ", refusals.values());
            disconnect();
        }
    }

    private boolean isFirstDue() {
        return due.stream().anyMatch(each -> each.plan().first());
    }

    private void work() throws SQLException {
        long until = System.nanoTime() + (isFirstDue() ? AT_ONCE_FIRST : AT_ONCE).toNanos();
        boolean free = true;
        while (free && !closed && !due.isEmpty() && System.nanoTime() - until < 0) {
            free = tryStep() && (current == null || !current.isHeld());
        }
    }

    /** Returns false where somebody holds the table: then another one comes first. */
    private boolean tryStep() throws SQLException {
        try {
            step();
            return true;
        } catch (SQLException e) {
            if (connection == null || !AgedTable.isBusy(e)) {
                throw e;
            }
            connection.rollback();
            current = null;
            due.add(due.removeFirst());
            notice = due.peekLast().table() + " is locked by somebody, and is to be looked at for old rows";
            return false;
        }
    }

    private void check() throws SQLException {
        try (Connection looking = pool.getConnection()) {
            long now = AgedNotes.number(looking);
            Map<TableId, Long> lookedAt = AgedNotes.lookedAt(looking);
            for (TableId table : tables.read(looking)) {
                Ageing.Plan plan = Ageing.plan(now, lookedAt.get(table));
                switch (plan) {
                    case REST -> { }
                    case NOTE -> AgedNotes.looked(looking, table, now);
                    case LOOK, LOOK_FIRST, DOUBT_ALL -> due.add(new Due(table, plan));
                }
            }
        }
    }

    private void step() throws SQLException {
        Due next = due.peekFirst();
        if (connection == null) {
            connect();
        }
        if (current == null) {
            begin(next);
        } else if (!current.step()) {
            end(next);
        } else {
            tell(next);
        }
    }

    /** The former session has ended then. */
    private void connect() throws SQLException {
        connection = sessions.open(ReplicationOrigin.AGED_ROWS);
        locks.settle(ReplicationOrigin.AGED_ROWS);
        try (Statement statement = connection.createStatement()) {
            statement.execute("set lock_timeout = " + AgedTable.PATIENCE.toMillis());
        }
        connection.commit();
    }

    private void begin(Due next) throws SQLException {
        try {
            AgedNotes.looked(connection, next.table(), null);
            connection.commit();
            current = new AgedTable(connection, locks, next.table(), next.plan(), AgedNotes.number(connection));
            tell(next);
        } catch (SQLException e) {
            if (!"42P01".equals(e.getSQLState())) {
                throw e;
            }
            connection.rollback();
            due.removeFirst();
        }
    }

    /** A table whose rows were moved meanwhile is looked at again. */
    private void end(Due done) throws SQLException {
        if (current.complete()) {
            AgedNotes.looked(connection, done.table(), current.began());
            if (done.plan().first()) {
                AgedNotes.met(connection);
            }
            connection.commit();
            due.removeFirst();
            tellEnd(done.table());
        }
        current = null;
    }

    private void tellEnd(TableId table) {
        refusals.remove(table);
        current.refusal().ifPresent(sentence -> {
            LOG.warn("{}", sentence);
            refusals.put(table, sentence);
        });
        if (current.written() > 0) {
            LOG.info("{} rows of {} were written anew, as they were old: written more than {} transactions ago", current.written(), table, Ageing.OLD);
        }
    }

    private void tell(Due next) {
        notice = "looks for rows that were written more than " + next.plan().olderThan() + " transactions ago and writes them anew"
                + (next.plan().first() ? ", before anything is applied" : "") + ": " + next.table() + " " + current.percent() + " %, "
                + current.written() + " rows written" + (current.busy() > 0 ? ", " + current.busy() + " pieces with rows that somebody holds" : "")
                + "; " + due.size() + " tables left";
    }

    /** A table that was half done begins anew. */
    private void restart() {
        due.clear();
        nextCheck = System.nanoTime();
        try {
            disconnect();
        } catch (SQLException e) {
            LOG.debug("closing: {}", e.getMessage());
        }
    }

    @Override
    public void close() throws SQLException {
        closed = true;
        disconnect();
    }

    private void disconnect() throws SQLException {
        current = null;
        if (connection != null) {
            Connection old = connection;
            connection = null;
            old.close();
        }
    }
}
