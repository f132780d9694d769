package io.rowmesh.agent.capture;

import io.rowmesh.schema.Column;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.store.ControlSchema;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.StringJoiner;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Fills in values that the log does not carry (unchanged ones stored out of line) from the rows themselves. The row read may be
 * newer than the change: then the write that made it so, which every region gets too, stands behind this one and decides in
 * the end. A row that is gone, or has another key by now, needs no completing: the change is dropped for the same reason.
 */
final class AbsentValues {

    private static final Duration PATIENCE = Duration.ofSeconds(4);
    private static final Duration POLL = Duration.ofMillis(1);
    private static final String VISIBLE = "select pg_visible_in_snapshot(?::text::xid8, pg_current_snapshot())";

    private static final String VALUE = "COLUMN";
    /** As text, which is what is read: twice the bytes of a bytea, all of a compressed value. */
    private static final String SIZE = "coalesce(octet_length(COLUMN::text), 0)::bigint";
    /** How much is read at once unless one row alone is larger. */
    private static final long SLICE_BYTES = 256 << 10;

    private record Group(TableShape table, BitSet absent) {
    }

    private static final DSLContext RENDERER = ControlSchema.renderer();

    private final Connection connection;

    AbsentValues(Connection connection) {
        this.connection = connection;
    }

    /**
     * Hands on the changes in their order, complete, without those whose row is gone. What is absent may be thousands of times
     * as large as what is there, so its size is asked first and only a slice of about {@link #SLICE_BYTES} read at a time.
     */
    void complete(List<RowChange> changes, long xid, Consumer<RowChange> completed) {
        Map<Group, List<Integer>> groups = groups(changes, 0, changes.size());
        if (groups.isEmpty()) {
            changes.forEach(completed);
            return;
        }
        try {
            awaitVisible(xid);
            long[] bytes = sizes(groups, changes);
            for (int from = 0; from < bytes.length; from = sliceEnd(bytes, from)) {
                slice(changes, from, sliceEnd(bytes, from)).forEach(completed);
            }
        } catch (SQLException e) {
            throw new CaptureException("cannot read unchanged values from " + groups.keySet().iterator().next().table().id() + ": "
                    + e.getMessage(), e);
        }
    }

    /** Where the slice that begins at a change ends: within the bound, but never without a single change. */
    static int sliceEnd(long[] bytes, int from) {
        long sum = bytes[from];
        int end = from + 1;
        while (end < bytes.length && sum + bytes[end] <= SLICE_BYTES) {
            sum += bytes[end++];
        }
        return end;
    }

    private List<RowChange> slice(List<RowChange> changes, int from, int to) throws SQLException {
        RowChange[] completed = changes.toArray(RowChange[]::new);
        for (Map.Entry<Group, List<Integer>> group : groups(changes, from, to).entrySet()) {
            complete(group.getKey(), group.getValue(), completed);
        }
        return Arrays.stream(completed, from, to).filter(Objects::nonNull).toList();
    }

    private static Map<Group, List<Integer>> groups(List<RowChange> changes, int from, int to) {
        Map<Group, List<Integer>> groups = new LinkedHashMap<>();
        for (int i = from; i < to; i++) {
            BitSet absent = absentAfter(changes.get(i));
            if (!absent.isEmpty()) {
                groups.computeIfAbsent(new Group(changes.get(i).table(), absent), group -> new ArrayList<>()).add(i);
            }
        }
        return groups;
    }

    private static BitSet absentAfter(RowChange change) {
        BitSet absent = new BitSet();
        if (change.kind() == RowChange.Kind.INSERT || change.kind() == RowChange.Kind.UPDATE) {
            Row after = RowChange.keyImage(change);
            for (int i = 0; i < after.size(); i++) {
                absent.set(i, after.isAbsent(i));
            }
        }
        return absent;
    }

