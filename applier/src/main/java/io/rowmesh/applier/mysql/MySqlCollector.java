package io.rowmesh.applier.mysql;

import io.rowmesh.applier.write.CollectorDatabase;
import io.rowmesh.schema.Seen;

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
import java.util.function.ToLongBiFunction;

/** A MySQL region's database: tombstones are all that is collected. */
public final class MySqlCollector implements CollectorDatabase {

    private static final String APPLIED = """
            select p.origin, p.epoch, max(p.sequence) from rowmesh.progress p
            where p.epoch = (select max(e.epoch) from rowmesh.progress e where e.origin = p.origin) group by p.origin, p.epoch""";

    private static final String HEARD = """
            select k.origin, json_extract(h.seen, concat('$."', k.origin, '"[0]')), json_extract(h.seen, concat('$."', k.origin, '"[1]')), h.region
            from rowmesh.heartbeat h cross join json_table(json_keys(h.seen), '$[*]' columns (origin varchar(63) path '$')) k where h.region <> ?""";

    /** A piece, in the order in which they were recorded. One that is recorded anew meanwhile has another number. */
    private static final String DUE = """
            select d.recorded from rowmesh.tombstone d where d.origin = ? and (d.epoch < ? or (d.epoch = ? and d.sequence <= ?)) and d.recorded <= ?
              and d.recorded > ? and not exists (select 1 from rowmesh.parked p where p.table_schema = d.table_schema and p.table_name = d.table_name
                and (d.row_key = '*' or p.key_digest in (d.key_digest, unhex(sha2('*', 256)))))
            order by d.recorded limit ?""";

    private static final int PIECE = 1_000;

    private final ToLongBiFunction<String, Long> position;

    /** @param position of a log file's name and an offset in it */
    public MySqlCollector(ToLongBiFunction<String, Long> position) {
        this.position = position;
    }

    /** The tombstones first: whoever recorded one of them, or wrote before, has a number below. */
    @Override
    public Optional<Standing> standing(Connection connection) throws SQLException {
        long newest = number(connection, "select coalesce(max(recorded), 0) from rowmesh.tombstone");
        return newest == 0 ? Optional.empty() : Optional.of(new Standing(List.of(newest), RunningTransactions.look(connection).next()));
    }

    @Override
    public OptionalLong logAfter(Connection connection, long running) throws SQLException {
        if (RunningTransactions.look(connection).oldest() < running) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(new MySqlLog(connection, position).end());
    }

    @Override
    public int drop(Connection connection, Standing noted, Seen seenByAll, Seen.Mark captured) throws SQLException {
        int dropped = 0;
        for (Map.Entry<String, Seen.Mark> each : seenByAll.marks().entrySet()) {
            dropped += drop(connection, each.getKey(), each.getValue(), noted.newest().get(0));
        }
        return dropped;
    }

    private static int drop(Connection connection, String origin, Seen.Mark seen, long newest) throws SQLException {
        int dropped = 0;
        List<Long> due = due(connection, origin, seen, newest, 0);
        while (!due.isEmpty()) {
            try (PreparedStatement delete = connection.prepareStatement(
                    "delete from rowmesh.tombstone where recorded in (" + MySqlTombstones.marks(due.size(), "?") + ")")) {
                for (int i = 0; i < due.size(); i++) {
                    delete.setLong(i + 1, due.get(i));
                }
                dropped += delete.executeUpdate();
            }
            due = due.size() < PIECE ? List.of() : due(connection, origin, seen, newest, due.get(due.size() - 1));
        }
        return dropped;
    }

    private static List<Long> due(Connection connection, String origin, Seen.Mark seen, long newest, long after) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(DUE)) {
            query.setString(1, origin);
            query.setInt(2, seen.epoch());
            query.setInt(3, seen.epoch());
            query.setLong(4, seen.sequence());
            query.setLong(5, newest);
            query.setLong(6, after);
            query.setInt(7, PIECE);
            List<Long> due = new ArrayList<>();
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    due.add(row.getLong(1));
                }
            }
            return due;
        }
    }

    @Override
    public Seen applied(Connection connection) throws SQLException {
        return appliedHere(connection);
    }

    /** For each origin the last transaction that is applied here. */
    static Seen appliedHere(Connection connection) throws SQLException {
        Seen applied = Seen.NONE;
        try (PreparedStatement query = connection.prepareStatement(APPLIED); ResultSet row = query.executeQuery()) {
            while (row.next()) {
                applied = applied.with(row.getString(1), row.getInt(2), row.getLong(3));
            }
        }
        return applied;
    }

    @Override
    public Map<String, Seen> heard(Connection connection, String region) throws SQLException {
        Map<String, Seen> heard = new HashMap<>();
        try (PreparedStatement query = connection.prepareStatement(HEARD)) {
            query.setString(1, region);
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    heard.merge(row.getString(4), Seen.NONE.with(row.getString(1), row.getInt(2), row.getLong(3)), Seen::with);
                }
            }
        }
        return heard;
    }

    @Override
    public long tombstones(Connection connection) throws SQLException {
        return number(connection, "select count(*) from rowmesh.tombstone");
    }

    private static long number(Connection connection, String sql) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(sql); ResultSet row = query.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }
}
