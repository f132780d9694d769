package io.rowmesh.applier.aged;

import io.rowmesh.applier.write.KeyLocks;
import io.rowmesh.applier.write.LocalCatalog;
import io.rowmesh.applier.write.LocalTable;
import io.rowmesh.applier.write.LocalTable.LocalColumn;
import io.rowmesh.applier.write.SqlFaults;
import io.rowmesh.applier.write.StoredRows;
import io.rowmesh.applier.write.StoredVersion;
import io.rowmesh.applier.write.TableKey;
import io.rowmesh.schema.ReplicationOrigin;
import io.rowmesh.schema.TableId;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * One look at all rows of a table, piece by piece: old ones are updated without any change, so that they have a writer of today. Under the
 * locks of their keys, as lanes judge rows by their writers. A row that a user writes meanwhile is young by that.
 */
final class AgedTable {

    private static final int BLOCKS = 128;
    private static final int ROWS = 500;
    /** How long to wait for what somebody holds: less than the database waits before it looks for deadlocks (1 s). */
    static final Duration PATIENCE = Duration.ofMillis(200);
    /** So many of one piece that somebody holds are enough to leave it for later. */
    private static final int MOST_BUSY = 5;
    /** lock_not_available, deadlock_detected. */
    private static final Set<String> BUSY = Set.of("55P03", "40P01");

    /** %s: the canonical key, the table. Parameters: from and to (places), older than, at which number, places to leave out. */
    private static final String FIND = "select t.ctid::text, t.xmin::text, %s, pg_xact_commit_timestamp(t.xmin)::text from only %s t"
            + " where t.ctid >= ?::tid and t.ctid < ?::tid and (age(t.xmin) < 0 or age(t.xmin) > ? + rowmesh.next_number() - ?)"
            + " and t.ctid <> all (?::text[]::tid[]) limit " + ROWS;

    /** A row was written no later than this. Parameters: whether nothing is known, the rows' timestamps. */
    private static final String BOUND = "select case when ? then clock_timestamp() else greatest(s.since, rowmesh.dropped_until(),"
            + " (select max(w::timestamptz) from unnest(?::text[]) w)) end::text from rowmesh.versions_since s";

    /**
     * %s: the table, a column twice. What is kept of a row's version goes on with it. Parameters: places, writers, keys; schema, name. Result:
     * how many rows were still as they were found.
     */
    private static final String RESTATE = """
            with given as materialized (
              select u.place::tid as place, u.writer::xid as writer, u.row_key from unnest(?::text[], ?::text[], ?::text[]) as u(place, writer, row_key)
            ), done as (
              update only %1$s t set %2$s = t.%2$s from given g where t.ctid = g.place and t.xmin = g.writer returning g.row_key, g.writer
            ), kept as (
              update rowmesh.row_version v set row_xmin = pg_current_xact_id()::xid::text::bigint from done d
              where v.table_schema = ? and v.table_name = ? and md5(v.row_key) = md5(d.row_key) and v.row_xmin = d.writer::text::bigint
            )
            select count(*) from done""";

    /** Nulls where there is no such table. */
    private static final String PLACE = "select pg_relation_filenode(r)::text, pg_relation_size(r) / current_setting('block_size')::int from to_regclass(?) r";

    private final Connection connection;
    private final KeyLocks locks;
    private final TableId id;
    private final Ageing.Plan plan;
    private final long began;
    private final String find;
    private final String restate;
    private final String file;
    private final long blocks;
    private long next;
    private long written;
    private long refused;
    private String refusal;
    /** Pieces, by their first block, of which somebody held rows. */
    private final Deque<Long> again = new ArrayDeque<>();

    /** What became of some rows: they are young now, somebody held them, or they are as they were. */
    private enum Outcome { YOUNG, BUSY, REFUSED }

    /** A row as it was found. */
    private record Found(String place, String writer, String key, String timestamp) {
    }

    /**
     * @param connection of the origin for aged rows; without autocommit
     * @param began      the database's number
     * @throws SQLException with state 42P01 when there is no such table
     */
    AgedTable(Connection connection, KeyLocks locks, TableId id, Ageing.Plan plan, long began) throws SQLException {
        this.connection = connection;
        this.locks = locks;
        this.id = id;
        this.plan = plan;
        this.began = began;
        LocalTable table = new LocalCatalog(connection).table(id);
        String name = StoredRows.quoted(id);
        this.find = FIND.formatted(StoredVersion.key(table), name);
        this.restate = updatable(table).map(column -> RESTATE.formatted(name, column)).orElse(null);
        Place place = place();
        this.file = place.file();
        this.blocks = place.blocks();
        connection.commit();
    }

    /** None where every column is the database's own. Keys last: they stand in indexes. */
    private static Optional<String> updatable(LocalTable table) {
        return table.columns().values().stream().filter(column -> !column.generated() && !column.identityAlways())
                .min(Comparator.comparing(LocalColumn::key)).map(column -> StoredRows.name(column.name()));
    }

    /** File, and size in blocks. */
    private record Place(String file, long blocks) {
    }

