package io.rowmesh.applier.mysql;

import io.rowmesh.applier.history.NamedRow;
import io.rowmesh.applier.locking.LockedRows.Piece;
import io.rowmesh.applier.touch.PendingTouch;
import io.rowmesh.applier.touch.TouchMessage;
import io.rowmesh.applier.touch.TouchSession;
import io.rowmesh.schema.RestatedRow;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.mysql.MySqlNames;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;

/** An ordinary session of the node: no progress and no tag, so what it says is captured. */
final class MySqlTouchSession implements TouchSession {

    private final Connection connection;
    private final MySqlCatalog catalog;
    private final MySqlNames names;
    private final MySqlWrites rows;
    private boolean alone;

    private MySqlTouchSession(Connection connection, MySqlNames names) {
        this.connection = connection;
        this.catalog = new MySqlCatalog(connection, names);
        this.names = names;
        this.rows = new MySqlWrites(connection, names);
    }

    /** @param connection of a pool; closed with the session */
    static MySqlTouchSession over(Connection connection, MySqlNames names) throws SQLException {
        try (Statement settings = connection.createStatement()) {
            // Nobody waits long behind a touch.
            settings.execute("set session innodb_lock_wait_timeout = 2, session lock_wait_timeout = 2, session time_zone = '+00:00', session transaction_isolation = 'READ-COMMITTED'");
            connection.setAutoCommit(false);
            return new MySqlTouchSession(connection, names);
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    @Override
    public List<PendingTouch> oldest(int limit) throws SQLException {
        return MySqlPending.oldest(connection, limit);
    }

    @Override
    public long clockMicros() throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("select " + MySqlTime.micros("sysdate(6)"));
             ResultSet row = query.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }

    /** Its rows are read under their locks, which its writer has freed by then. */
    @Override
    public boolean isVisible(PendingTouch key) {
        return true;
    }

    @Override
    public void touch(List<PendingTouch> keys, String secret) throws SQLException {
        TableId table = keys.get(0).key().table();
        if (keys.get(0).key().isWholeTable()) {
            touchAll(keys.get(0), table, secret);
            return;
        }
        Map<String, NamedRow> standing = rows.lock(table, keys.stream().map(key -> key.key().key()).toList());
        for (PendingTouch key : keys) {
            say(TouchMessage.PREFIX, new TouchMessage(key.key(), false, key.position()).content(secret));
        }
        for (NamedRow row : standing.values()) {
            restate(table, row, secret);
        }
        for (PendingTouch key : keys) {
            if (!standing.containsKey(key.key().key())) {
                say(TouchMessage.PREFIX, new TouchMessage(key.key(), true, key.position()).content(secret));
            }
        }
    }

    /** Nobody else writes the table meanwhile: a row that came behind the look, below the touch's timestamp, would go with it elsewhere. */
    private void touchAll(PendingTouch whole, TableId table, String secret) throws SQLException {
        TableShape shape = catalog.table(table).shape();
        execute("lock tables " + names.quoted(shape.id()) + " write, rowmesh.message write");
        alone = true;
        say(TouchMessage.PREFIX, new TouchMessage(whole.key(), false, whole.position()).content(secret));
        say(TouchMessage.PREFIX, new TouchMessage(whole.key(), true, whole.position()).content(secret));
        Piece piece = rows.lockPiece(table, null);
        while (true) {
            for (NamedRow row : piece.rows().values()) {
                restate(table, row, secret);
            }
            if (piece.next() == null) {
                return;
            }
            piece = rows.lockPiece(table, piece.next());
        }
    }

    private void restate(TableId table, NamedRow row, String secret) throws SQLException {
        TableShape shape = catalog.table(table).shape();
        Row after = new Row(shape.columns().stream().map(column -> row.get(column.name())).toArray(String[]::new));
        say(RestatedRow.PREFIX, RestatedRow.content(secret, new RowChange.Update(shape, null, after)));
    }

    /** The row is in the log, and need not stay. */
    private void say(String prefix, String content) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("insert into rowmesh.message (prefix, content) values (?, ?)");
             PreparedStatement delete = connection.prepareStatement("delete from rowmesh.message where number = last_insert_id()")) {
            insert.setString(1, prefix);
            insert.setString(2, content);
            insert.execute();
            delete.execute();
        }
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void commit() throws SQLException {
        connection.commit();
        letOthers();
    }

    @Override
    public void rollback() throws SQLException {
        connection.rollback();
        letOthers();
    }

    private void letOthers() throws SQLException {
        if (alone) {
            execute("unlock tables");
            alone = false;
        }
    }

    @Override
    public void close() throws SQLException {
        try (Connection closing = connection) {
            rollback();
        }
    }
}
