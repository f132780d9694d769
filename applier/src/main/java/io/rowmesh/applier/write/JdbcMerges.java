package io.rowmesh.applier.write;

import io.rowmesh.applier.merge.KeyFacts;
import io.rowmesh.applier.merge.LocalDelete;
import io.rowmesh.applier.merge.MergeTarget;
import io.rowmesh.applier.merge.Removed;
import io.rowmesh.rules.Deletes;
import io.rowmesh.rules.StoredRow;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.RowKey;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.TransactionHeader;
import io.rowmesh.schema.Version;
import io.rowmesh.schema.Seen;
import io.rowmesh.schema.SeenMark;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Merging rows of a PostgreSQL database, over one connection of the applier's own. */
final class JdbcMerges implements MergeTarget {

    private static final String RECORD_DELETE = """
            insert into rowmesh.key_deletes as d (table_schema, table_name, row_key, origin, epoch, sequence)
            values (?, ?, ?, ?, ?, ?)
            on conflict (table_schema, table_name, md5(row_key), origin) do update
            set epoch = excluded.epoch, sequence = excluded.sequence, recorded = default
            where (d.epoch, d.sequence) < (excluded.epoch, excluded.sequence)""";

    /** What the trigger noted, and what the capture met: the same, unless somebody disabled the trigger. */
    private static final String RECORD_LOCAL = """
            with captured as (
              select u.* from unnest(?::text[], ?::text[], ?::text[], ?::bigint[], ?::bigint[]) as u(s, n, k, q, x)
            ), noted as (
              delete from rowmesh.pending_delete p using (select distinct s, n, q, x from captured) c
              where p.xid = c.x and p.table_schema = c.s and p.table_name = c.n
              returning c.s, c.n, p.row_key as k, c.q
            )
            insert into rowmesh.key_deletes as d (table_schema, table_name, row_key, origin, epoch, sequence)
            select b.s, b.n, b.k, ?, ?, max(b.q) from (select s, n, k, q from captured union all select s, n, k, q from noted) b
            group by 1, 2, 3 order by 1, 2, 3
            on conflict (table_schema, table_name, md5(row_key), origin) do update
            set epoch = excluded.epoch, sequence = excluded.sequence, recorded = default
            where (d.epoch, d.sequence) < (excluded.epoch, excluded.sequence)""";

    /** One element of the JSON that the facts tell of deletes: origins have plain names. */
    private static final Pattern DELETE = Pattern.compile("\\[\"([^\"]+)\", ?([0-9]+), ?([0-9]+)]");

    private final Connection connection;
    private final RegionOrigins origins;
    private final String region;
    private final String since;
    private final Map<TableShape, MergeStatements> statements = new HashMap<>();

    JdbcMerges(Connection connection, RegionOrigins origins, String region, String since) {
        this.connection = connection;
        this.origins = origins;
        this.region = region;
        this.since = since;
    }

    private MergeStatements statements(TableShape shape) throws SQLException {
        MergeStatements known = statements.get(shape);
        if (known == null) {
            known = MergeStatements.render(shape, new LocalCatalog(connection).table(shape.id()));
            statements.put(shape, known);
        }
        return known;
    }

    void forgetTables() {
        statements.clear();
    }

