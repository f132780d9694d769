package io.rowmesh.applier.write;

import io.rowmesh.schema.Seen;
import io.rowmesh.schema.control.Tables;
import io.rowmesh.schema.store.ControlSchema;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/** A PostgreSQL database. */
final class PostgresCollector implements CollectorDatabase {

    private static final String APPLIED = """
            select distinct on (origin) origin, epoch, sequence from rowmesh.progress
            order by origin, epoch desc, sequence desc""";

    private static final String HEARD = """
            select s.key, (s.value ->> 0)::int, (s.value ->> 1)::bigint, h.region
            from rowmesh.heartbeat h, json_each(h.seen::json) s where h.region <> ?""";

    /** What is dropped by origin, epoch and sequence. */
    private static final List<String> TABLES = List.of("tombstone", "key_deletes", "row_version");

    private static final String NEWEST = "select " + TABLES.stream().map(table -> "(select max(recorded) from rowmesh." + table + ")")
            .collect(Collectors.joining(", ")) + ", pg_snapshot_xmax(pg_current_snapshot())::text::bigint";

    private static final String PLACE_LOCAL = """
            update rowmesh.row_version set epoch = ?, sequence = ? where origin = ? and sequence is null and not moved and recorded <= ?""";

    /** What a parked change of the key will be judged by stays: that change is older than its region's word of having seen all this. */
    static final String NOT_PARKED = """
             and not exists (select from rowmesh.parked p where p.table_schema = d.table_schema and p.table_name = d.table_name
               and (d.row_key = '*' or md5(p.row_key) in (md5(d.row_key), md5('*'))))""";

    private static final String DROP = """
            delete from rowmesh.%s d using unnest(?::text[], ?::int[], ?::bigint[]) s(origin, epoch, sequence)
            where d.recorded <= ? and d.origin = s.origin and (d.epoch, d.sequence) <= (s.epoch, s.sequence)""" + NOT_PARKED;

    private final String region;

    /** @param region this one */
    PostgresCollector(String region) {
        this.region = region;
    }

    @Override
    public Optional<Standing> standing(Connection connection) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(NEWEST); ResultSet row = query.executeQuery()) {
            row.next();
            List<Long> newest = new ArrayList<>();
            for (int i = 0; i < TABLES.size(); i++) {
                newest.add(row.getLong(i + 1));
            }
            boolean nothing = newest.stream().allMatch(each -> each == 0);
            return nothing ? Optional.empty() : Optional.of(new Standing(newest, row.getLong(TABLES.size() + 1)));
        }
    }

    @Override
    public OptionalLong logAfter(Connection connection, long running) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("select pg_snapshot_xmin(pg_current_snapshot())::text::bigint,"
                + " (pg_current_wal_insert_lsn() - '0/0')::bigint"); ResultSet row = query.executeQuery()) {
            row.next();
            return row.getLong(1) >= running ? OptionalLong.of(row.getLong(2)) : OptionalLong.empty();
        }
    }

    @Override
    public int drop(Connection connection, Standing noted, Seen seenByAll, Seen.Mark captured) throws SQLException {
        placeLocalVersions(connection, noted.newest().get(TABLES.indexOf("row_version")), captured);
        int dropped = 0;
        for (int i = 0; i < TABLES.size(); i++) {
            if (noted.newest().get(i) > 0) {
                dropped += drop(connection, TABLES.get(i), seenByAll, noted.newest().get(i));
            }
        }
        return dropped;
    }

    private void placeLocalVersions(Connection connection, long newest, Seen.Mark last) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(PLACE_LOCAL)) {
            update.setInt(1, last.epoch());
            update.setLong(2, last.sequence());
            update.setString(3, region);
            update.setLong(4, newest);
            update.executeUpdate();
        }
    }

    private static int drop(Connection connection, String table, Seen seen, long newest) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement(DROP.formatted(table) + (table.equals("row_version") ? " and not d.moved" : ""))) {
            delete.setArray(1, connection.createArrayOf("text", seen.marks().keySet().toArray()));
            delete.setArray(2, connection.createArrayOf("int", seen.marks().values().stream().map(Seen.Mark::epoch).toArray()));
            delete.setArray(3, connection.createArrayOf("bigint", seen.marks().values().stream().map(Seen.Mark::sequence).toArray()));
            delete.setLong(4, newest);
            return delete.executeUpdate();
        }
    }

    @Override
    public Seen applied(Connection connection) throws SQLException {
        Seen applied = Seen.NONE;
        try (PreparedStatement query = connection.prepareStatement(APPLIED); ResultSet rows = query.executeQuery()) {
            while (rows.next()) {
                applied = applied.with(rows.getString(1), rows.getInt(2), rows.getLong(3));
            }
        }
        return applied;
    }

    @Override
    public Map<String, Seen> heard(Connection connection, String here) throws SQLException {
        Map<String, Seen> heard = new HashMap<>();
        try (PreparedStatement query = connection.prepareStatement(HEARD)) {
            query.setString(1, here);
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    Seen told = Seen.NONE.with(rows.getString(1), rows.getInt(2), rows.getLong(3));
                    heard.merge(rows.getString(4), told, Seen::with);
                }
            }
        }
        return heard;
    }

    @Override
    public long tombstones(Connection connection) {
        return ControlSchema.sql(connection).fetchCount(Tables.TOMBSTONE);
    }
}