    /** The commit is in the log a moment before other sessions see it; longer while it waits for a synchronous standby. */
    private void awaitVisible(long xid) throws SQLException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        try (PreparedStatement statement = connection.prepareStatement(VISIBLE)) {
            statement.setString(1, Long.toString(fullXid(xid)));
            while (!isVisible(statement)) {
                if (System.nanoTime() > deadline) {
                    throw new CaptureException("transaction " + xid + " is in the log but not visible yet: does it wait for a"
                            + " synchronous standby?");
                }
                LockSupport.parkNanos(POLL.toNanos());
            }
        }
    }

    private static boolean isVisible(PreparedStatement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getBoolean(1);
        }
    }

    /** The log has the low 32 bits; the transaction is less than 2^31 away from the newest one. */
    private long fullXid(long xid) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("select pg_snapshot_xmax(pg_current_snapshot())::text");
             ResultSet row = statement.executeQuery()) {
            row.next();
            long newest = Long.parseLong(row.getString(1));
            return newest + (int) (xid - newest);
        }
    }

    /** How large each change will be; one whose row is gone counts as it is. */
    private long[] sizes(Map<Group, List<Integer>> groups, List<RowChange> changes) throws SQLException {
        long[] bytes = changes.stream().mapToLong(RowChange::estimatedBytes).toArray();
        RowChange[] all = changes.toArray(RowChange[]::new);
        for (Map.Entry<Group, List<Integer>> group : groups.entrySet()) {
            List<Integer> positions = group.getValue();
            try (PreparedStatement statement = prepare(group.getKey(), SIZE, " + ", positions, all);
                 ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    bytes[positions.get(row.getInt(1) - 1)] += row.getLong(2);
                }
            }
        }
        return bytes;
    }

    private void complete(Group group, List<Integer> positions, RowChange[] changes) throws SQLException {
        RowChange[] found = new RowChange[positions.size()];
        try (PreparedStatement statement = prepare(group, VALUE, ", ", positions, changes);
             ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                int n = row.getInt(1) - 1;
                found[n] = completed(changes[positions.get(n)], group.absent(), row);
            }
        }
        for (int n = 0; n < found.length; n++) {
            changes[positions.get(n)] = found[n];
        }
    }

    /** A query for the number of each change (from 1) and, of its row, what is wanted of each absent column. */
    private PreparedStatement prepare(Group group, String wanted, String joint, List<Integer> positions, RowChange[] changes)
            throws SQLException {
        int[] keys = group.table().keyPositions();
        PreparedStatement statement = connection.prepareStatement(select(group, keys, wanted, joint));
        try {
            for (int k = 0; k < keys.length; k++) {
                int position = keys[k];
                Object[] texts = positions.stream().map(i -> RowChange.keyImage(changes[i]).get(position)).toArray();
                statement.setArray(k + 1, connection.createArrayOf("text", texts));
            }
            return statement;
        } catch (SQLException e) {
            statement.close();
            throw e;
        }
    }

    private static RowChange completed(RowChange change, BitSet absent, ResultSet values) throws SQLException {
        Row after = RowChange.keyImage(change);
        int value = 2;
        for (int i = absent.nextSetBit(0); i >= 0; i = absent.nextSetBit(i + 1)) {
            after = after.with(i, values.getString(value++));
        }
        return change instanceof RowChange.Update update ? new RowChange.Update(change.table(), update.before(), after)
                : new RowChange.Insert(change.table(), after);
    }

    private static String select(Group group, int[] keys, String what, String joint) {
        List<Column> columns = group.table().columns();
        StringJoiner wanted = new StringJoiner(joint);
        group.absent().stream().forEach(i -> wanted.add(what.replace("COLUMN", "t." + quoted(columns.get(i).name()))));
        StringJoiner arrays = new StringJoiner(", ");
        StringJoiner names = new StringJoiner(", ");
        StringJoiner match = new StringJoiner(" and ");
        for (int k = 0; k < keys.length; k++) {
            Column key = columns.get(keys[k]);
            arrays.add("?::text[]");
            names.add("k" + k);
            match.add("t." + quoted(key.name()) + " = k.k" + k + "::" + key.type());
        }
        return "select k.n, " + wanted + " from unnest(" + arrays + ") with ordinality k (" + names + ", n) join only "
                + quoted(group.table().id()) + " t on " + match;
    }

    private static String quoted(TableId id) {
        return RENDERER.render(DSL.name(id.schema(), id.name()));
    }

    private static String quoted(String name) {
        return RENDERER.render(DSL.name(name));
    }
}