    @Override
    public boolean hold(RowChange change) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(statements(change.table()).hold())) {
            key(query, 1, change);
            try (ResultSet row = query.executeQuery()) {
                return row.next();
            }
        }
    }

    @Override
    public boolean insert(TableShape table, Row row) throws SQLException {
        MergeStatements sql = statements(table);
        try (PreparedStatement insert = connection.prepareStatement(sql.insert())) {
            JdbcRows.values(insert, 1, table, row, sql.positions());
            return insert.executeUpdate() > 0;
        }
    }

    @Override
    public void update(TableShape table, Row row, Set<String> columns) throws SQLException {
        MergeStatements sql = statements(table);
        int[] updated = sql.updated(columns);
        try (PreparedStatement update = connection.prepareStatement(sql.update(updated))) {
            JdbcRows.key(update, JdbcRows.values(update, 1, table, row, updated), table, row);
            update.executeUpdate();
        }
    }

    @Override
    public void remove(RowChange change) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement(statements(change.table()).remove())) {
            key(delete, named(delete, 1, change), change);
            delete.executeUpdate();
        }
    }

    @Override
    public Removed removeAll(TransactionHeader header, TableShape table) throws SQLException {
        MergeStatements sql = statements(table);
        Removed removed;
        try (PreparedStatement lock = connection.prepareStatement(sql.lockTable());
             PreparedStatement query = connection.prepareStatement(sql.unseen());
             PreparedStatement delete = connection.prepareStatement(sql.removeAll());
             PreparedStatement forget = connection.prepareStatement(
                     "delete from rowmesh.row_version where table_schema = ? and table_name = ?")) {
            lock.execute();
            removed = unseen(query, header, table);
            delete.executeUpdate();
            JdbcRows.table(forget, 1, table.id());
            forget.executeUpdate();
        }
        return removed;
    }

    private Removed unseen(PreparedStatement query, TransactionHeader header, TableShape table) throws SQLException {
        List<String> regions = new ArrayList<>();
        List<Long> numbers = new ArrayList<>();
        List<String> until = new ArrayList<>();
        for (SeenMark mark : header.seen()) {
            for (long number : origins.numbers(mark.origin())) {
                regions.add(mark.origin());
                numbers.add(number);
                until.add(Micros.text(mark.commitMicros()));
            }
        }
        for (long number : origins.numbers(header.origin())) {
            regions.add(header.origin());
            numbers.add(number);
            until.add("infinity");
        }
        query.setArray(1, array("text", regions.toArray()));
        query.setArray(2, array("bigint", numbers.toArray()));
        query.setArray(3, array("text", until.toArray()));
        JdbcRows.table(query, 4, table.id());
        List<StoredRow> listed = new ArrayList<>();
        long all = 0;
        try (ResultSet row = query.executeQuery()) {
            for (int columns = table.columns().size(); row.next(); ) {
                String kept = row.getString(columns + 2);
                listed.add(new StoredRow(new Row(JdbcRows.texts(row, 1, columns)), new Version(row.getLong(columns + 1),
                        kept != null ? kept : origins.region(row.getLong(columns + 3)))));
                all = row.getLong(columns + 4);
            }
        }
        return new Removed(listed, all);
    }

    @Override
    public void keepVersion(RowChange change, Version version) throws SQLException {
        try (PreparedStatement keep = connection.prepareStatement(statements(change.table()).keepVersion())) {
            int p = named(keep, 1, change);
            keep.setString(p++, Micros.text(version.commitMicros()));
            keep.setString(p++, version.origin());
            key(keep, p, change);
            keep.executeUpdate();
        }
    }

    @Override
    public void recordDelete(TransactionHeader header, RowChange change) throws SQLException {
        try (PreparedStatement record = connection.prepareStatement(RECORD_DELETE)) {
            int p = named(record, 1, change);
            record.setString(p, header.origin());
            record.setInt(p + 1, header.epoch());
            record.setLong(p + 2, header.sequence());
            record.executeUpdate();
        }
    }

    @Override
    public void recordLocalDeletes(int epoch, List<LocalDelete> deletes) throws SQLException {
        try (PreparedStatement durable = connection.prepareStatement("set local synchronous_commit = local");
             PreparedStatement record = connection.prepareStatement(RECORD_LOCAL)) {
            durable.execute();
            record.setArray(1, array("text", deletes.stream().map(d -> d.table().schema()).toArray()));
            record.setArray(2, array("text", deletes.stream().map(d -> d.table().name()).toArray()));
            record.setArray(3, array("text", deletes.stream().map(LocalDelete::key).toArray()));
            record.setArray(4, array("bigint", deletes.stream().map(LocalDelete::sequence).toArray()));
            record.setArray(5, array("bigint", deletes.stream().map(LocalDelete::xid).toArray()));
            record.setString(6, region);
            record.setInt(7, epoch);
            record.executeUpdate();
        }
    }

    @Override
    public KeyFacts facts(TransactionHeader header, RowChange change) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(statements(change.table()).facts())) {
            key(query, named(query, 1, change), change);
            try (ResultSet row = query.executeQuery()) {
                row.next();
                int columns = change.table().columns().size();
                Deletes deletes = new Deletes(deletes(row.getString(columns + 7)), row.getBoolean(columns + 8));
                return new KeyFacts(row.getString(columns + 1) == null ? null : stored(header, row, columns), deletes);
            }
        }
    }

    private StoredRow stored(TransactionHeader header, ResultSet row, int columns) throws SQLException {
        return new StoredRow(new Row(JdbcRows.texts(row, 1, columns)), version(header, row, columns));
    }

    /** The version kept for the row, else its last writer's: a row of the running transaction has no timestamp yet. */
    private Version version(TransactionHeader header, ResultSet row, int columns) throws SQLException {
        if (row.getString(columns + 6) != null) {
            return new Version(row.getLong(columns + 5), row.getString(columns + 6));
        }
        long micros = row.getLong(columns + 2);
        if (!row.wasNull()) {
            return new Version(micros, origins.region(row.getLong(columns + 3)));
        }
        if (row.getBoolean(columns + 4)) {
            return header.version();
        }
        boolean certainlyNewer = header.commitMicros() > row.getLong(columns + 9) && Micros.text(header.commitMicros()).compareTo(since) > 0;
        if (header.commitMicros() != Version.NONE_MICROS && !certainlyNewer) {
            throw unknownVersion();
        }
        return StoredRow.OLDEST;
    }

    /** As {@code rowmesh.refuse_unknown_version} says it. */
    static SQLException unknownVersion() {
        return new SQLException("when the stored row was written is not known (it was before rowmesh or before its table was rewritten), and"
                + " the change is not certainly newer, so nobody can tell which stays", "RM001");
    }

    private static Seen deletes(String json) {
        Seen last = Seen.NONE;
        for (Matcher each = DELETE.matcher(json == null ? "" : json); each.find(); ) {
            last = last.with(each.group(1), Integer.parseInt(each.group(2)), Long.parseLong(each.group(3)));
        }
        return last;
    }

    private static int named(PreparedStatement statement, int first, RowChange change) throws SQLException {
        return JdbcRows.named(statement, first, change.table().id(), RowKey.of(change));
    }

    private static void key(PreparedStatement statement, int first, RowChange change) throws SQLException {
        JdbcRows.key(statement, first, change.table(), RowChange.keyImage(change));
    }

    private java.sql.Array array(String type, Object[] values) throws SQLException {
        return connection.createArrayOf(type, values);
    }
}
