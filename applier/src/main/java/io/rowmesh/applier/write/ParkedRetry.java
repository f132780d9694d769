package io.rowmesh.applier.write;

import io.rowmesh.applier.history.ConflictRecord;
import io.rowmesh.applier.history.Decision;
import io.rowmesh.applier.unique.UniqueRepair;
import io.rowmesh.schema.TableId;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Applies parked changes of one origin again, by the lane of that origin between two transactions: under its replication
 * origin, with their own versions, by the same guarded statements as any change. Done for keys of which a person asked it, and
 * for changes that waited behind one which is gone. The changes of a key go in their order and stop at the first that is
 * still refused.
 */
final class ParkedRetry {

    private static final int KEYS_AT_ONCE = 20;
    private static final long LOOK_EVERY_NANOS = 500_000_000L;

    private static final String DUE = """
            select p.table_schema, p.table_name, p.row_key from rowmesh.parked p
            where p.origin = ? and (p.retry_requested_at is not null
              or (p.waits_for is not null and not exists (select from rowmesh.parked h where h.parked_id = p.waits_for)))
            group by 1, 2, 3 order by min(p.parked_id) limit ?""";

    private static final String OF_KEY =
            " from rowmesh.parked where origin = ? and table_schema = ? and table_name = ? and md5(row_key) = md5(?)";

    private final Connection connection;
    private final JdbcTarget target;
    private final WriteContext context;
    private final String origin;
    private long lookedAt = System.nanoTime() - LOOK_EVERY_NANOS;

    ParkedRetry(Connection connection, JdbcTarget target, WriteContext context, String origin) {
        this.connection = connection;
        this.target = target;
        this.context = context;
        this.origin = origin;
    }

    /** Every half a second at most, and only when something may be parked. Called outside a transaction. */
    void whenDue(Consumer<Outcome> done) throws SQLException {
        if (!target.mayHaveParked() || System.nanoTime() - lookedAt < LOOK_EVERY_NANOS) {
            return;
        }
        for (TableKey key : dueKeys()) {
            retry(key, done);
        }
        lookedAt = System.nanoTime();
    }

    private void retry(TableKey key, Consumer<Outcome> done) throws SQLException {
        KeyLocks.Held held = key.isWholeTable() ? context.locks().ofAll() : context.locks().of(List.of(key));
        context.waiting().forLocks(held);
        try {
            while (retryFirst(key, done)) {
                continue;
            }
            held.close();
        } catch (SQLException | RuntimeException e) {
            // The session ends now, and a commit that failed may still take place until it has.
            context.locks().keepUnsettled(origin, held);
            throw e;
        }
    }

