package io.rowmesh.applier.write;

import io.rowmesh.applier.unique.Candidate;
import io.rowmesh.applier.unique.FoundUnique;
import io.rowmesh.applier.unique.UniqueRow;
import io.rowmesh.applier.unique.UniqueTarget;
import io.rowmesh.rules.StoredRow;
import io.rowmesh.rules.unique.Standing;
import io.rowmesh.schema.JsonText;
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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Tables under unique: newest-wins of a PostgreSQL database, over one connection of the applier's own. */
final class JdbcUniques implements UniqueTarget {

    private static final String HIDE = """
            insert into rowmesh.shadow as s (table_schema, table_name, row_key, image, written_at, origin)
            values (?, ?, ?, ?, ?::timestamptz, ?)
            on conflict (table_schema, table_name, md5(row_key)) do update set image = excluded.image, written_at = excluded.written_at,
              origin = excluded.origin, hidden_at = default""";

    private static final String DROP_HIDDEN = "delete from rowmesh.shadow where table_schema = ? and table_name = ? and md5(row_key) = md5(?)";

    private static final String HIDDEN_TABLES = "select distinct table_schema, table_name from rowmesh.shadow s";

    private static final String WHERE_PENDING = " where exists (select from rowmesh.pending_touch p where p.table_schema = s.table_schema"
            + " and p.table_name = s.table_name and md5(p.row_key) = md5(s.row_key))";

    /** Where a row has no version: before all that have one. */
    private static final String BEFORE_ALL = "0001-01-01 00:00:00+00";

    private final Connection connection;
    private final RegionOrigins origins;
    private final String since;
    private final Map<TableShape, UniqueStatements> statements = new HashMap<>();
    private final Map<TableId, Known> tables = new HashMap<>();

    private record Known(LocalTable local, TableShape shape, List<UniqueIndexes.Index> unique, Set<String> columns) {
    }

    JdbcUniques(Connection connection, RegionOrigins origins, String since) {
        this.connection = connection;
        this.origins = origins;
        this.since = since;
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
        try (PreparedStatement query = connection.prepareStatement(statements(table).find())) {
            JdbcRows.key(query, JdbcRows.named(query, 1, table, key), table, key);
            try (ResultSet row = query.executeQuery()) {
                row.next();
                int columns = table.columns().size();
                Version delete = version(row, 9, 10);
                long xmin = row.getLong(1);
                boolean stands = !row.wasNull();
                Version stored = stands ? stored(header, row, 2) : null;
                long ofAnyKey = row.getLong(12 + 2 * columns);
                if (header != null && header.commitMicros() != Version.NONE_MICROS && header.commitMicros() <= ofAnyKey) {
                    throw JdbcMerges.unknownVersion();
                }
                if (stored == StoredRow.OLDEST && cannotCompare(header, row, delete)) {
                    delete = null;
                }
                Version hidden = version(row, 7, 8);
                return new FoundUnique(stands ? new UniqueRow(texts(row, 12, columns), stored, xmin, row.getString(6) != null) : null,
                        hidden == null ? null : new UniqueRow(texts(row, 12 + columns, columns), hidden, 0, true), delete);
            }
        }
    }

    /** A row without a version was written before versions were kept, or before its table was rewritten. */
    private boolean cannotCompare(TransactionHeader header, ResultSet row, Version delete) throws SQLException {
        Version with = header != null ? header.version() : delete;
        if (with == null || with.commitMicros() == Version.NONE_MICROS) {
            return false;
        }
        boolean certainlyNewer = with.commitMicros() > row.getLong(11) && Micros.text(with.commitMicros()).compareTo(since) > 0;
        if (!certainlyNewer && header != null) {
            throw JdbcMerges.unknownVersion();
        }
        return !certainlyNewer;
    }

    /** The version kept for the row (from the fourth of these columns on), else its last writer's. */
    private Version stored(TransactionHeader header, ResultSet row, int first) throws SQLException {
        Version kept = version(row, first + 3, first + 4);
        if (kept != null) {
            return kept;
        }
        long micros = row.getLong(first);
        if (!row.wasNull()) {
            return new Version(micros, origins.region(row.getLong(first + 1)));
        }
        return row.getBoolean(first + 2) && header != null ? header.version() : StoredRow.OLDEST;
    }

