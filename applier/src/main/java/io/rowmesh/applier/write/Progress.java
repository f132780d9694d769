package io.rowmesh.applier.write;

import io.rowmesh.schema.TransactionHeader;
import io.rowmesh.schema.Version;
import io.rowmesh.schema.store.ControlSchema;
import org.jooq.Field;
import org.jooq.impl.DSL;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.OffsetDateTime;

import static io.rowmesh.schema.control.Tables.PROGRESS;

/**
 * What is applied from an origin: exactly-once guard and resume position. It commits with the rows. Appended, as updating one
 * row slows down while anyone holds a snapshot; the replication origin's own LSN is no guard, an aborted transaction advances
 * it (docs/decisions/0003-progress.md).
 *
 * @param commitMicros commit timestamp of that transaction, microseconds
 */
public record Progress(int epoch, long sequence, long commitMicros) {

    public static final Progress NONE = new Progress(0, 0, 0);

    /** Further by one transaction. One without a timestamp of its own (a withheld one's counters) tells nothing of the time. */
    Progress after(TransactionHeader header) {
        return new Progress(header.epoch(), header.sequence(),
                header.commitMicros() == Version.NONE_MICROS ? commitMicros : header.commitMicros());
    }

    static Progress read(Connection connection, String origin) {
        return ControlSchema.sql(connection)
                .select(PROGRESS.EPOCH, PROGRESS.SEQUENCE, PROGRESS.COMMITTED_AT).from(PROGRESS)
                .where(PROGRESS.ORIGIN.eq(origin))
                .orderBy(PROGRESS.EPOCH.desc(), PROGRESS.SEQUENCE.desc()).limit(1)
                .fetchOptional(row -> new Progress(row.value1(), row.value2(), micros(row.value3()))).orElse(NONE);
    }

    /** The greatest commit timestamp applied from an origin, microseconds: {@link #prune} leaves its row. 0 when nothing is applied. */
    static long newestMicros(Connection connection, String origin) {
        OffsetDateTime newest = ControlSchema.sql(connection).select(DSL.max(PROGRESS.COMMITTED_AT)).from(PROGRESS)
                .where(PROGRESS.ORIGIN.eq(origin)).fetchSingle().value1();
        return newest == null ? 0 : micros(newest);
    }

    /** Appends; a second applier of the same transaction fails on the primary key. Its parameters: {@link #bind}. */
    static final String APPEND = "insert into rowmesh.progress (origin, epoch, sequence, committed_at, began) values (?, ?, ?,"
            + " ?::timestamptz, (pg_current_wal_insert_lsn() - '0/0')::bigint)";

    /** Local commits behind this place are captured again after a restart, and compared with what was applied before them. */
    private static final Field<Long> CONFIRMED = DSL.field("""
            coalesce((select (s.confirmed_flush_lsn - '0/0')::bigint from pg_replication_slots s
              join rowmesh.epoch e on e.slot = s.slot_name order by e.epoch desc limit 1), 0)""", Long.class);

    /** @return the position of the next parameter */
    static int bind(PreparedStatement append, TransactionHeader header) throws SQLException {
        append.setString(1, header.origin());
        append.setInt(2, header.epoch());
        append.setLong(3, header.sequence());
        append.setString(4, Micros.text(header.commitMicros()));
        return 5;
    }

    /**
     * Drops what lies before a transaction, but nothing that began behind the place that the capture has confirmed, and not the
     * newest of what began before it: so it stays known what any local commit that is yet to be captured comes after.
     */
    static void prune(Connection connection, TransactionHeader header) {
        ControlSchema.sql(connection).deleteFrom(PROGRESS)
                .where(PROGRESS.ORIGIN.eq(header.origin())
                        .and(DSL.row(PROGRESS.EPOCH, PROGRESS.SEQUENCE).lt(header.epoch(), header.sequence()))
                        .and(PROGRESS.BEGAN.le(CONFIRMED))
                        .and(PROGRESS.COMMITTED_AT.lt(DSL.select(DSL.max(PROGRESS.COMMITTED_AT)).from(PROGRESS)
                                .where(PROGRESS.ORIGIN.eq(header.origin()).and(PROGRESS.BEGAN.le(CONFIRMED))))))
                .execute();
    }

    private static long micros(OffsetDateTime time) {
        return time.toEpochSecond() * 1_000_000L + time.getNano() / 1_000;
    }
}