    private List<TableKey> dueKeys() throws SQLException {
        List<TableKey> keys = new ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement(DUE)) {
            query.setString(1, origin);
            query.setInt(2, KEYS_AT_ONCE);
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    keys.add(new TableKey(new TableId(rows.getString(1), rows.getString(2)), rows.getString(3)));
                }
            }
        }
        connection.commit();
        return keys;
    }

    /** The first changes of the key that are of one source transaction, as one transaction here. Returns whether there may be more to do. */
    private boolean retryFirst(TableKey key, Consumer<Outcome> done) throws SQLException {
        List<ParkedChange> first = first(key);
        if (first.isEmpty()) {
            connection.commit();
            return false;
        }
        try {
            Outcome outcome = write(first);
            target.commit();
            lookAgain(first, outcome);
            done.accept(outcome);
            return true;
        } catch (SQLException e) {
            target.rollback();
            if (SqlFaults.remedy(e) != SqlFaults.Remedy.PARK_ROW) {
                throw e;
            }
            target.forgetTables();
            stillRefused(key, first, e);
            return false;
        }
    }

    /** Locked, so that a person's settling of them, which locks them too, comes before or after. */
    private List<ParkedChange> first(TableKey key) throws SQLException {
        List<ParkedChange> first = new ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement("select " + ParkedChange.COLUMNS + OF_KEY + " order by parked_id limit 100 for update")) {
            ofKey(query, 1, key);
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    ParkedChange next = ParkedChange.read(rows);
                    if (!first.isEmpty() && !next.sameTransaction(first.get(0))) {
                        break;
                    }
                    first.add(next);
                }
            }
        }
        return first;
    }

    private Outcome write(List<ParkedChange> changes) throws SQLException {
        Outcome outcome = new Outcome();
        target.beginAgain(changes.get(0).header());
        delete(changes);
        MergeWriter merges = new MergeWriter(context, changes.get(0).header(), outcome, false);
        for (ParkedChange parked : changes) {
            long written = outcome.applied;
            if (context.options().receives().test(parked.key().table())) {
                write(parked, merges, outcome);
            }
            outcome.history.add(retried(parked, outcome.applied > written));
        }
        while (merges.show()) {
            continue;
        }
        outcome.historyRefused = target.writeConflicts(outcome.history);
        return outcome;
    }

    /** By the same parts as any change of its table. */
    private void write(ParkedChange parked, MergeWriter merges, Outcome outcome) throws SQLException {
        if (!merges.takes(parked.change())) {
            new GroupWriter(context, parked.header(), outcome).write(List.of(parked.change()));
            return;
        }
        merges.openParked(parked.change(), parked.id());
        while (merges.isOpen()) {
            merges.step();
        }
    }

    private void delete(List<ParkedChange> changes) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement("delete from rowmesh.parked where parked_id = any (?)")) {
            delete.setArray(1, ids(changes));
            delete.executeUpdate();
        }
    }

    private ConflictRecord retried(ParkedChange parked, boolean written) {
        return parked.told(context.options().rules().apply(parked.key().table()).row().label(), Decision.RETRIED,
                written ? "it was written" : "it was left out: what stands here is newer, or there was nothing to write");
    }

    /** As after any transaction (convergence rule 4a). */
    private void lookAgain(List<ParkedChange> changes, Outcome outcome) throws SQLException {
        for (Outcome.DeletedKey deleted : outcome.deletesWithoutRow) {
            if (context.options().rules().apply(deleted.table()).newestOfUnique()) {
                target.sayRepair();
                UniqueRepair repair = UniqueRepair.at(target.uniques(), deleted.table(), List.<String[]>of(deleted.texts()));
                while (repair.step()) {
                    continue;
                }
                continue;
            }
            outcome.fallen(target.deleteOlder(deleted.table(), List.of(deleted.of(changes.get(0).header()))), outcome.afterCommit,
                    deleted.table(), context.options().rules().apply(deleted.table()).row().label());
        }
        target.writeConflicts(outcome.afterCommit);
        target.commit();
    }

    /** The first ones stand at the head of the key now; the others wait behind them. Nobody's request is left open. */
    private void stillRefused(TableKey key, List<ParkedChange> first, SQLException cause) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement("""
                update rowmesh.parked set retry_requested_at = null, retried_at = clock_timestamp(),
                  sqlstate = case when parked_id = any (?) then ? else sqlstate end,
                  reason = case when parked_id = any (?) then ? else reason end,
                  waits_for = case when parked_id = any (?) then null else ? end
                where parked_id in (select parked_id""" + OF_KEY + ")")) {
            for (int p = 1; p <= 5; p += 2) {
                update.setArray(p, ids(first));
            }
            update.setString(2, cause.getSQLState());
            update.setString(4, cause.getMessage());
            update.setLong(6, first.get(0).id());
            ofKey(update, 7, key);
            update.executeUpdate();
        }
        connection.commit();
    }

    private void ofKey(PreparedStatement statement, int p, TableKey key) throws SQLException {
        statement.setString(p, origin);
        JdbcRows.named(statement, p + 1, key);
    }

    private java.sql.Array ids(List<ParkedChange> changes) throws SQLException {
        return connection.createArrayOf("bigint", changes.stream().map(ParkedChange::id).toArray());
    }
}
