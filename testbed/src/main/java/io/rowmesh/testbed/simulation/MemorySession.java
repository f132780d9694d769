package io.rowmesh.testbed.simulation;

import java.sql.SQLException;

/**
 * A session of a simulated database, bound to one replication origin: its transaction and the statement under way. What would have
 * to wait throws {@link Blocked}; the same call goes on later where it stopped, with the snapshot that its statement began with.
 */
final class MemorySession {

    private final World world;
    private final Database database;
    private final int origin;
    private final int life;
    private DbTransaction open;
    private boolean closed;
    /** The one under way, null between statements. */
    private MemoryStatement statement;
    private long snapshot;
    private boolean moved;

    MemorySession(Database database, int origin) {
        this.world = database.world;
        this.database = database;
        this.origin = origin;
        this.life = database.life;
    }

    /** The transaction that the next call belongs to. */
    DbTransaction transaction() throws SQLException {
        ping();
        if (open == null) {
            open = database.begin(origin, false);
        }
        return open;
    }

    /** Begins a statement, or goes on with the one that had to wait. */
    MemoryStatement begin(Table table) throws SQLException {
        DbTransaction own = transaction();
        if (statement == null) {
            if (table != null) {
                database.share(table, own);
            }
            snapshot = database.snapshot();
            statement = new MemoryStatement(own, snapshot);
        }
        own.waitsFor = null;
        return statement;
    }

    /** The same, for who keeps no place in it. */
    DbTransaction startStatement(Table table) throws SQLException {
        return begin(table).own;
    }

    /** Whether a statement had to wait, and goes on by the snapshot that it began with. */
    boolean isInStatement() {
        return statement != null;
    }

    boolean isOpen() {
        return !closed && life == database.life;
    }

    /** @throws SQLException when the connection is gone */
    void ping() throws SQLException {
        if (!isOpen()) {
            throw new SQLException("the connection is gone", "08006");
        }
    }

    /** Of the statement under way, or the last one. */
    long snapshot() {
        return snapshot;
    }

    /** Waits until nobody else writes the table. */
    void exclude(Table table) throws SQLException {
        DbTransaction own = transaction();
        own.waitsFor = null;
        database.exclude(table, own);
    }

    void endStatement() {
        statement = null;
    }

    /** @return the transaction that was committed; null when it had written nothing */
    DbTransaction commit() throws SQLException {
        DbTransaction own = transaction();
        if (own.wrote) {
            flush(own);
            database.makeVisible(own);
        } else {
            database.abort(own);
        }
        open = null;
        // One that failed has ended.
        statement = null;
        return own.wrote ? own : null;
    }

    /** The commit stands in the log, and may not be visible for a while, or to nobody who asked for it. */
    private void flush(DbTransaction own) throws SQLException {
        if (own.state == DbTransaction.State.ACTIVE) {
            database.append(own);
            if (world.choices.perMille(world.profile.trouble())) {
                throw new SQLException("the connection broke in the commit", "08006");
            }
            if (world.pauses(own)) {
                moved = true;
                throw Blocked.INSTANCE;
            }
        }
        if (world.now < own.pausedUntil) {
            throw Blocked.INSTANCE;
        }
    }

    void rollback() throws SQLException {
        if (open != null) {
            database.abort(transaction());
            open = null;
        }
        statement = null;
    }

    /** Lets anybody else act before the same call goes on. */
    void standAside() {
        moved = true;
        throw Blocked.INSTANCE;
    }

    /** Whether the step that is to be taken again has done something all the same. */
    boolean hasMoved() {
        boolean has = moved;
        moved = false;
        return has;
    }

    /** The connection ends. */
    void close() {
        closed = true;
        if (open != null && life == database.life) {
            database.leave(open);
        }
        open = null;
    }
}
