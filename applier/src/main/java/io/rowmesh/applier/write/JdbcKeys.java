package io.rowmesh.applier.write;

import io.rowmesh.applier.merge.FoundKey;
import io.rowmesh.applier.merge.KeptKeys;
import io.rowmesh.applier.merge.KeyTarget;
import io.rowmesh.rules.keystate.Image;
import io.rowmesh.rules.keystate.Kept;
import io.rowmesh.rules.keystate.StoredKey;
import io.rowmesh.rules.keystate.StoredKey.Writer;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.Seen;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.Version;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Keys whose state is kept, of a PostgreSQL database, over one connection of the applier's own. */
final class JdbcKeys implements KeyTarget {

    private static final String KEEP = """
            insert into rowmesh.key_state (table_schema, table_name, row_key, state, captured_at, waiting, withheld, unresolved)
            values (?, ?, ?, ?, ?::timestamptz, ?, false, ?)
            on conflict (table_schema, table_name, md5(row_key)) do update set state = excluded.state,
              captured_at = excluded.captured_at, waiting = excluded.waiting, unresolved = excluded.unresolved, recorded = default""";

    private static final String FORGET =
            "delete from rowmesh.key_state d where table_schema = ? and table_name = ? and md5(row_key) = md5(?)" + PostgresCollector.NOT_PARKED;

    private static final String TABLE_STATE =
            "select state from rowmesh.key_state where table_schema = ? and table_name = ? and md5(row_key) = md5('*')";

    private static final String KEPT = """
            select s.table_schema, s.table_name, s.row_key, s.recorded, s.waiting, pg_snapshot_xmax(pg_current_snapshot())::text::bigint,
              case when s.row_key <> '*' then array(select jsonb_array_elements_text(s.row_key::jsonb)) end
            from (select 1) one left join lateral (
              select * from rowmesh.key_state where recorded > ? order by recorded limit ?) s on true
            order by s.recorded""";

    private static final String OLDEST_RUNNING = "select pg_snapshot_xmin(pg_current_snapshot())::text::bigint";

    private static final String LOG_END = "select (pg_current_wal_insert_lsn() - '0/0')::bigint";

    private static final String CAPTURED_BEFORE = "update rowmesh.captured_before set xid = greatest(xid, ?)";

    /**
     * Local deletes that no capture met and none will: they were committed while the log was not read (a new epoch), or by a session
     * with an origin of its own. Numbers of 32 bits are compared with one of 64. Parameter: that one.
     */
    private static final String FORGET_UNCAPTURED_DELETES =
            "delete from rowmesh.pending_delete where ((? - xid) & 4294967295) between 1 and 2147483647";

    private final Connection connection;
    private final ApplierOptions options;
    private final RegionOrigins origins;
    private final Map<TableShape, KeyStatements> statements = new HashMap<>();

    JdbcKeys(Connection connection, ApplierOptions options, RegionOrigins origins) {
        this.connection = connection;
        this.options = options;
        this.origins = origins;
    }

    private KeyStatements statements(TableShape shape) throws SQLException {
        KeyStatements known = statements.get(shape);
        if (known == null) {
            known = KeyStatements.render(shape, new LocalCatalog(connection).table(shape.id()));
            statements.put(shape, known);
        }
        return known;
    }

    void forgetTables() {
        statements.clear();
    }

    @Override
    public void durable() throws SQLException {
        try (PreparedStatement durable = connection.prepareStatement("set local synchronous_commit = local")) {
            durable.execute();
        }
    }

