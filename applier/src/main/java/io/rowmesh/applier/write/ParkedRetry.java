package io.rowmesh.applier.write;

import io.rowmesh.applier.history.ConflictRecord;
import io.rowmesh.applier.history.Decision;
import io.rowmesh.applier.unique.UniqueRepair;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.store.ControlSql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
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

    private static final int ENTRIES_AT_ONCE = 1_000;

    /** By entries, not by keys: a database may look at no more than the beginning of a long key to group by it. */
    private static final String DUE = """
            select p.table_schema, p.table_name, p.row_key from rowmesh.parked p
            where p.origin = ? and (p.retry_requested_at is not null
              or (p.waits_for is not null and not exists (select 1 from rowmesh.parked h where h.parked_id = p.waits_for)))
            order by p.parked_id limit ?""";

    private final Connection connection;
    private final ControlSql sql;
    private final RetrySession session;
    private final Target target;
    private final WriteContext context;
    private final String origin;
    private long lookedAt = System.nanoTime() - LOOK_EVERY_NANOS;

    /** @param session of the same connection as the context's target */
    ParkedRetry(Connection connection, RetrySession session, WriteContext context, String origin) throws SQLException {
        this.connection = connection;
        this.sql = ControlSql.of(connection);
        this.session = session;
        this.target = context.target();
        this.context = context;
        this.origin = origin;
    }

    /** Every half a second at most, and only when something may be parked. Called outside a transaction. */
    void whenDue(Consumer<Outcome> done) throws SQLException {
        if (!session.mayHaveParked() || System.nanoTime() - lookedAt < LOOK_EVERY_NANOS) {
            return;
        }
        for (TableKey key : dueKeys()) {
            retry(key, done);
        }
        lookedAt = System.nanoTime();
    }

    private void retry(TableKey key, Consumer<Outcome> done) throws SQLException {
        KeyLocks.Held held = key.isWholeTable() ? context.locks().ofAll() : context.locks().of(written(key));
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

    /** The key itself, and as the local table has it where the changes came from another kind of database. */
    private Set<TableKey> written(TableKey key) throws SQLException {
        target.forgetTables();
        Set<TableKey> keys = new LinkedHashSet<>(List.of(key));
        read(key, "").forEach(parked -> keys.add(TableKey.of(parked.change())));
        connection.commit();
        return keys;
    }

    private Set<TableKey> dueKeys() throws SQLException {
        Set<TableKey> keys = new LinkedHashSet<>();
        try (PreparedStatement query = connection.prepareStatement(DUE)) {
            query.setString(1, origin);
            query.setInt(2, ENTRIES_AT_ONCE);
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next() && keys.size() < KEYS_AT_ONCE) {
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
        for (ParkedChange next : read(key, " for update")) {
            if (!first.isEmpty() && !next.sameTransaction(first.get(0))) {
                break;
            }
            first.add(next);
        }
        return first;
    }

    /** In the order in which they were parked, as the local tables have them. */
    private List<ParkedChange> read(TableKey key, String locking) throws SQLException {
        List<ParkedChange> parked = new ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement("select " + ParkedChange.columns(sql)
                + " from rowmesh.parked p where " + ofKey() + " order by parked_id limit 100" + locking)) {
            ofKey(query, 1, key);
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    parked.add(ParkedChange.read(rows));
                }
            }
        }
        List<ParkedChange> local = new ArrayList<>();
        for (ParkedChange each : parked) {
            local.add(each.as(session.incoming(List.of(each.change())).get(0)));
        }
        return local;
    }

    private Outcome write(List<ParkedChange> changes) throws SQLException {
        Outcome outcome = new Outcome();
        session.beginAgain(changes.get(0).header());
        ParkedChange.delete(connection, changes);
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
        target.sayRepair();
        try (PreparedStatement wait = connection.prepareStatement("update rowmesh.parked set retry_requested_at = null, retried_at = " + sql.now()
                + ", waits_for = ? where " + ofKey());
             PreparedStatement head = connection.prepareStatement("update rowmesh.parked set waits_for = null, " + sql.quoted("sqlstate")
                     + " = ?, reason = ? where parked_id = ?")) {
            wait.setLong(1, first.get(0).id());
            ofKey(wait, 2, key);
            wait.executeUpdate();
            for (ParkedChange each : first) {
                head.setString(1, cause.getSQLState());
                head.setString(2, cause.getMessage());
                head.setLong(3, each.id());
                head.addBatch();
            }
            head.executeBatch();
        }
        connection.commit();
    }

    private String ofKey() {
        return "origin = ? and table_schema = ? and table_name = ? and " + sql.keyIs();
    }

    private void ofKey(PreparedStatement statement, int p, TableKey key) throws SQLException {
        statement.setString(p, origin);
        JdbcRows.named(statement, p + 1, key);
    }
}
