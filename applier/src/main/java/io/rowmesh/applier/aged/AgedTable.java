package io.rowmesh.applier.aged;

import io.rowmesh.applier.write.KeyLocks;
import io.rowmesh.applier.write.LocalCatalog;
import io.rowmesh.applier.write.LocalTable;
import io.rowmesh.applier.write.LocalTable.LocalColumn;
import io.rowmesh.applier.write.StoredVersion;
import io.rowmesh.applier.write.TableKey;
import io.rowmesh.schema.ReplicationOrigin;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.store.ControlSchema;
import org.jooq.impl.DSL;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * One look at all rows of a table, piece by piece: old ones are updated without any change, so that they have a writer of today. Under the
 * locks of their keys, as lanes judge rows by their writers. A row that a user writes meanwhile is young by that.
 */
final class AgedTable {

    private static final int BLOCKS = 512;
    private static final int ROWS = 500;
    private static final String BUSY = "55P03";

    /** %s: the canonical key, the table. Parameters: from and to (places), older than, at which number. */
    private static final String FIND = "select t.ctid::text, t.xmin::text, %s, pg_xact_commit_timestamp(t.xmin)::text from only %s t"
            + " where t.ctid >= ?::tid and t.ctid < ?::tid and (age(t.xmin) < 0 or age(t.xmin) > ? + rowmesh.next_number() - ?) limit " + ROWS;

    /** A row was written no later than this. Parameters: whether nothing is known, the rows' timestamps. */
    private static final String BOUND = "select case when ? then clock_timestamp() else greatest(s.since, rowmesh.dropped_until(),"
            + " (select max(w::timestamptz) from unnest(?::text[]) w)) end::text from rowmesh.versions_since s";

    private static final String RAISE = "update rowmesh.aged_rows set written_before = greatest(written_before, ?::timestamptz)"
            + " where table_schema = ? and table_name = ?";

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

    private static final String PLACE = "select pg_relation_filenode(c.oid), pg_relation_size(c.oid) / current_setting('block_size')::int"
            + " from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = ? and c.relname = ?";

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
    private long busy;

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
        String name = ControlSchema.renderer().render(DSL.name(id.schema(), id.name()));
        this.find = FIND.formatted(StoredVersion.key(table), name);
        this.restate = updatable(table).map(column -> RESTATE.formatted(name, column)).orElse(null);
        String[] place = place();
        this.file = place[0];
        this.blocks = Long.parseLong(place[1]);
        connection.commit();
    }

    /** None where every column is the database's own. Keys last: they stand in indexes. */
    private static Optional<String> updatable(LocalTable table) {
        return table.columns().values().stream().filter(column -> !column.generated() && !column.identityAlways())
                .min(Comparator.comparing(LocalColumn::key)).map(column -> ControlSchema.renderer().render(DSL.name(column.name())));
    }

    /** File and size in blocks. */
    private String[] place() throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(PLACE)) {
            query.setString(1, id.schema());
            query.setString(2, id.name());
            try (ResultSet row = query.executeQuery()) {
                return row.next() ? new String[] {row.getString(1), row.getString(2)} : new String[] {"", "0"};
            }
        }
    }

    TableId id() {
        return id;
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

    /** The next piece. Returns whether there is more to do. */
    boolean step() throws SQLException {
        if (restate == null || next >= blocks) {
            return false;
        }
        List<Found> found = find();
        connection.commit();
        if (!found.isEmpty()) {
            rewrite(found);
        }
        if (found.size() < ROWS || busy > 0) {
            next += BLOCKS;
        }
        return true;
    }

    /** Whether every row was met: none was locked for long, and none can have been moved (VACUUM FULL) to where it was looked before. */
    boolean complete() throws SQLException {
        boolean same = place()[0].equals(file);
        connection.commit();
        return busy == 0 && same;
    }

    private List<Found> find() throws SQLException {
        List<Found> found = new ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement(find)) {
            query.setString(1, "(" + next + ",0)");
            query.setString(2, "(" + (next + BLOCKS) + ",0)");
            query.setLong(3, plan.olderThan());
            query.setLong(4, began);
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    found.add(new Found(row.getString(1), row.getString(2), row.getString(3), row.getString(4)));
                }
            }
        }
        return found;
    }

    /**
     * Together; or, where somebody holds a row, one by one: who holds one row only cannot be part of a circle of users that wait for each
     * other, and together they wait for less long than the database takes to look for circles.
     */
    private void rewrite(List<Found> found) throws SQLException {
        if (tryRewrite(found, "300ms")) {
            return;
        }
        for (Found one : found) {
            busy += tryRewrite(List.of(one), "2s") ? 0 : 1;
        }
    }

    private boolean tryRewrite(List<Found> found, String patience) throws SQLException {
        KeyLocks.Held held = locks.of(found.stream().map(each -> new TableKey(id, each.key())).toList());
        held.take();
        boolean committing = false;
        try {
            long rows = restate(found, patience);
            committing = true;
            connection.commit();
            held.close();
            written += rows;
            return true;
        } catch (SQLException e) {
            if (committing || !BUSY.equals(e.getSQLState())) {
                locks.giveUp(ReplicationOrigin.AGED_ROWS, held, committing);
                throw e;
            }
            connection.rollback();
            held.close();
            return false;
        }
    }

    private long restate(List<Found> found, String patience) throws SQLException {
        String bound = bound(found);
        run("select pg_replication_origin_xact_setup('0/0', ?::timestamptz)", bound);
        try (Statement statement = connection.createStatement()) {
            statement.execute("set local lock_timeout = '" + patience + "'");
        }
        run(RAISE, bound, id.schema(), id.name());
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

    private void run(String sql, String... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setString(i + 1, parameters[i]);
            }
            statement.execute();
        }
    }
}
