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
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
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

    private static final String NUMBER = "select rowmesh.next_number()";
    private static final String LOOKED = "select looked_at from rowmesh.aged_rows where table_schema = ? and table_name = ?";
    private static final String ADD = "insert into rowmesh.aged_rows (table_schema, table_name, relid, looked_at)"
            + " select n.nspname, c.relname, c.oid, ? from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = ? and c.relname = ?"
            + " on conflict (table_schema, table_name) do update set relid = excluded.relid, looked_at = coalesce(excluded.looked_at, aged_rows.looked_at)";

    /** Numbers that were used again while it was looked at everything for the first time tell nothing of rows from before. */
    private static final String MET = "update rowmesh.versions_since set met = rowmesh.next_number() where rowmesh.next_number() >= 4294967296";

    private final DataSource pool;
    private final ApplierSession sessions;
    private final KeyLocks locks;
    private final Tables tables;

    private final Deque<Due> due = new ArrayDeque<>();
    /** Of the last look at each table. */
    private final List<String> refusals = new ArrayList<>();
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
        boolean left = due.stream().anyMatch(each -> each.plan().first());
        if (first && !left) {
            meet();
        }
        first = left;
        if (due.isEmpty()) {
            notice = refusals.isEmpty() ? null : String.join("; ", refusals);
            disconnect();
        }
    }

    private void work() throws SQLException {
        long until = System.nanoTime() + (due.stream().anyMatch(each -> each.plan().first()) ? AT_ONCE_FIRST : AT_ONCE).toNanos();
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

    private void meet() throws SQLException {
        try (Connection noting = pool.getConnection(); Statement statement = noting.createStatement()) {
            statement.execute(MET);
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
                    case LOOK, LOOK_FIRST, DOUBT_ALL -> {
                        refusals.removeIf(sentence -> sentence.contains(" rows of " + table + " "));
                        due.add(new Due(table, plan));
                    }
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
            end();
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
            looked(connection, next.table(), null);
            connection.commit();
            current = new AgedTable(connection, locks, next.table(), next.plan(), now(connection));
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
            current.refusal().ifPresent(this::refuse);
            if (current.written() > 0) {
                LOG.info("{} rows of {} were written anew, as they were old: written more than {} transactions ago", current.written(), current.id(), Ageing.OLD);
            }
        }
        current = null;
    }

    private void refuse(String sentence) {
        LOG.warn("{}", sentence);
        refusals.add(sentence);
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
            add.setObject(1, number, java.sql.Types.BIGINT);
            add.setString(2, table.schema());
            add.setString(3, table.name());
            add.execute();
        }
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
