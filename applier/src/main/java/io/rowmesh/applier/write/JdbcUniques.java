package io.rowmesh.applier.write;

import io.rowmesh.applier.unique.Candidate;
import io.rowmesh.applier.unique.FoundUnique;
import io.rowmesh.applier.unique.UniqueTarget;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowKey;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.TransactionHeader;
import io.rowmesh.schema.Version;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Tables under unique: newest-wins of a PostgreSQL database, over one connection of the applier's own. */
final class JdbcUniques implements UniqueTarget {

    private final Connection connection;
    private final UniqueRows rows;
    private final ShadowRows shadow;
    private final Map<TableShape, UniqueStatements> statements = new HashMap<>();
    private final Map<TableId, Known> tables = new HashMap<>();

    private record Known(LocalTable local, TableShape shape, List<UniqueIndexes.Index> unique, Set<String> columns) {
    }

    JdbcUniques(Connection connection, RegionOrigins origins, String since) {
        this.connection = connection;
        this.rows = new UniqueRows(connection, origins, since);
        this.shadow = new ShadowRows(connection);
    }

    void forgetTables() {
        statements.clear();
        tables.clear();
    }

    private UniqueStatements statements(TableShape shape) throws SQLException {
        UniqueStatements known = statements.get(shape);
        if (known == null) {
            Known table = known(shape.id());
            known = UniqueStatements.render(shape, table.local(), table.unique());
            statements.put(shape, known);
        }
        return known;
    }

    private Known known(TableId id) throws SQLException {
        Known known = tables.get(id);
        if (known == null) {
            LocalTable local = new LocalCatalog(connection).table(id);
            List<UniqueIndexes.Index> unique = UniqueIndexes.decidable(connection, id);
            Set<String> columns = new LinkedHashSet<>();
            unique.forEach(index -> columns.addAll(index.columns()));
            known = new Known(local, local.shape(), unique, columns);
            tables.put(id, known);
        }
        return known;
    }

    @Override
    public TableShape shape(TableId table) throws SQLException {
        return known(table).shape();
    }

    @Override
    public Set<String> uniqueColumns(TableId table) throws SQLException {
        return known(table).columns();
    }

    @Override
    public boolean hold(TableShape table, Row key) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(statements(table).hold())) {
            JdbcRows.key(query, 1, table, key);
            try (ResultSet row = query.executeQuery()) {
                return row.next();
            }
        }
    }

    @Override
    public FoundUnique find(TransactionHeader header, TableShape table, Row key) throws SQLException {
        return rows.find(statements(table).find(), header, table, key);
    }

    @Override
    public List<Candidate> candidates(TransactionHeader header, TableShape table) throws SQLException {
        return rows.candidates(statements(table).candidates(), header, table, known(table.id()).unique().size());
    }

    @Override
    public void update(TableShape table, Row row) throws SQLException {
        UniqueStatements sql = statements(table);
        try (PreparedStatement update = connection.prepareStatement(sql.update())) {
            JdbcRows.key(update, JdbcRows.values(update, JdbcRows.named(update, 1, table, row), table, row, sql.updated()), table, row);
            update.executeUpdate();
        }
    }

    @Override
    public boolean insert(TableShape table, Row row) throws SQLException {
        UniqueStatements sql = statements(table);
        try (PreparedStatement insert = connection.prepareStatement(sql.insert())) {
            JdbcRows.values(insert, 1, table, row, sql.positions());
            return insert.executeUpdate() > 0;
        }
    }

    @Override
    public Shown show(TableShape table, Row row) throws SQLException {
        Savepoint before = connection.setSavepoint();
        try {
            boolean shown = insert(table, row);
            connection.releaseSavepoint(before);
            return shown ? Shown.DONE : Shown.TAKEN;
        } catch (SQLException e) {
            if (SqlFaults.remedy(e) != SqlFaults.Remedy.PARK_ROW) {
                throw e;
            }
            connection.rollback(before);
            return Shown.REFUSED;
        }
    }

    @Override
    public boolean remove(TableShape table, Row key, long xmin) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement(statements(table).remove())) {
            int p = JdbcRows.key(delete, 1, table, key);
            delete.setLong(p, xmin);
            JdbcRows.named(delete, p + 1, table, key);
            try (ResultSet row = delete.executeQuery()) {
                row.next();
                return row.getInt(1) > 0;
            }
        }
    }

    @Override
    public void keepVersion(TableShape table, Row key, Version version, long xmin) throws SQLException {
        try (PreparedStatement keep = connection.prepareStatement(statements(table).keepVersion())) {
            int p = JdbcRows.named(keep, 1, table, key);
            keep.setString(p, ShadowRows.text(version));
            keep.setString(p + 1, version.origin());
            int last = JdbcRows.key(keep, p + 2, table, key);
            keep.setLong(last, xmin);
            keep.setLong(last + 1, xmin);
            keep.executeUpdate();
        }
    }

    @Override
    public void hide(TableShape table, Row row, Version version) throws SQLException {
        shadow.hide(table, row, version);
    }

    @Override
    public void dropHidden(TableShape table, Row key) throws SQLException {
        shadow.drop(table, key);
    }

    @Override
    public List<TableId> tablesWithHidden(boolean pending) throws SQLException {
        return shadow.tables(pending);
    }

    @Override
    public void bury(TransactionHeader header, TableShape table, Row key) throws SQLException {
        Tombstones.record(connection, header, List.of(new TableKey(table.id(), key == null ? RowKey.ALL : RowKey.of(table, key))));
    }

    @Override
    public void lockTable(TableShape table) throws SQLException {
        try (PreparedStatement lock = connection.prepareStatement(statements(table).lockTable())) {
            lock.execute();
        }
    }

    @Override
    public List<Row> keys(TableShape table) throws SQLException {
        return keys(table, statements(table).keys(), 1);
    }

    @Override
    public List<Row> belowDeletes(TableShape table) throws SQLException {
        return keys(table, statements(table).belowDeletes(), 6);
    }

    /** @param times how often the statement names the table */
    private List<Row> keys(TableShape table, String sql, int times) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            JdbcRows.tables(query, table.id(), times);
            return JdbcRows.keys(query, table);
        }
    }

    @Override
    public void forgetVersions(TableShape table) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement(statements(table).forgetVersions())) {
            JdbcRows.table(delete, 1, table.id());
            delete.executeUpdate();
        }
    }
}