    private static Version version(ResultSet row, int micros, int origin) throws SQLException {
        String by = row.getString(origin);
        return by == null ? null : new Version(row.getLong(micros), by);
    }

    private static Row texts(ResultSet row, int first, int count) throws SQLException {
        return new Row(JdbcRows.texts(row, first, count));
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
            keep.setString(p, text(version));
            keep.setString(p + 1, version.origin());
            int last = JdbcRows.key(keep, p + 2, table, key);
            keep.setLong(last, xmin);
            keep.setLong(last + 1, xmin);
            keep.executeUpdate();
        }
    }

    private static String text(Version version) {
        return version.equals(StoredRow.OLDEST) ? BEFORE_ALL : Micros.text(version.commitMicros());
    }

    @Override
    public void hide(TableShape table, Row row, Version version) throws SQLException {
        try (PreparedStatement hide = connection.prepareStatement(HIDE)) {
            int p = JdbcRows.named(hide, 1, table, row);
            hide.setString(p, image(table, row));
            hide.setString(p + 1, text(version));
            hide.setString(p + 2, version.origin());
            hide.executeUpdate();
        }
    }

    private static String image(TableShape table, Row row) throws SQLException {
        StringBuilder json = new StringBuilder("{");
        for (int i = 0; i < row.size(); i++) {
            String name = table.columns().get(i).name();
            String value = JdbcRows.value(table, row, i);
            JsonText.quote(i == 0 ? json : json.append(", "), name);
            json.append(": ");
            if (value == null) {
                json.append("null");
            } else {
                JsonText.quote(json, value);
            }
        }
        return json.append('}').toString();
    }

    @Override
    public void dropHidden(TableShape table, Row key) throws SQLException {
        try (PreparedStatement drop = connection.prepareStatement(DROP_HIDDEN)) {
            JdbcRows.named(drop, 1, table, key);
            drop.executeUpdate();
        }
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
        return keys(table, statements(table).belowDeletes(), 4);
    }

    /** @param times how often the statement names the table */
    private List<Row> keys(TableShape table, String sql, int times) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            ofTable(query, table.id(), times);
            return JdbcRows.keys(query, table);
        }
    }

    @Override
    public List<Candidate> candidates(TransactionHeader header, TableShape table) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(statements(table).candidates())) {
            ofTable(query, table.id(), 3);
            try (ResultSet row = query.executeQuery()) {
                List<Candidate> found = new ArrayList<>();
                while (row.next()) {
                    found.add(candidate(header, table, row));
                }
                return found;
            }
        }
    }

    private Candidate candidate(TransactionHeader header, TableShape table, ResultSet row) throws SQLException {
        int columns = table.columns().size();
        int keys = known(table.id()).unique().size();
        Version stored = stored(header, row, 3);
        // A row of unknown version stays as it is unless another is certainly newer.
        Version version = stored == StoredRow.OLDEST ? new Version(row.getLong(8), "") : stored;
        UniqueRow stands = new UniqueRow(texts(row, 10, columns), version, row.getLong(2), row.getString(7) != null);
        List<String> values = Arrays.asList(JdbcRows.texts(row, 10 + columns, keys));
        String key = RowKey.of(table, stands.row());
        return new Candidate(new Standing(key, stands.version(), values, row.getBoolean(1), isPending(row.getArray(9), key)), stands);
    }

    private static boolean isPending(java.sql.Array keys, String key) throws SQLException {
        return keys != null && Arrays.stream((String[]) keys.getArray()).anyMatch(each -> each.equals(key) || each.equals(RowKey.ALL));
    }

    @Override
    public List<TableId> tablesWithHidden(boolean pending) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(HIDDEN_TABLES + (pending ? WHERE_PENDING : "")); ResultSet row = query.executeQuery()) {
            List<TableId> found = new ArrayList<>();
            while (row.next()) {
                found.add(new TableId(row.getString(1), row.getString(2)));
            }
            return found;
        }
    }

    @Override
    public void forgetVersions(TableShape table) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement(statements(table).forgetVersions())) {
            ofTable(delete, table.id(), 1);
            delete.executeUpdate();
        }
    }

    private static void ofTable(PreparedStatement statement, TableId table, int times) throws SQLException {
        int p = 1;
        for (int i = 0; i < times; i++) {
            p = JdbcRows.table(statement, p, table);
        }
    }
}
