package io.rowmesh.testbed.torture;

import io.rowmesh.schema.Version;
import io.rowmesh.testbed.TestingRegion;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Of a region on MySQL: what the tables hold, with the times that its binary log tells. */
final class MySqlRemains implements Remains {

    private static final String TOMBSTONES = "select table_name, row_key, concat_ws(' ', deleted_at, origin, epoch, sequence) from rowmesh.tombstone"
            + " where table_schema = 'public'";
    private static final String PARKED = "select table_name, row_key, concat_ws(' ', `sqlstate`, reason, 'of', origin, epoch, sequence, kind, committed_at)"
            + " from rowmesh.parked";
    private static final String LEDGER = "select position, kind, relation, row_key, image, transaction from torture.ledger order by position";

    private static final Version NONE = new Version(0, "-");

    private interface Reading {
        void of(ResultSet row) throws SQLException;
    }

    private final TestingRegion region;
    private final WholeLog log;

    /** @throws IllegalStateException when the log cannot be read to its end */
    MySqlRemains(TestingRegion region) {
        this.region = region;
        this.log = WholeLog.of(region);
    }

    /** @throws IllegalStateException when ledger and log do not have the same rows */
    @Override
    public void writes(Consumer<Write> each) {
        log.truncates().forEach(each);
        long[] rows = new long[1];
        read(LEDGER, row -> {
            rows[0]++;
            WholeLog.Stamp stamp = log.ledger().get(row.getLong(1));
            if (stamp == null) {
                throw new IllegalStateException("the log of " + region.id() + " does not have row " + row.getLong(1) + " of the ledger");
            }
            each.accept(new Write(Write.Kind.valueOf(row.getString(2)), row.getString(3), row.getString(4), row.getString(5), null, null,
                    new Version(stamp.micros(), region.id()), stamp.order(), row.getString(6)));
        });
        if (rows[0] != log.ledger().size()) {
            throw new IllegalStateException("the ledger of " + region.id() + " has " + rows[0] + " rows, and the log " + log.ledger().size());
        }
    }

    @Override
    public void writesOf(String table, String key, Consumer<Write> each) {
        writes(write -> {
            if (write.table().equals(table) && (write.key().equals(key) || write.key().equals(Write.ALL))) {
                each.accept(write);
            }
        });
    }

    @Override
    public Map<String, StoredRow> rows(Table table) {
        Map<String, Version> versions = log.versions(table.name());
        Map<String, StoredRow> found = new HashMap<>();
        read("select " + MySqlText.key(table) + ", " + MySqlText.image(table) + " from " + table.name() + " t",
                row -> found.put(row.getString(1), new StoredRow(row.getString(2), versions.getOrDefault(row.getString(1), NONE))));
        return found;
    }

    private void read(String sql, Reading each) {
        try (Connection connection = region.database().connect(); Statement statement = connection.createStatement();
             ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                each.of(rows);
            }
        } catch (SQLException e) {
            throw new IllegalStateException("cannot read " + region.id() + ": " + e.getMessage() + " in " + sql, e);
        }
    }

    @Override
    public List<List<String>> tombstones() {
        return region.database().query(TOMBSTONES);
    }

    @Override
    public List<List<String>> parked() {
        return region.database().query(PARKED);
    }

    @Override
    public Map<String, Long> repeated() {
        return log.repeated();
    }
}