    private Place place() throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(PLACE)) {
            query.setString(1, StoredRows.quoted(id));
            try (ResultSet row = query.executeQuery()) {
                row.next();
                return new Place(row.getString(1), row.getLong(2));
            }
        }
    }

    long began() {
        return began;
    }

    /** Rows that were written anew. */
    long written() {
        return written;
    }

    /** Of the table that was read, in percent. */
    long percent() {
        return blocks == 0 ? 100 : Math.min(100, next * 100 / blocks);
    }

    /** How many pieces are to be tried again, as somebody held rows of them. */
    int busy() {
        return again.size();
    }

    /** Whether all that is left to do are pieces of which somebody held rows: they can wait for the next moment. */
    boolean isHeld() {
        return next >= blocks && !again.isEmpty();
    }

    /** The next piece, or one again. Returns whether there is more to do. */
    boolean step() throws SQLException {
        if (restate == null || next >= blocks && again.isEmpty()) {
            return false;
        }
        long piece = next < blocks ? next : again.remove();
        next = Math.max(next, piece + BLOCKS);
        if (!writeAnew(piece)) {
            again.add(piece);
        }
        return true;
    }

    /** Whether every row was met: none can have been moved (VACUUM FULL) to where it was looked before. */
    boolean complete() throws SQLException {
        boolean same = Objects.equals(place().file(), file);
        connection.commit();
        return same;
    }

    /** Why rows were left as they were, in a sentence; none when none was. */
    Optional<String> refusal() {
        return refused == 0 ? Optional.empty() : Optional.of("at least " + refused + " rows of " + id + " cannot be written anew (" + refusal
                + "), and will not be told from young ones after 2^32 transactions: mend the cause, or update them");
    }

    /** Returns whether it need not be tried again, as nobody held rows of the piece. */
    private boolean writeAnew(long piece) throws SQLException {
        List<String> left = new ArrayList<>();
        int busy = 0;
        List<Found> found = find(piece, left);
        while (!found.isEmpty() && busy < MOST_BUSY) {
            if (tryRewrite(found) != Outcome.YOUNG) {
                busy += oneByOne(found, left);
            }
            found = find(piece, left);
        }
        if (busy == 0 && !left.isEmpty()) {
            refused += find(piece, List.of()).size();
        }
        return busy == 0;
    }

    /**
     * Who holds one row only cannot be part of a circle of users that wait for each other.
     *
     * @param left gets the places of rows that stay as they are
     * @return how many somebody held
     */
    private int oneByOne(List<Found> found, List<String> left) throws SQLException {
        int busy = 0;
        for (int i = 0; i < found.size() && busy < MOST_BUSY; i++) {
            Outcome outcome = tryRewrite(List.of(found.get(i)));
            busy += outcome == Outcome.BUSY ? 1 : 0;
            if (outcome != Outcome.YOUNG) {
                left.add(found.get(i).place());
            }
        }
        return busy;
    }

    private List<Found> find(long piece, List<String> left) throws SQLException {
        List<Found> found = new ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement(find)) {
            query.setString(1, "(" + piece + ",0)");
            query.setString(2, "(" + (piece + BLOCKS) + ",0)");
            query.setLong(3, plan.olderThan());
            query.setLong(4, began);
            query.setArray(5, connection.createArrayOf("text", left.toArray()));
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    found.add(new Found(row.getString(1), row.getString(2), row.getString(3), row.getString(4)));
                }
            }
        }
        connection.commit();
        return found;
    }

    /** Under the locks of their keys. */
    private Outcome tryRewrite(List<Found> found) throws SQLException {
        KeyLocks.Held held = locks.of(found.stream().map(each -> new TableKey(id, each.key())).toList());
        if (!held.take(PATIENCE)) {
            return Outcome.BUSY;
        }
        boolean committing = false;
        try {
            long rows = restate(found);
            committing = true;
            connection.commit();
            held.close();
            written += rows;
            refusal = rows < found.size() ? "an update of them has no effect" : refusal;
            return rows < found.size() ? Outcome.REFUSED : Outcome.YOUNG;
        } catch (SQLException e) {
            if (committing || !isBusy(e) && SqlFaults.remedy(e) != SqlFaults.Remedy.PARK_ROW) {
                locks.giveUp(ReplicationOrigin.AGED_ROWS, held, committing);
                throw e;
            }
            connection.rollback();
            held.close();
            refusal = isBusy(e) ? refusal : e.getMessage().lines().findFirst().orElse("");
            return isBusy(e) ? Outcome.BUSY : Outcome.REFUSED;
        }
    }

    static boolean isBusy(SQLException e) {
        return BUSY.contains(e.getSQLState());
    }

    private long restate(List<Found> found) throws SQLException {
        String bound = bound(found);
        try (PreparedStatement setup = connection.prepareStatement("select pg_replication_origin_xact_setup('0/0', ?::timestamptz)")) {
            setup.setString(1, bound);
            setup.execute();
        }
        AgedNotes.bound(connection, id, bound);
        try (PreparedStatement update = connection.prepareStatement(restate)) {
            update.setArray(1, texts(found, Found::place));
            update.setArray(2, texts(found, Found::writer));
            update.setArray(3, texts(found, Found::key));
            update.setString(4, id.schema());
            update.setString(5, id.name());
            try (ResultSet row = update.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    private String bound(List<Found> found) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(BOUND)) {
            query.setBoolean(1, plan == Ageing.Plan.DOUBT_ALL);
            query.setArray(2, texts(found, Found::timestamp));
            try (ResultSet row = query.executeQuery()) {
                row.next();
                return row.getString(1);
            }
        }
    }

    private Array texts(List<Found> found, Function<Found, String> part) throws SQLException {
        return connection.createArrayOf("text", found.stream().map(part).toArray());
    }
}
