package io.rowmesh.applier.touch;

import io.micrometer.core.instrument.MeterRegistry;
import io.rowmesh.applier.write.Micros;
import io.rowmesh.rules.credible.LogVersions;
import io.rowmesh.schema.TableId;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;
import javax.sql.DataSource;

/** Credible timestamps and touch of one node, put together: what lanes, capture and the periodic part each need of it. */
public final class Touching {

    private final LogVersions versions;
    private final Withholding withholding;
    private final Toucher toucher;

    private Touching(LogVersions versions, Withholding withholding, Toucher toucher) {
        this.versions = versions;
        this.withholding = withholding;
        this.toucher = toucher;
    }

    /**
     * @param region        this region
     * @param newestShipped newest commit timestamp that this region ever shipped, microseconds
     * @param secret        known to this node alone: so that nobody else's messages are taken for touches
     * @param untouched     tables whose withheld rows need no touch
     * @param counting      tables with counters
     */
    public static Touching of(DataSource pool, String region, Duration maxClockSkew, long newestShipped, String secret, Predicate<TableId> untouched,
                              Predicate<TableId> counting, MeterRegistry registry) throws SQLException {
        LogVersions versions = versions(pool, newestShipped);
        Clocks clocks = new Clocks(maxClockSkew.toNanos() / 1_000, Micros::now, System::nanoTime);
        TouchesUnderWay underWay = new TouchesUnderWay();
        return new Touching(versions, new Withholding(pool, region, versions, clocks, underWay, secret, untouched, counting, registry),
                new Toucher(pool, versions, clocks, underWay, secret));
    }

    /**
     * What a local commit that the capture has yet to meet is compared with. Progress is pruned only of what began before the
     * slot's place and is not newer than what stays ({@code Progress.prune}), so it still tells all that matters.
     */
    private static LogVersions versions(DataSource pool, long newestShipped) throws SQLException {
        long nowhere = Long.MIN_VALUE;
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            awaitFormerCommits(connection);
            LogVersions versions = null;
            try (PreparedStatement query = connection.prepareStatement(
                    "select began, " + Micros.sql("committed_at") + " from rowmesh.progress order by began");
                 ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    if (row.getLong(1) == 0) {
                        nowhere = Math.max(nowhere, row.getLong(2));
                        continue;
                    }
                    versions = versions == null ? new LogVersions(nowhere, newestShipped) : versions;
                    versions.appliedBefore(row.getLong(1), row.getLong(2));
                }
            }
            connection.commit();
            return versions == null ? new LogVersions(nowhere, newestShipped) : versions;
        }
    }

    /** A node that died a moment ago may have left a transaction that still commits: whoever makes progress holds this lock. */
    private static void awaitFormerCommits(Connection connection) throws SQLException {
        try (Statement lock = connection.createStatement()) {
            lock.execute("set local lock_timeout = '50s'; lock table rowmesh.progress in share mode");
        }
    }

    /** For the lanes. */
    public LogVersions versions() {
        return versions;
    }

    /** For the capture. */
    public Withholding withholding() {
        return withholding;
    }

    /** Touches what may be touched now; call it every second or so. */
    public void round() throws SQLException {
        if (withholding.standing() > 0) {
            toucher.round();
        }
    }

    /** What a person should know while keys wait. */
    public Optional<String> notice() {
        int standing = withholding.standing();
        String waiting = toucher.waiting();
        return standing == 0 ? Optional.empty() : Optional.of("the last local writes of " + standing + " keys are not shipped yet: their"
                + " timestamps are not credible, and they are touched once the clock is right" + (waiting == null ? "" : " (" + waiting + ")"));
    }
}
