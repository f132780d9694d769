package io.rowmesh.applier.write;

import io.rowmesh.rules.ConflictNaming;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.Step;
import io.rowmesh.schema.TransactionHeader;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.List;

/**
 * Writes one source transaction as one target transaction, under its replication origin and with its commit timestamp:
 * {@link #begin}, {@link #write} for each piece, {@link #commit}. Any error leaves it to {@link #rollback}.
 *
 * <p>Careful mode writes row by row behind savepoints and parks the rows that the database refuses; a lane goes over to it
 * for a transaction whose fast way met such a row.
 */
final class TransactionWriter {

    private static final int PRUNE_EVERY = 500;

    private final Connection connection;
    private final ApplierOptions options;
    private final TableWriter tables;
    private final ParkedRows parked;
    private final TombstoneIndex tombstones;
    private final RowGroup group = new RowGroup();

    private TransactionHeader header;
    private boolean careful;
    private Outcome outcome;
    private long committed;

    TransactionWriter(Connection connection, ApplierOptions options, TableWriter tables, ParkedRows parked,
                      TombstoneIndex tombstones) {
        this.connection = connection;
        this.options = options;
        this.tables = tables;
        this.parked = parked;
        this.tombstones = tombstones;
    }

    /**
     * Opens the target transaction, notes the progress that it makes, and waits until the database's own clock is strictly past the source's commit timestamp
     * (convergence rule 3), so that a later local write is also the later version.
     *
     * @throws ClockSkewException when the timestamp lies further ahead than max-clock-skew
     */
    void begin(TransactionHeader next, boolean carefully) throws SQLException {
        header = next;
        careful = carefully;
        outcome = new Outcome();
        group.take();
        if (careful) {
            refuseAtOnce();
        }
        long aheadMicros = setUp();
        Step.PROGRESS_WRITTEN.reached();
        while (aheadMicros >= 0) {
            if (aheadMicros > options.maxClockSkew().toNanos() / 1_000) {
                throw new ClockSkewException(header.origin(), aheadMicros);
            }
            sleepMicros(aheadMicros + 1);
            aheadMicros = clockBehind();
        }
        Step.APPLY_BEGUN.reached();
    }

    /** A deferred constraint would refuse the commit, and nobody could tell which row it was. */
    private void refuseAtOnce() throws SQLException {
        try (PreparedStatement immediate = connection.prepareStatement("set constraints all immediate")) {
            immediate.execute();
        }
    }

    /**
     * Timestamp and progress, in one round trip. The setup is sticky, so every transaction has its own; 0/0 because an abort
     * would advance any other position.
     *
     * @return how far the timestamp is ahead of the database's clock, microseconds
     */
    private long setUp() throws SQLException {
        try (PreparedStatement setup = connection.prepareStatement("with progress as (" + Progress.APPEND + ") select "
                + Micros.sql("?::timestamptz - clock_timestamp()")
                + " from pg_replication_origin_xact_setup('0/0', ?::timestamptz)")) {
            String written = Micros.text(header.commitMicros());
            int p = Progress.bind(setup, header);
            setup.setString(p, written);
            setup.setString(p + 1, written);
            return onlyLong(setup);
        }
    }

    private long clockBehind() throws SQLException {
        try (PreparedStatement clock = connection.prepareStatement(
                "select " + Micros.sql("?::timestamptz - clock_timestamp()"))) {
            clock.setString(1, Micros.text(header.commitMicros()));
            return onlyLong(clock);
        }
    }

    void write(List<RowChange> changes) throws SQLException {
        for (RowChange change : changes) {
            if (!options.receives().test(change.table().id())) {
                outcome.skipped++;
            } else if (parked.blocks(change)) {
                flush();
                parked.parkBehind(header, change);
                outcome.parked++;
            } else if (careful) {
                writeCarefully(change);
            } else if (!group.add(change)) {
                flush();
                group.add(change);
            }
        }
    }

    private void flush() throws SQLException {
        if (!group.isEmpty()) {
            writeGroup(group.take());
        }
    }

    private void writeCarefully(RowChange change) throws SQLException {
        Savepoint before = connection.setSavepoint();
        try {
            writeGroup(List.of(change));
            connection.releaseSavepoint(before);
        } catch (SQLException e) {
            if (SqlFaults.remedy(e) != SqlFaults.Remedy.PARK_ROW) {
                throw e;
            }
            connection.rollback(before);
            parked.park(header, change, e);
            outcome.parked++;
        }
    }

    private void writeGroup(List<RowChange> changes) throws SQLException {
        switch (changes.get(0).kind()) {
            case INSERT, UPDATE -> upsert(changes);
            case DELETE -> delete(changes);
            case TRUNCATE -> truncate((RowChange.Truncate) changes.get(0));
        }
    }

    private void upsert(List<RowChange> changes) throws SQLException {
        GroupResult result = tables.upsert(header, changes);
        outcome.applied += result.written();
        outcome.skipped += changes.size() - result.written();
        result.underTombstone().forEach(i -> outcome.conflict(ConflictNaming.metNewerDelete()));
        name(changes, result);
        int found = result.met() + result.underTombstone().size();
        for (int i = found; i < changes.size(); i++) {
            ConflictNaming.metNothing(changes.get(0).kind()).ifPresent(outcome::conflict);
        }
    }

    private void delete(List<RowChange> changes) throws SQLException {
        tombstones.add(changes.stream().map(TableKey::of).toList());
        GroupResult result = tables.delete(header, changes);
        outcome.applied += result.written();
        outcome.skipped += changes.size() - result.written();
        name(changes, result);
        for (int i : result.withoutRow()) {
            outcome.deleteWithoutRow(changes.get(i));
        }
    }

    private void truncate(RowChange.Truncate change) throws SQLException {
        tombstones.add(List.of(TableKey.of(change)));
        tables.truncate(change.table(), header);
        Tombstones.record(connection, header, List.of(TableKey.of(change)));
        outcome.applied++;
    }

    private void name(List<RowChange> changes, GroupResult result) {
        for (MetRow met : result.foreign()) {
            ConflictNaming.metRow(changes.get(met.index()).kind(), met.stored(), header).ifPresent(outcome::conflict);
        }
    }

    /** Progress and rows become one. Afterwards the outcome may be published. */
    Outcome commit() throws SQLException {
        flush();
        if (++committed % PRUNE_EVERY == 0) {
            Progress.prune(connection, header);
        }
        Step.ROWS_WRITTEN.reached();
        connection.commit();
        Step.COMMITTED.reached();
        return outcome;
    }

    void rollback() throws SQLException {
        connection.rollback();
    }

    private static long onlyLong(PreparedStatement query) throws SQLException {
        try (ResultSet row = query.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }

    private static void sleepMicros(long micros) throws SQLException {
        try {
            Thread.sleep(micros / 1_000, (int) (micros % 1_000) * 1_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLException("interrupted while waiting for the clock", "57014", e);
        }
    }
}
