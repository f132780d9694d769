package io.rowmesh.agent.capture;

import io.rowmesh.schema.SeenMark;
import io.rowmesh.schema.store.ControlSchema;
import org.postgresql.replication.LogSequenceNumber;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;

import static io.rowmesh.schema.control.Tables.EPOCH;

/** The slot and the recorded epochs in the database. The connection is the caller's. */
final class SlotControl {

    // Through jsonb because what the view tells differs between server versions.
    private static final String SLOT = """
            select s ->> 'plugin', s ->> 'database', s ->> 'confirmed_flush_lsn', s ->> 'wal_status', s ->> 'invalidation_reason',
                   s ->> 'conflicting', coalesce((s ->> 'active_pid')::int, 0)
              from (select to_jsonb(v) s from pg_replication_slots v where slot_name = ?) x""";
    private static final String CREATE = "select lsn from pg_create_logical_replication_slot(?, 'pgoutput')";
    private static final String ADVANCE = "select end_lsn from pg_replication_slot_advance(?, ?::pg_lsn)";
    private static final String DROP = "select pg_drop_replication_slot(?)";
    private static final String SYSTEM = """
            select current_database(), (select system_identifier from pg_control_system())::text, pg_current_wal_flush_lsn()::text""";

    private final Connection connection;
    private final CaptureOptions options;

    SlotControl(Connection connection, CaptureOptions options) {
        this.connection = connection;
        this.options = options;
    }

    SourceState read() throws SQLException {
        // The slot first: its position, read before, cannot be past the end of the log that is read after.
        SlotState slot = readSlot();
        EpochRow newest = readNewestEpoch();
        try (PreparedStatement statement = connection.prepareStatement(SYSTEM); ResultSet row = statement.executeQuery()) {
            row.next();
            return new SourceState(options.region(), options.slot(), row.getString(1), row.getString(2), lsn(row.getString(3)),
                    slot, newest);
        }
    }

    SlotState readSlot() throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(SLOT)) {
            statement.setString(1, options.slot());
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    return null;
                }
                String reason = row.getString(5);
                if (reason == null && "true".equals(row.getString(6))) {
                    reason = "conflict";
                }
                return new SlotState(options.slot(), row.getString(1), row.getString(2), lsn(row.getString(3)), row.getString(4),
                        reason, row.getInt(7));
            }
        }
    }

    private EpochRow readNewestEpoch() {
        return ControlSchema.sql(connection)
                .select(EPOCH.EPOCH_, EPOCH.REGION, EPOCH.SLOT, EPOCH.SYSTEM_IDENTIFIER)
                .from(EPOCH).orderBy(EPOCH.EPOCH_.desc()).limit(1)
                .fetchOne(row -> new EpochRow(row.value1(), row.value2(), row.value3(), row.value4()));
    }

    /**
     * Where a slot begins.
     *
     * @param position the one that counts as confirmed (LSN)
     * @param seen     what had been applied here there, exactly; null when the capture will not learn of what is applied later
     */
    record Start(long position, List<SeenMark> seen) {
    }

    /** Nothing is applied while the slot is made, so what is read then is so where it begins. */
    Start create() throws SQLException {
        if (!SeenReading.published(connection, options.publication())) {
            callWithSlot(CREATE);
            return new Start(readSlot().confirmedPosition(), null);
        }
        List<SeenMark> seen = SeenReading.at(connection, reading -> {
            callWithSlot(CREATE);
            return reading;
        });
        return new Start(readSlot().confirmedPosition(), seen);
    }

    /** Moves a slot that nobody reads forward; nothing up to the position is delivered again. */
    void advance(long position) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(ADVANCE)) {
            statement.setString(1, options.slot());
            statement.setString(2, LogSequenceNumber.valueOf(position).asString());
            statement.execute();
        }
    }

    void drop() throws SQLException {
        callWithSlot(DROP);
    }

    /** Of a copy of the database: when its rows were written is not known any more. */
    void forgetVersions() throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("select rowmesh.forget_versions()")) {
            statement.execute();
        }
    }

    void record(int epoch, String systemIdentifier, long startPosition) {
        ControlSchema.sql(connection)
                .insertInto(EPOCH, EPOCH.EPOCH_, EPOCH.REGION, EPOCH.SLOT, EPOCH.SYSTEM_IDENTIFIER, EPOCH.START_LSN, EPOCH.STARTED_AT)
                .values(epoch, options.region(), options.slot(), systemIdentifier,
                        LogSequenceNumber.valueOf(startPosition).asString(), OffsetDateTime.now(ZoneOffset.UTC))
                .execute();
    }

    private void callWithSlot(String sql) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, options.slot());
            statement.execute();
        }
    }

    private static long lsn(String text) {
        return text == null ? 0 : LogSequenceNumber.valueOf(text).asLong();
    }
}
