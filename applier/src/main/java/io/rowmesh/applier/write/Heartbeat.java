package io.rowmesh.applier.write;

import io.rowmesh.schema.Seen;
import io.rowmesh.schema.store.ControlSql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.function.Supplier;
import javax.sql.DataSource;

/**
 * Writes this region's heartbeat row: an ordinary local write that must arrive everywhere, once. It measures staleness, moves
 * the slot of an idle database, tells the other regions what was applied here and up to where its own writes are settled, and is the
 * canary for loops.
 */
public final class Heartbeat {

    private static final String BEAT = """
            insert into rowmesh.heartbeat as h (region, beat, beat_at, seen)
            values (?, 1, clock_timestamp(), coalesce((
              select json_object_agg(p.origin, json_build_array(p.epoch, p.sequence))::text
              from ((select distinct on (origin) origin, epoch, sequence from rowmesh.progress order by origin, epoch desc, sequence desc)
                    union all select ?, ?, ? where ? > 0) p), '{}'))
            on conflict (region) do update set beat = h.beat + 1, beat_at = excluded.beat_at, seen = excluded.seen""";

    /** Before the row, by a statement of its own: one that inserts what it reads would wait for lanes. No rule of MySQL's is in need of the own mark. */
    private static final String SEEN_IN_MYSQL = """
            select coalesce(cast(json_objectagg(p.origin, json_array(p.epoch, p.sequence)) as char), '{}') from (
              select q.origin, q.epoch, max(q.sequence) as sequence from rowmesh.progress q
              where q.epoch = (select max(e.epoch) from rowmesh.progress e where e.origin = q.origin) group by q.origin, q.epoch) p""";

    private static final String BEAT_IN_MYSQL = """
            insert into rowmesh.heartbeat (region, beat, beat_at, seen) values (?, 1, now(6), ?)
            on duplicate key update beat = beat + 1, beat_at = values(beat_at), seen = values(seen)""";

    private final DataSource pool;
    private final String region;
    private final Supplier<Seen.Mark> settled;

    /** @param settled up to where the own transactions are settled; null while it is not known */
    public Heartbeat(DataSource pool, String region, Supplier<Seen.Mark> settled) {
        this.pool = pool;
        this.region = region;
        this.settled = settled;
    }

    public void beat() throws SQLException {
        try (Connection connection = pool.getConnection()) {
            switch (ControlSql.of(connection)) {
                case POSTGRES -> beatInPostgres(connection);
                case MYSQL -> beatInMySql(connection);
            }
        }
    }

    private void beatInPostgres(Connection connection) throws SQLException {
        try (PreparedStatement beat = connection.prepareStatement(BEAT)) {
            Seen.Mark own = settled.get();
            beat.setString(1, region);
            beat.setString(2, region);
            beat.setInt(3, own == null ? 0 : own.epoch());
            beat.setLong(4, own == null ? 0 : own.sequence());
            beat.setLong(5, own == null ? 0 : own.sequence());
            beat.execute();
        }
    }

    private void beatInMySql(Connection connection) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(SEEN_IN_MYSQL); ResultSet seen = query.executeQuery();
             PreparedStatement beat = connection.prepareStatement(BEAT_IN_MYSQL)) {
            seen.next();
            beat.setString(1, region);
            beat.setString(2, seen.getString(1));
            beat.execute();
        }
    }
}
