package io.rowmesh.applier.write;

/** A transaction's timestamp lies too far ahead of the local database's clock: applying stops rather than diverges. */
public final class ClockSkewException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    ClockSkewException(String origin, long aheadMicros) {
        super("the clock of region " + origin + " is " + aheadMicros / 1_000 + " ms ahead of this database's clock, more than"
                + " max-clock-skew; applying from " + origin + " waits until the clocks agree (check NTP in both regions)");
    }
}
