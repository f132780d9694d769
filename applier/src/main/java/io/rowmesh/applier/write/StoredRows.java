package io.rowmesh.applier.write;

import io.rowmesh.applier.history.NamedRow;
import io.rowmesh.applier.write.LocalTable.LocalColumn;
import io.rowmesh.schema.Column;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowKey;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.Version;
import io.rowmesh.schema.store.ControlSchema;
import org.jooq.impl.DSL;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Rows of a PostgreSQL table, with their versions. Reads with the text forms of the session, so it must be one that
 * {@link TextForms} pinned.
 */
public final class StoredRows implements RowLookup {

    private static final String ORIGIN_PREFIX = ApplierSession.originName("");

    private final Connection connection;
    private final String region;
    private final LocalTable table;
    private final List<LocalColumn> key;

    /** A row that stands here; the version is null when the database does not know it any more. */
    public record Stored(NamedRow row, Version version) {
    }

    private StoredRows(Connection connection, String region, LocalTable table) throws SQLException {
        this.connection = connection;
        this.region = region;
        this.table = table;
        this.key = table.columns().values().stream().filter(LocalColumn::key).toList();
        if (key.isEmpty()) {
            throw new SQLException("table " + table.id() + " has no primary key here", "42830");
        }
    }

    /**
     * @param region the region that the database belongs to
     * @throws SQLException with state 42P01 when there is no such table here
     */
    public static StoredRows of(Connection connection, TableId table, String region) throws SQLException {
        boolean alone = connection.getAutoCommit();
        connection.setAutoCommit(false);
        try {
            return new StoredRows(connection, region, new LocalCatalog(connection).table(table));
        } finally {
            if (alone) {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        }
    }

    @Override
    public List<String> keyColumns() {
        return key.stream().map(LocalColumn::name).toList();
    }

    @Override
    public String canonicalKey(List<String> texts) throws SQLException {
        String select = key.stream().map(column -> "concat(?::" + column.castType() + ")").collect(Collectors.joining(", "));
        try (PreparedStatement query = connection.prepareStatement("select " + select)) {
            bind(query, texts);
            try (ResultSet row = query.executeQuery()) {
                row.next();
                return RowKey.of(keyShape(), new Row(JdbcRows.texts(row, 1, key.size())));
            }
        }
    }

    private TableShape keyShape() {
        return new TableShape(table.id(), key.stream().map(column -> new Column(column.name(), column.fullType(), true)).toList());
    }

    @Override
    public Optional<Stored> read(List<String> keyTexts) throws SQLException {
        List<String> columns = List.copyOf(table.columns().keySet());
        String sql = "select v.\"timestamp\" is not null, " + Micros.sql("v.\"timestamp\"") + ", coalesce(o.roname, ''), "
                + columns.stream().map(StoredRows::exactText).collect(Collectors.joining(", ")) + " from " + quoted(table.id()) + " t"
                + " left join lateral (" + StoredVersion.of(table) + ") v on true left join pg_replication_origin o on o.roident = v.roident where "
                + key.stream().map(column -> "t." + name(column.name()) + " = ?::" + column.castType()).collect(Collectors.joining(" and "));
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            bind(query, keyTexts);
            try (ResultSet row = query.executeQuery()) {
                return row.next() ? Optional.of(stored(row, columns)) : Optional.empty();
            }
        }
    }

    private Stored stored(ResultSet row, List<String> columns) throws SQLException {
        Version version = row.getBoolean(1) ? new Version(row.getLong(2), regionOf(row.getString(3))) : null;
        return new Stored(new NamedRow(columns, new Row(JdbcRows.texts(row, 4, columns.size()))), version);
    }

    /** The region that a local replication origin stands for; none is a local write. */
    private String regionOf(String originName) {
        return originName.isEmpty() || originName.equals(ApplierSession.originName(ApplierSession.SELF)) ? region
                : originName.startsWith(ORIGIN_PREFIX) ? originName.substring(ORIGIN_PREFIX.length()) : "?" + originName;
    }

    /** By the type's output function: a cast to text would strip the spaces of a char(n), and write booleans out. */
    static String exactText(String column) {
        return "case when t." + name(column) + " is distinct from null then concat(t." + name(column) + ") end";
    }

    private void bind(PreparedStatement query, List<String> texts) throws SQLException {
        if (texts.size() != key.size()) {
            throw new SQLException("the key of " + table.id() + " has " + key.size() + " columns (" + String.join(", ", keyColumns())
                    + "), and " + texts.size() + " values were given", "22023");
        }
        for (int i = 0; i < texts.size(); i++) {
            query.setString(i + 1, texts.get(i));
        }
    }

    /** Quoted. */
    public static String name(String column) {
        return ControlSchema.renderer().render(DSL.name(column));
    }

    public static String quoted(TableId id) {
        return ControlSchema.renderer().render(DSL.name(id.schema(), id.name()));
    }
}