    @Override
    public FoundKey find(TableShape table, Row key) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(statements(table).find())) {
            JdbcRows.key(query, JdbcRows.named(query, 1, table, key), table, key);
            try (ResultSet row = query.executeQuery()) {
                row.next();
                return found(table, row);
            }
        }
    }

    private FoundKey found(TableShape table, ResultSet row) throws SQLException {
        String state = row.getString(6);
        Kept<String> kept = state == null ? null : new Kept<>(state, nullableLong(row, 7), row.getBoolean(8), row.getBoolean(9));
        long xmin = row.getLong(1);
        if (row.wasNull()) {
            return new FoundKey(StoredKey.NONE, 0, kept, row.getLong(10), row.getString(11));
        }
        return new FoundKey(stored(table, row, xmin), xmin, kept, row.getLong(10), row.getString(11));
    }

    /** A row whose version is not known is the running transaction's, or older than the database can tell, or was rewritten. */
    private StoredKey stored(TableShape table, ResultSet row, long xmin) throws SQLException {
        Image image = image(table, row);
        Long micros = nullableLong(row, 2);
        long horizon = row.getLong(5);
        boolean settled = Visibility.whole(xmin, horizon) < horizon;
        if (micros == null) {
            boolean own = row.getBoolean(4);
            boolean rewritten = row.getBoolean(12 + table.columns().size());
            return new StoredKey(own ? Writer.NODE : Writer.USER, null, settled || !rewritten, image);
        }
        long origin = row.getLong(3);
        return new StoredKey(origin == 0 ? Writer.USER : Writer.NODE, new Version(micros, origins.region(origin)), settled, image);
    }

    private static Image image(TableShape table, ResultSet row) throws SQLException {
        return Image.of(table, new Row(JdbcRows.texts(row, 12, table.columns().size())));
    }

    private static Long nullableLong(ResultSet row, int column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? null : value;
    }

    @Override
    public boolean holdIfFree(TableShape table, Row key, long xmin) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(statements(table).holdIfFree())) {
            JdbcRows.key(query, 1, table, key);
            try (ResultSet row = query.executeQuery()) {
                return row.next() && row.getLong(1) == xmin;
            }
        }
    }

    @Override
    public void keep(TableId table, String key, Kept<String> kept) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(KEEP)) {
            JdbcRows.named(insert, 1, table, key);
            insert.setString(4, kept.state());
            insert.setString(5, kept.captured() == null ? null : Micros.text(kept.captured()));
            insert.setBoolean(6, kept.waiting());
            insert.setInt(7, kept.unresolved());
            insert.executeUpdate();
        }
    }

    @Override
    public void forget(TableId table, String key) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement(FORGET)) {
            JdbcRows.named(delete, 1, table, key);
            delete.executeUpdate();
        }
    }

    @Override
    public String tableState(TableId table) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(TABLE_STATE)) {
            JdbcRows.table(query, 1, table);
            try (ResultSet row = query.executeQuery()) {
                return row.next() ? row.getString(1) : null;
            }
        }
    }

    @Override
    public void lockTable(TableShape table) throws SQLException {
        try (PreparedStatement lock = connection.prepareStatement(statements(table).lockTable())) {
            lock.execute();
        }
    }

    @Override
    public List<Row> keys(TableShape table) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(statements(table).keys())) {
            JdbcRows.table(query, 1, table.id());
            return JdbcRows.keys(query, table);
        }
    }

    @Override
    public KeptKeys kept(long after, int limit) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(KEPT)) {
            query.setLong(1, after);
            query.setInt(2, limit);
            try (ResultSet row = query.executeQuery()) {
                List<KeptKeys.Each> keys = new ArrayList<>();
                long running = 0;
                while (row.next()) {
                    running = row.getLong(6);
                    if (row.getString(3) != null) {
                        keys.add(each(row));
                    }
                }
                return new KeptKeys(running, keys);
            }
        }
    }

    private KeptKeys.Each each(ResultSet row) throws SQLException {
        TableId table = new TableId(row.getString(1), row.getString(2));
        java.sql.Array texts = row.getArray(7);
        return new KeptKeys.Each(table, row.getString(3), texts == null ? null : List.of((String[]) texts.getArray()), row.getLong(4),
                row.getBoolean(5));
    }

    @Override
    public TableShape shape(TableId table) throws SQLException {
        return new LocalCatalog(connection).table(table).shape();
    }

    @Override
    public long oldestRunning() throws SQLException {
        return number(OLDEST_RUNNING);
    }

    @Override
    public long logEnd() throws SQLException {
        return number(LOG_END);
    }

    private long number(String sql) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(sql); ResultSet row = query.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }

    @Override
    public void capturedBefore(long xid) throws SQLException {
        for (String each : List.of(CAPTURED_BEFORE, FORGET_UNCAPTURED_DELETES)) {
            try (PreparedStatement update = connection.prepareStatement(each)) {
                update.setLong(1, xid);
                update.executeUpdate();
            }
        }
    }

    @Override
    public Seen settledEverywhere() throws SQLException {
        return TombstoneCollector.matrix(connection, options, new PostgresCollector(options.region())).settledEverywhere();
    }
}
