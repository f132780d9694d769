package io.rowmesh.applier.write;

import io.rowmesh.applier.history.NamedRow;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.RowKey;
import io.rowmesh.schema.SeenMark;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.TransactionHeader;
import io.rowmesh.schema.Version;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs the guarded statements of users' tables on one connection. Rendered SQL is kept for each shape; the driver keeps the
 * prepared statements.
 */
final class TableWriter {

    private final Connection connection;
    private final LocalCatalog catalog;
    private final RegionOrigins origins;
    private final LaneContext lane;
    private final Map<TableShape, TableStatements> statements = new HashMap<>();

    TableWriter(Connection connection, RegionOrigins origins, LaneContext lane) {
        this.connection = connection;
        this.catalog = new LocalCatalog(connection);
        this.origins = origins;
        this.lane = lane;
    }

    TableStatements statements(TableShape shape) throws SQLException {
        TableStatements known = statements.get(shape);
        if (known == null) {
            known = TableStatements.render(shape, catalog.table(shape.id()));
            statements.put(shape, known);
        }
        return known;
    }

    /** Forgets what the local tables look like: after an error they may have been changed. */
    void forgetTables() {
        statements.clear();
    }

    /** Inserts or updates; the keys of the changes are distinct. */
    GroupResult upsert(TransactionHeader header, List<? extends RowChange> changes) throws SQLException {
        GroupResult group = upsert(header, changes, false);
        return group.isComplete() ? group : group.overtakenBy(upsert(header, changes, true));
    }

    /** @param again whether only for rows that may have come while the statement was run before */
    private GroupResult upsert(TransactionHeader header, List<? extends RowChange> changes, boolean again) throws SQLException {
        TableShape shape = changes.get(0).table();
        TableStatements sql = statements(shape);
        String written = Micros.text(header.commitMicros());
        try (PreparedStatement statement = connection.prepareStatement(sql.upsert())) {
            int p = seen(statement, rows(statement, changes, sql.positions()), header);
            statement.setString(p++, shape.id().schema());
            statement.setString(p++, shape.id().name());
            statement.setString(p++, written);
            statement.setString(p++, lane.origin());
            statement.setLong(p++, lane.ownNumber());
            p = guard(statement, p, written);
            statement.setBoolean(p++, again);
            statement.setLong(p++, lane.ownNumber());
            kept(statement, p, written);
            try (ResultSet result = statement.executeQuery()) {
                return GroupResult.ofUpsert(result, changes.size(), origins, sql.stored());
            }
        }
    }

    /** Deletes and writes tombstones; the keys of the changes are distinct. */
    GroupResult delete(TransactionHeader header, List<? extends RowChange> changes) throws SQLException {
        GroupResult group = delete(header, changes, false);
        return group.isComplete() ? group : group.overtakenBy(delete(header, changes, true));
    }

    private GroupResult delete(TransactionHeader header, List<? extends RowChange> changes, boolean again) throws SQLException {
        TableShape shape = changes.get(0).table();
        TableStatements sql = statements(shape);
        String written = Micros.text(header.commitMicros());
        try (PreparedStatement statement = connection.prepareStatement(sql.delete())) {
            int p = seen(statement, rows(statement, changes, sql.keys()), header);
            statement.setLong(p++, lane.ownNumber());
            p = guard(statement, p, written);
            statement.setBoolean(p++, again);
            statement.setString(p++, shape.id().schema());
            statement.setString(p++, shape.id().name());
            statement.setString(p++, written);
            statement.setString(p++, lane.origin());
            statement.setInt(p++, header.epoch());
            statement.setLong(p++, header.sequence());
            statement.setLong(p++, lane.ownNumber());
            kept(statement, p, written);
            try (ResultSet result = statement.executeQuery()) {
                return GroupResult.ofDelete(result, origins, sql.stored());
            }
        }
    }

    private void kept(PreparedStatement statement, int first, String written) throws SQLException {
        statement.setString(first, written);
        statement.setString(first + 1, written);
        statement.setString(first + 2, lane.losingTies());
    }

    /** Deletes every row of the table that is not newer, once no writer has the table. Returns those that the origin had not seen. */
    FallenRows truncate(TableShape shape, TransactionHeader header) throws SQLException {
        try (PreparedStatement lock = connection.prepareStatement("lock table " + StoredRows.quoted(shape.id()) + " in share row exclusive mode")) {
            lock.execute();
        }
        TableStatements sql = statements(shape);
        String written = Micros.text(header.commitMicros());
        FallenRows met;
        try (PreparedStatement query = connection.prepareStatement(sql.truncated())) {
            query.setLong(guard(query, seen(query, 1, header), written), lane.ownNumber());
            met = truncated(query, shape, sql.stored(), header);
        }
        try (PreparedStatement delete = connection.prepareStatement(sql.truncate())) {
            guard(delete, 1, written);
            delete.executeUpdate();
        }
        return met;
    }

    private FallenRows truncated(PreparedStatement query, TableShape shape, List<String> columns, TransactionHeader header) throws SQLException {
        List<FallenRow> listed = new ArrayList<>();
        long deleted = 0;
        long kept = 0;
        try (ResultSet row = query.executeQuery()) {
            while (row.next()) {
                NamedRow stored = new NamedRow(columns, new Row((String[]) row.getArray(5).getArray()));
                String key = RowKey.of(shape, new Row(shape.columns().stream().map(column -> stored.get(column.name())).toArray(String[]::new)));
                listed.add(new FallenRow(key, stored, new Version(row.getLong(1), origins.region(row.getLong(2))),
                        new PastDelete(RowKey.ALL, header.version(), header.epoch(), header.sequence())));
                deleted = row.getLong(3);
                kept = row.getLong(4);
            }
        }
        return new FallenRows(listed, deleted, kept);
    }

    private int rows(PreparedStatement statement, List<? extends RowChange> changes, int[] positions)
            throws SQLException {
        int p = 1;
        statement.setArray(p++, text(changes.stream().map(RowKey::of).toArray(String[]::new)));
        for (int position : positions) {
            String[] column = new String[changes.size()];
            for (int i = 0; i < column.length; i++) {
                column[i] = value(changes.get(i), position);
            }
            statement.setArray(p++, text(column));
        }
        return p;
    }

    private static String value(RowChange change, int position) throws SQLException {
        return JdbcRows.value(change.table(), RowChange.keyImage(change), position);
    }

    /** Up to when the change's origin had seen each origin, by the local numbers. */
    private int seen(PreparedStatement statement, int first, TransactionHeader header) throws SQLException {
        List<Long> numbers = new ArrayList<>();
        List<String> until = new ArrayList<>();
        for (SeenMark mark : header.seen()) {
            for (long number : origins.numbers(mark.origin())) {
                numbers.add(number);
                until.add(Micros.text(mark.commitMicros()));
            }
        }
        statement.setArray(first, connection.createArrayOf("bigint", numbers.toArray()));
        statement.setArray(first + 1, text(until.toArray(String[]::new)));
        return first + 2;
    }

    private int guard(PreparedStatement statement, int first, String written) throws SQLException {
        statement.setString(first, written);
        statement.setString(first + 1, lane.losingTies());
        statement.setString(first + 2, lane.since());
        return first + 3;
    }

    private java.sql.Array text(String[] values) throws SQLException {
        return connection.createArrayOf("text", values);
    }
}
