package io.rowmesh.applier.write;

import io.rowmesh.applier.fence.Fences;
import io.rowmesh.rules.SeenMatrix;
import io.rowmesh.schema.Seen;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
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

    private final DataSource pool;
    private final ApplierOptions options;
    private final LongSupplier capturedPosition;
    private final Supplier<Seen.Mark> captured;
    private final CollectorDatabase database;
    private Round round;

    /** @param log 0 until the transactions that ran at the start of the round have ended */
    private record Round(CollectorDatabase.Standing noted, long log) {
    }

    /**
     * In PostgreSQL.
     *
     * @param capturedPosition the log position (LSN) up to which the change log holds everything
     * @param captured         the last local transaction in the change log
     */
    public TombstoneCollector(DataSource pool, ApplierOptions options, LongSupplier capturedPosition, Supplier<Seen.Mark> captured) {
        this(pool, options, capturedPosition, captured, new PostgresCollector(options.region()));
    }

    /** @param database of the pool's kind */
    public TombstoneCollector(DataSource pool, ApplierOptions options, LongSupplier capturedPosition, Supplier<Seen.Mark> captured,
                              CollectorDatabase database) {
        this.pool = pool;
        this.options = options;
        this.capturedPosition = capturedPosition;
        this.captured = captured;
        this.database = database;
    }

    /** Takes the round one step further; returns how many tombstones were dropped. Call it every few seconds. */
    public int step() throws SQLException {
        try (Connection connection = pool.getConnection()) {
            if (round == null) {
                round = database.standing(connection).map(noted -> new Round(noted, 0)).orElse(null);
            } else if (round.log() == 0) {
                round = new Round(round.noted(), database.logAfter(connection, round.noted().running()).orElse(0));
            } else if (Long.compareUnsigned(capturedPosition.getAsLong(), round.log()) >= 0) {
                int dropped = database.drop(connection, round.noted(), matrix(connection, options, database).seenByAll(), captured.get());
                round = null;
                return dropped;
            }
            return 0;
        }
    }

    /** For each origin the last transaction that is applied here, in PostgreSQL. */
    public static Seen applied(Connection connection) throws SQLException {
        return new PostgresCollector("").applied(connection);
    }

    /** What every region is known to have seen. */
    static SeenMatrix matrix(Connection connection, ApplierOptions options, CollectorDatabase database) throws SQLException {
        return new SeenMatrix(options.region(), options.regions(), database.applied(connection), heardOrFenced(connection, options, database));
    }

    /** A fenced region is waited for no longer: nothing that it ships is applied any more. */
    private static Map<String, Seen> heardOrFenced(Connection connection, ApplierOptions options, CollectorDatabase database) throws SQLException {
        Map<String, Seen> heard = database.heard(connection, options.region());
        Seen everything = Seen.NONE;
        for (String origin : options.regions()) {
            everything = everything.with(origin, Integer.MAX_VALUE, Long.MAX_VALUE);
        }
        for (String fenced : Fences.fencedNow(connection)) {
            heard.put(fenced, everything);
        }
        return heard;
    }

    /** How many tombstones stand. */
    public long standing() throws SQLException {
        try (Connection connection = pool.getConnection()) {
            return database.tombstones(connection);
        }
    }
}
