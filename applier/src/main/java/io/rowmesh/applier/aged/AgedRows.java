package io.rowmesh.applier.aged;

import io.rowmesh.applier.write.ApplierSession;
import io.rowmesh.applier.write.KeyLocks;
import io.rowmesh.schema.ReplicationOrigin;
import io.rowmesh.schema.TableId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * Sees to it that no row of the tables gets older than its database can tell ({@link Ageing}): now and then, a quarter of a thousand
 * millions of transactions apart, it looks at all rows and writes old ones anew ({@link AgedTable}). A little at a time; one thread.
 */
public final class AgedRows implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(AgedRows.class);
    private static final Duration CHECK_EVERY = Duration.ofSeconds(60);
    /** Of each call. */
    private static final Duration AT_ONCE = Duration.ofMillis(300);

    private static final String NUMBER = "select rowmesh.next_number()";
    private static final String LOOKED = "select looked_at from rowmesh.aged_rows where table_schema = ? and table_name = ?";
    private static final String ADD = "insert into rowmesh.aged_rows (table_schema, table_name, looked_at) values (?, ?, ?) on conflict (table_schema, table_name)"
            + " do update set looked_at = coalesce(excluded.looked_at, aged_rows.looked_at)";

    private final DataSource pool;
    private final ApplierSession sessions;
    private final KeyLocks locks;
    private final Tables tables;

    private final Deque<Due> due = new ArrayDeque<>();
    private Connection connection;
    private AgedTable current;
    private long nextCheck = System.nanoTime();

    private volatile boolean first = true;
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
        try {
            if (due.isEmpty() && System.nanoTime() - nextCheck >= 0) {
                check();
                nextCheck = System.nanoTime() + CHECK_EVERY.toNanos();
            }
            long until = System.nanoTime() + AT_ONCE.toNanos();
            while (!due.isEmpty() && System.nanoTime() - until < 0) {
                step();
            }
        } catch (SQLException | RuntimeException e) {
            restart();
            throw e;
        }
        first = due.stream().anyMatch(each -> each.plan().first());
        if (due.isEmpty()) {
            notice = null;
            close();
        }
    }

    private void check() throws SQLException {
        try (Connection looking = pool.getConnection()) {
            long now = now(looking);
            for (TableId table : tables.read(looking)) {
                Ageing.Plan plan = Ageing.plan(now, lookedAt(looking, table));
                switch (plan) {
                    case REST -> { }
                    case NOTE -> looked(looking, table, now);
                    case LOOK, LOOK_FIRST, DOUBT_ALL -> due.add(new Due(table, plan));
                }
            }
        }
    }

    private void step() throws SQLException {
        Due next = due.peekFirst();
        if (connection == null) {
            connection = sessions.open(ReplicationOrigin.AGED_ROWS);
            locks.settle(ReplicationOrigin.AGED_ROWS);
        }
        if (current == null) {
            begin(next);
        } else if (!current.step()) {
            end();
        } else {
            tell(next);
        }
    }

    private void begin(Due next) throws SQLException {
        try {
            looked(connection, next.table(), null);
            current = new AgedTable(connection, locks, next.table(), next.plan(), now(connection));
            connection.commit();
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
    private void end() throws SQLException {
        if (current.complete()) {
            looked(connection, current.id(), current.began());
            connection.commit();
            due.removeFirst();
            if (current.written() > 0) {
                LOG.info("{} rows of {} were written anew, as they were old: written more than {} transactions ago", current.written(), current.id(), Ageing.OLD);
            }
        }
        current = null;
    }

    private void tell(Due next) {
        notice = "looks for rows that were written more than " + next.plan().olderThan() + " transactions ago and writes them anew"
                + (next.plan().first() ? ", before anything is applied" : "") + ": " + next.table() + " " + current.percent() + " %, "
                + current.written() + " rows written" + (current.busy() > 0 ? ", " + current.busy() + " pieces with rows that somebody holds" : "")
                + "; " + due.size() + " tables left";
    }

    private static long now(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement(); ResultSet row = statement.executeQuery(NUMBER)) {
            row.next();
            return row.getLong(1);
        }
    }

    private static Long lookedAt(Connection connection, TableId table) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(LOOKED)) {
            query.setString(1, table.schema());
            query.setString(2, table.name());
            try (ResultSet row = query.executeQuery()) {
                return row.next() ? row.getObject(1, Long.class) : null;
            }
        }
    }

    private static void looked(Connection connection, TableId table, Long number) throws SQLException {
        try (PreparedStatement add = connection.prepareStatement(ADD)) {
            add.setString(1, table.schema());
            add.setString(2, table.name());
            add.setObject(3, number, java.sql.Types.BIGINT);
            add.execute();
        }
    }

    /** A table that was half done begins anew. */
    private void restart() {
        due.clear();
        nextCheck = System.nanoTime();
        try {
            close();
        } catch (SQLException e) {
            LOG.debug("closing: {}", e.getMessage());
        }
    }

    @Override
    public void close() throws SQLException {
        current = null;
        if (connection != null) {
            Connection old = connection;
            connection = null;
            old.close();
        }
    }
}
