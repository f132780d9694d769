package io.rowmesh.applier.write;

import io.rowmesh.applier.history.NamedRow;
import io.rowmesh.applier.write.LocalTable.LocalColumn;
import io.rowmesh.schema.Column;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.RowKey;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.TransactionHeader;
import io.rowmesh.schema.Version;
import io.rowmesh.schema.store.ControlSchema;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Deletes rows that live below a newer delete of their key: second look and re-assertion (convergence rules 4 and 5). A delete
 * does not wait for an insert that is not yet committed: the insert becomes visible below the tombstone afterwards, so the node
 * looks a second time, in a new statement. The callers hold the key locks and commit. Each statement returns what it deleted.
 *
 * <p>A delete of this region leaves rows that its users wrote, whatever their timestamps. It is in the log because it removed the row of
 * its key, so a user's row that stands has come after it (or goes with it, where its commit is not visible yet); if its timestamp is
 * below, the clock was set back in between, and the row is withheld and touched (docs/decisions/0008-touch-and-fence.md).
 */
final class LookAgain {

    private static final DSLContext JOOQ = ControlSchema.renderer();

    private static final String MICROS = Micros.sql("v.\"timestamp\"");
    private static final String TOLD = "d.row_key, d.deleted_at, d.epoch, d.sequence";
    private static final String OF_TABLE = " where d.table_schema = ? and d.table_name = ? and d.origin = ?";
    private static final String ROWS = "select " + TOLD + " from rowmesh.tombstone d" + OF_TABLE + " and d.row_key <> '*'";
    private static final String OF_TRANSACTION = ROWS + " and d.epoch = ? and d.sequence = ?";
    /** The keys' own tombstones, and a truncate's, which stands over every key. Offset 0: the index for each key, always. */
    private static final String AT_KEYS = "select k as row_key, d.deleted_at, d.epoch, d.sequence from unnest(?::text[]) k cross join lateral (select "
            + TOLD + " from rowmesh.tombstone d" + OF_TABLE + " and md5(d.row_key) in (md5(k), md5('*')) offset 0) d";
    private static final String TRUNCATES = "select " + TOLD + " from rowmesh.tombstone d" + OF_TABLE + " and d.row_key = '*'";
    /** Parameters: row keys, timestamps, epochs, sequences. */
    private static final String GIVEN = "select u.k as row_key, u.w::timestamptz as deleted_at, u.e as epoch, u.q as sequence"
            + " from unnest(?::text[], ?::text[], ?::int[], ?::bigint[]) as u(k, w, e, q)";

    /**
     * %s: the table, the deletes, what makes a row one of theirs, what the row's xmin does not tell, what else, its version, its columns. Further
     * parameters: origins that lose, since. Result: the commit timestamp (microseconds) and origin's number of the row's writer in an
     * array, or null; the timestamp, epoch and sequence of the delete; how many rows there were; the row.
     */
    private static final String DELETE = "with gone as (delete from %s as t using (%s offset 0) d where %s rowmesh.lies_below(t.xmin, %s, d.deleted_at,"
            + " ?::oid[], ?::timestamptz)%s returning (%s) as version, d.deleted_at, d.epoch, d.sequence, array[%s]::text[] as texts)"
            + " select g.version, " + Micros.sql("g.deleted_at") + ", g.epoch, g.sequence, (select count(*) from gone), g.texts from gone g limit "
            + FallenRows.LISTED;

    /** %s: what makes a row one of theirs. Parameters: the table. */
    private static final String NOT_PENDING = " not exists (select from rowmesh.pending_touch p cross join lateral (select p.row_key) d"
            + " where p.table_schema = ? and p.table_name = ? and case when p.row_key = '*' then true else %s end) and";

    /** %s: a row's version. */
    private static final String NOT_USERS = " and not exists (select from (%s) v where v.roident = 0)";

