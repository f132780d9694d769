package io.rowmesh.applier.write;

import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.RowKey;
import io.rowmesh.schema.SeenMark;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.TransactionHeader;

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
            statement.setLong(p++, lane.ownNumber());
            kept(statement, p, written);
            try (ResultSet result = statement.executeQuery()) {
                GroupResult group = GroupResult.ofUpsert(result, origins, sql.stored());
                long dead = group.deletes().stream().filter(MetDelete::newer).count();
                return group.written() + result.getLong("kept") + dead == changes.size() ? group : overtaken(header, changes, group);
            }
        }
    }

    /** Deletes and writes tombstones; the keys of the changes are distinct. */
    GroupResult delete(TransactionHeader header, List<? extends RowChange> changes) throws SQLException {
        TableShape shape = changes.get(0).table();
        TableStatements sql = statements(shape);
        String written = Micros.text(header.commitMicros());
        try (PreparedStatement statement = connection.prepareStatement(sql.delete())) {
            int p = seen(statement, rows(statement, changes, sql.keys()), header);
            statement.setLong(p++, lane.ownNumber());
            p = guard(statement, p, written);
            statement.setString(p++, shape.id().schema());
            statement.setString(p++, shape.id().name());
            statement.setString(p++, written);
            statement.setString(p++, lane.origin());
            statement.setInt(p++, header.epoch());
            statement.setLong(p++, header.sequence());
            statement.setLong(p++, lane.ownNumber());
            kept(statement, p, written);
            try (ResultSet result = statement.executeQuery()) {
                GroupResult group = GroupResult.ofDelete(result, origins, sql.stored());
                return group.written() + result.getLong("kept") == group.met() ? group : overtaken(header, changes, group);
            }
        }
    }

    /**
     * While the statement waited, local writers committed newer versions of some rows, which the guard judged and its snapshot
     * did not show. Those rows stand now and are what the changes lost to.
     */
    private GroupResult overtaken(TransactionHeader header, List<? extends RowChange> changes, GroupResult group) throws SQLException {
        TableStatements sql = statements(changes.get(0).table());
        try (PreparedStatement statement = connection.prepareStatement(sql.standing())) {
            int p = seen(statement, rows(statement, changes, sql.keys()), header);
            statement.setLong(p, lane.ownNumber());
            statement.setLong(p + 1, lane.ownNumber());
            try (ResultSet result = statement.executeQuery()) {
                return group.overtakenBy(GroupResult.ofDelete(result, origins, sql.stored()).foreign());
            }
        }
    }

    private void kept(PreparedStatement statement, int first, String written) throws SQLException {
        statement.setString(first, written);
        statement.setString(first + 1, written);
        statement.setString(first + 2, lane.losingTies());
    }

    /**
     * Deletes rows of these keys that are strictly older than the versions given.
     *
     * @param versions one commit timestamp (microseconds) for each key
     * @param below    oid[] literal of the origins below the versions' origin
     */
    int deleteOlder(TableShape shape, List<String[]> keys, List<Long> versions, String below) throws SQLException {
        TableStatements sql = statements(shape);
        try (PreparedStatement statement = connection.prepareStatement(sql.deleteOlder())) {
            int p = 1;
            for (int k = 0; k < sql.keys().length; k++) {
                int column = k;
                statement.setArray(p++, text(keys.stream().map(key -> key[column]).toArray(String[]::new)));
            }
            statement.setArray(p++, text(versions.stream().map(Micros::text).toArray(String[]::new)));
            statement.setString(p++, below);
            statement.setString(p, lane.since());
            return statement.executeUpdate();
        }
    }

    /** Deletes every row of the table that is not newer, once no writer has the table. */
    int truncate(TableShape shape, TransactionHeader header) throws SQLException {
        TableStatements sql = statements(shape);
        try (PreparedStatement lock = connection.prepareStatement("lock table "
                + io.rowmesh.schema.store.ControlSchema.renderer().render(
                        org.jooq.impl.DSL.name(shape.id().schema(), shape.id().name())) + " in share row exclusive mode")) {
            lock.execute();
        }
        try (PreparedStatement statement = connection.prepareStatement(sql.truncate())) {
            guard(statement, 1, Micros.text(header.commitMicros()));
            return statement.executeUpdate();
        }
    }

    /** Deletes every row of the table that is strictly older than a local truncate, without locking writers out. */
    int deleteAllOlder(TableShape shape, long commitMicros, String below) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(statements(shape).truncate())) {
            statement.setString(1, Micros.text(commitMicros));
            statement.setString(2, below);
            statement.setString(3, lane.since());
            return statement.executeUpdate();
        }
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
        Row image = RowChange.keyImage(change);
        if (image.isAbsent(position)) {
            throw new SQLException("the change of " + change.table().id() + " arrived without column \""
                    + change.table().columns().get(position).name() + "\"", "22000");
        }
        return image.get(position);
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
