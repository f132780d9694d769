package io.rowmesh.applier.touch;

import io.micrometer.core.instrument.MeterRegistry;
import io.rowmesh.applier.write.Micros;
import io.rowmesh.rules.credible.LogVersions;
import io.rowmesh.schema.TableId;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;

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
     * @param newestShipped newest commit timestamp that this region ever shipped, microseconds
     * @param secret        known to this node alone: so that nobody else's messages are taken for touches
     * @param untouched     tables whose withheld rows need no touch
     * @param counting      tables with counters
     */
    public static Touching of(TouchDatabase database, Duration maxClockSkew, long newestShipped, String secret, Predicate<TableId> untouched,
                              Predicate<TableId> counting, MeterRegistry registry) throws SQLException {
        LogVersions versions = database.versions(newestShipped);
        Clocks clocks = new Clocks(maxClockSkew.toNanos() / 1_000, Micros::now, System::nanoTime);
        TouchesUnderWay underWay = new TouchesUnderWay();
        return new Touching(versions, new Withholding(database, versions, clocks, underWay, secret, untouched, counting, registry),
                new Toucher(database, versions, clocks, underWay, secret));
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
