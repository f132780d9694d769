package io.rowmesh.applier.write;

import io.rowmesh.applier.fence.Fences;
import io.rowmesh.rules.SeenMatrix;
import io.rowmesh.schema.Seen;
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
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import javax.sql.DataSource;

/**
 * Drops tombstones, and what counters keep beside their rows, that nothing in flight can need any more (convergence rule 14): the delete is applied here, every other
 * region but its origin has told (in a heartbeat applied here) that it had seen the delete ({@link SeenMatrix}), and the local
 * capture has passed every local transaction that was running when the tombstone was written, and no change of the key is parked here.
 *
 * <p>Works in rounds, one step a call: note what stands and which transactions run; once they have ended note where the log
 * is; once the capture is past that, drop what every region has seen. A local write whose true version is kept has no sequence
 * when that is noted; it lies before what the capture has passed in the round.
 */
public final class TombstoneCollector {

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

    private final DataSource pool;
    private final ApplierOptions options;
    private final LongSupplier capturedPosition;
    private final Supplier<Seen.Mark> captured;
    private Round round;

    /**
     * @param newest of each of the tables; 0 for none
     * @param lsn    0 until the transactions that ran at the start of the round have ended
     */
    private record Round(List<Long> newest, long xmax, long lsn) {
    }

    /**
     * @param capturedPosition the log position (LSN) up to which the change log holds everything
     * @param captured         the last local transaction in the change log
     */
    public TombstoneCollector(DataSource pool, ApplierOptions options, LongSupplier capturedPosition, Supplier<Seen.Mark> captured) {
        this.pool = pool;
        this.options = options;
        this.capturedPosition = capturedPosition;
        this.captured = captured;
    }

    /** Takes the round one step further; returns how many tombstones were dropped. Call it every few seconds. */
    public int step() throws SQLException {
        try (Connection connection = pool.getConnection()) {
            if (round == null) {
                round = begin(connection).orElse(null);
            } else if (round.lsn() == 0) {
                round = awaitTransactions(connection, round);
            } else if (Long.compareUnsigned(capturedPosition.getAsLong(), round.lsn()) >= 0) {
                int dropped = drop(connection, round);
                round = null;
                return dropped;
            }
            return 0;
        }
    }

    private static Optional<Round> begin(Connection connection) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(NEWEST); ResultSet row = query.executeQuery()) {
            row.next();
            List<Long> newest = new ArrayList<>();
            for (int i = 0; i < TABLES.size(); i++) {
                newest.add(row.getLong(i + 1));
            }
            boolean nothing = newest.stream().allMatch(each -> each == 0);
            return nothing ? Optional.empty() : Optional.of(new Round(newest, row.getLong(TABLES.size() + 1), 0));
        }
    }

    private static Round awaitTransactions(Connection connection, Round round) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("select pg_snapshot_xmin(pg_current_snapshot())::text::bigint,"
                + " (pg_current_wal_insert_lsn() - '0/0')::bigint"); ResultSet row = query.executeQuery()) {
            row.next();
            return row.getLong(1) >= round.xmax() ? new Round(round.newest(), round.xmax(), row.getLong(2)) : round;
        }
    }

    private int drop(Connection connection, Round round) throws SQLException {
        placeLocalVersions(connection, round.newest().get(TABLES.indexOf("row_version")));
        Seen seen = seenByAll(connection, options);
        int dropped = 0;
        for (int i = 0; i < TABLES.size(); i++) {
            if (round.newest().get(i) > 0) {
                dropped += drop(connection, TABLES.get(i), seen, round.newest().get(i));
            }
        }
        return dropped;
    }

    private void placeLocalVersions(Connection connection, long newest) throws SQLException {
        Seen.Mark last = captured.get();
        try (PreparedStatement update = connection.prepareStatement(PLACE_LOCAL)) {
            update.setInt(1, last.epoch());
            update.setLong(2, last.sequence());
            update.setString(3, options.region());
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

    /** For each origin the last transaction that is applied here. */
    public static Seen applied(Connection connection) throws SQLException {
        Seen applied = Seen.NONE;
        try (PreparedStatement query = connection.prepareStatement(APPLIED); ResultSet rows = query.executeQuery()) {
            while (rows.next()) {
                applied = applied.with(rows.getString(1), rows.getInt(2), rows.getLong(3));
            }
        }
        return applied;
    }

    /** What every region is known to have seen. */
    private static Seen seenByAll(Connection connection, ApplierOptions options) throws SQLException {
        return matrix(connection, options).seenByAll();
    }

    static SeenMatrix matrix(Connection connection, ApplierOptions options) throws SQLException {
        return new SeenMatrix(options.region(), options.regions(), applied(connection), heardOrFenced(connection, options));
    }

    /** A fenced region is waited for no longer: nothing that it ships is applied any more. */
    private static Map<String, Seen> heardOrFenced(Connection connection, ApplierOptions options) throws SQLException {
        Map<String, Seen> heard = heard(connection, options);
        Seen everything = Seen.NONE;
        for (String origin : options.regions()) {
            everything = everything.with(origin, Integer.MAX_VALUE, Long.MAX_VALUE);
        }
        for (String fenced : Fences.fencedNow(connection)) {
            heard.put(fenced, everything);
        }
        return heard;
    }

    private static Map<String, Seen> heard(Connection connection, ApplierOptions options) throws SQLException {
        Map<String, Seen> heard = new HashMap<>();
        try (PreparedStatement query = connection.prepareStatement(HEARD)) {
            query.setString(1, options.region());
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    Seen told = Seen.NONE.with(rows.getString(1), rows.getInt(2), rows.getLong(3));
                    heard.merge(rows.getString(4), told, Seen::with);
                }
            }
        }
        return heard;
    }

    /** How many tombstones stand. */
    public long standing() {
        return ControlSchema.sql(pool).fetchCount(io.rowmesh.schema.control.Tables.TOMBSTONE);
    }
}