    /** The same of rows that other regions wrote and that are newer: they stay. Further parameters: own origins. */
    private static final String STANDING = "select array[" + MICROS + ", v.roident::bigint], " + Micros.sql("d.deleted_at")
            + ", d.epoch, d.sequence, count(*) over (), array[%s]::text[] from %s as t join (%s offset 0) d on %s true"
            + " cross join lateral (%s) v where v.roident <> all (?::oid[]) and v.\"timestamp\" >= d.deleted_at limit "
            + FallenRows.LISTED;

    private final Connection connection;
    private final RegionOrigins origins;
    private final ApplierOptions options;
    private final String since;
    private final Map<TableId, LocalTable> tables = new HashMap<>();

    LookAgain(Connection connection, RegionOrigins origins, ApplierOptions options, String since) {
        this.connection = connection;
        this.origins = origins;
        this.options = options;
        this.since = since;
    }

    void forgetTables() {
        tables.clear();
    }

    /** The texts of a change's key columns, in column order. */
    static String[] keyTexts(RowChange change) {
        int[] positions = change.table().keyPositions();
        String[] texts = new String[positions.length];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = RowChange.keyImage(change).get(positions[i]);
        }
        return texts;
    }

    /** For the tombstones that a transaction recorded in a table. */
    FallenRows ofTransaction(TransactionHeader header, TableId table) throws SQLException {
        try (PreparedStatement delete = delete(OF_TRANSACTION, table, header.origin(), true)) {
            int p = ofTable(delete, 1, table, header.origin());
            delete.setInt(p++, header.epoch());
            delete.setLong(p++, header.sequence());
            return run(delete, p, table, header.origin());
        }
    }

    /**
     * For every tombstone of a table. Keys that wait for their touch are left out: what stands of them may be an insert that came
     * after another region's delete, with a timestamp below it as the clock was set back; their touch restates it, whatever its version.
     */
    List<FallenRows> everywhere(TableId table) throws SQLException {
        List<FallenRows> fallen = new ArrayList<>();
        for (String origin : options.regions()) {
            for (boolean keyed : new boolean[] {true, false}) {
                String waits = NOT_PENDING.formatted(keyEquals(table(table)));
                try (PreparedStatement delete = delete(keyed ? ROWS : TRUNCATES, table, origin, keyed, waits)) {
                    int p = ofTable(delete, 1, table, origin);
                    delete.setString(p++, table.schema());
                    delete.setString(p++, table.name());
                    fallen.add(run(delete, p, table, origin));
                }
            }
        }
        return fallen;
    }

    /** For the tombstones over these keys (canonical, of one table). */
    List<FallenRows> atKeys(TableId table, List<String> keys) throws SQLException {
        List<FallenRows> fallen = new ArrayList<>();
        for (String origin : options.regions()) {
            try (PreparedStatement delete = delete(AT_KEYS, table, origin, true)) {
                delete.setArray(1, connection.createArrayOf("text", keys.toArray()));
                fallen.add(run(delete, ofTable(delete, 2, table, origin), table, origin));
            }
        }
        return fallen;
    }

    /** Rows that are strictly older than these deletes: of keys, or one truncate. */
    FallenRows olderThan(TableId table, List<PastDelete> deletes) throws SQLException {
        String origin = deletes.get(0).version().origin();
        try (PreparedStatement delete = delete(GIVEN, table, origin, keyed(deletes))) {
            return run(delete, given(delete, deletes), table, origin);
        }
    }

    /** Rows that other regions wrote and that these deletes of this region leave, as they are newer. */
    FallenRows over(TableId table, List<PastDelete> deletes) throws SQLException {
        LocalTable local = table(table);
        String sql = STANDING.formatted(texts(local), StoredRows.quoted(table), GIVEN, keyed(deletes) ? keyEquals(local) + " and" : "",
                StoredVersion.of(local));
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            query.setString(given(query, deletes), origins.own(options.region()));
            return read(query, local, options.region(), true);
        }
    }

    private static boolean keyed(List<PastDelete> deletes) {
        return !deletes.get(0).key().equals(RowKey.ALL);
    }

    private int given(PreparedStatement statement, List<PastDelete> deletes) throws SQLException {
        statement.setArray(1, connection.createArrayOf("text", deletes.stream().map(PastDelete::key).toArray()));
        statement.setArray(2, connection.createArrayOf("text", deletes.stream().map(d -> Micros.text(d.version().commitMicros())).toArray()));
        statement.setArray(3, connection.createArrayOf("int", deletes.stream().map(PastDelete::epoch).toArray()));
        statement.setArray(4, connection.createArrayOf("bigint", deletes.stream().map(PastDelete::sequence).toArray()));
        return 5;
    }

    private PreparedStatement delete(String deletes, TableId id, String origin, boolean keyed) throws SQLException {
        return delete(deletes, id, origin, keyed, "");
    }

    /**
     * @param origin  of the deletes
     * @param further what else makes a row one to delete
     */
    private PreparedStatement delete(String deletes, TableId id, String origin, boolean keyed, String further) throws SQLException {
        LocalTable table = table(id);
        String stored = StoredVersion.of(table);
        String version = "select array[" + MICROS + ", v.roident::bigint] from (" + stored + ") v where v.\"timestamp\" is not null";
        String users = origin.equals(options.region()) ? NOT_USERS.formatted(stored) : "";
        return connection.prepareStatement(DELETE.formatted(StoredRows.quoted(id), deletes, (keyed ? keyEquals(table) + " and" : "") + further,
                StoredVersion.before(table), users, version, texts(table)));
    }

    private FallenRows run(PreparedStatement delete, int first, TableId table, String origin) throws SQLException {
        delete.setString(first, origins.below(origin));
        delete.setString(first + 1, since);
        return read(delete, table(table), origin, false);
    }

    private FallenRows read(PreparedStatement statement, LocalTable table, String origin, boolean stays) throws SQLException {
        List<String> columns = List.copyOf(table.columns().keySet());
        List<FallenRow> listed = new ArrayList<>();
        long all = 0;
        try (ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                Row values = new Row((String[]) row.getArray(6).getArray());
                String key = RowKey.of(shape(table), values);
                listed.add(new FallenRow(key, new NamedRow(columns, values), version(row),
                        new PastDelete(key, new Version(row.getLong(2), origin), row.getInt(3), row.getLong(4))));
                all = row.getLong(5);
            }
        }
        if (listed.isEmpty()) {
            return FallenRows.NONE;
        }
        return stays ? new FallenRows(listed, 0, all) : new FallenRows(listed, all, 0);
    }

    private Version version(ResultSet row) throws SQLException {
        if (row.getArray(1) == null) {
            return null;
        }
        Long[] version = (Long[]) row.getArray(1).getArray();
        return new Version(version[0], origins.region(version[1]));
    }

    private LocalTable table(TableId id) throws SQLException {
        LocalTable known = tables.get(id);
        if (known == null) {
            known = new LocalCatalog(connection).table(id);
            tables.put(id, known);
        }
        return known;
    }

    private static TableShape shape(LocalTable table) {
        return new TableShape(table.id(), table.columns().values().stream().map(c -> new Column(c.name(), c.fullType(), c.key())).toList());
    }

    private static int ofTable(PreparedStatement statement, int first, TableId id, String origin) throws SQLException {
        statement.setString(first, id.schema());
        statement.setString(first + 1, id.name());
        statement.setString(first + 2, origin);
        return first + 3;
    }

    private static String keyEquals(LocalTable table) throws SQLException {
        List<LocalColumn> key = table.columns().values().stream().filter(LocalColumn::key).toList();
        if (key.isEmpty()) {
            throw new SQLException("table " + table.id() + " has no primary key here", "42830");
        }
        return IntStream.range(0, key.size()).mapToObj(i -> "t." + JOOQ.render(DSL.name(key.get(i).name()))
                + " = (d.row_key::jsonb ->> " + i + ")::" + key.get(i).castType()).collect(Collectors.joining(" and "));
    }

    private static String texts(LocalTable table) {
        return table.columns().keySet().stream().map(StoredRows::exactText).collect(Collectors.joining(", "));
    }
}
