package io.rowmesh.agent.capture;

import io.rowmesh.agent.binlog.GtidSet;
import io.rowmesh.agent.binlog.LogReader;
import io.rowmesh.agent.binlog.LoggedMessage;
import io.rowmesh.agent.binlog.LoggedStatement;
import io.rowmesh.agent.binlog.LoggedTable;
import io.rowmesh.agent.binlog.TaggedTransaction;
import io.rowmesh.agent.log.ChangeLog;
import io.rowmesh.schema.ReplicationOrigin;
import io.rowmesh.schema.RestatedRow;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.RowKey;
import io.rowmesh.schema.Step;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.mysql.MySqlNames;

import java.util.Optional;

/**
 * Takes what one stream of a MySQL server's log tells: local transactions into the change log, those of other regions into what was
 * seen. How far it has read stands beside the change log, and moves with what is durable there.
 */
final class MySqlTransactions implements LogReader {

    /** So many transactions share a sync while more are waiting to be read. */
    private static final int MOST_UNSYNCED = 256;
    /** MySQL's transactions have no number that anybody asks for. */
    private static final long NO_XID = 0;

    private final ChangeLog log;
    private final TransactionAssembly assembly;
    private final MySqlTables tables;
    private final LocalWrites localWrites;
    private final AppliedTransactions applied;
    private final MySqlOffset start;
    private final Supervisor supervisor;

    private final TaggedTransaction tag = new TaggedTransaction();
    private String gtid;
    private long commitMicros;
    private long events;
    private int appended;

    MySqlTransactions(ChangeLog log, TransactionAssembly assembly, MySqlTables tables, LocalWrites localWrites,
                      AppliedTransactions applied, MySqlOffset start, Supervisor supervisor) {
        this.log = log;
        this.assembly = assembly;
        this.tables = tables;
        this.localWrites = localWrites;
        this.applied = applied;
        this.start = start;
        this.supervisor = supervisor;
    }

    @Override
    public void opened() {
        supervisor.opened();
    }

    @Override
    public boolean wants(String database, String table) {
        return TaggedTransaction.isTag(database, table) || LoggedMessage.isOne(database, table) || tables.captured(database, table) != null;
    }

    @Override
    public boolean wants(String database) {
        return tables.anyIn(database);
    }

    @Override
    public void begin(String nextGtid, long micros) {
        // Not within a transaction: one that is larger than the bound must still get through.
        if (log.full()) {
            sync();
            supervisor.awaitRoom(log);
        }
        gtid = nextGtid;
        commitMicros = micros;
        events = 0;
        tag.begin();
        assembly.begin(gtid);
    }

    @Override
    public void insert(LoggedTable of, Row after) {
        tag.inserted(of, after);
        if (LoggedMessage.isOne(of.database(), of.name())) {
            message(LoggedMessage.of(after));
        } else if (ships(of, false)) {
            take(new RowChange.Insert(tables.shape(of), tables.row(of, after)));
        } else if (isProgress(of)) {
            applied.progress(TaggedTransaction.mark(of, after));
        }
    }

    private void message(LoggedMessage message) {
        Optional<RowChange> restated = tag.origin() != null || !message.prefix().equals(RestatedRow.PREFIX) ? Optional.empty()
                : RestatedRow.parse(message.content(), log.secret());
        if (restated.isPresent()) {
            take(restated.get());
            return;
        }
        other();
        if (tag.origin() == null) {
            assembly.message(message.prefix(), message.content(), commitMicros, NO_XID);
        }
    }

    private void other() {
        events++;
        assembly.other();
    }

    @Override
    public void update(LoggedTable of, Row before, Row after) {
        tag.updated(of, after);
        if (tag.repaired() != null) {
            applied.repair();
        }
        if (ships(of, false)) {
            TableShape shape = tables.shape(of);
            update(shape, tables.row(of, before), tables.row(of, after));
        } else if (isProgress(of)) {
            applied.progress(TaggedTransaction.mark(of, after));
        }
    }

    private void update(TableShape shape, Row before, Row after) {
        if (RowKey.of(shape, before).equals(RowKey.of(shape, after))) {
            take(new RowChange.Update(shape, before, after));
        } else {
            take(new RowChange.Delete(shape, before));
            take(new RowChange.Insert(shape, after));
        }
    }

    @Override
    public void delete(LoggedTable of, Row before) {
        tag.other();
        if (LoggedMessage.isOne(of.database(), of.name())) {
            other();
        } else if (ships(of, true)) {
            take(new RowChange.Delete(tables.shape(of), tables.row(of, before)));
        }
    }

    private static boolean isProgress(LoggedTable table) {
        return table.database().equals(MySqlNames.CONTROL) && table.name().equals(CaptureOptions.PROGRESS.name());
    }

    /** Whose transaction it is tells its first row, which is noted already. */
    private boolean ships(LoggedTable of, boolean deleted) {
        TableId id = new TableId(of.database(), of.name());
        String origin = tag.origin() == null ? null : ReplicationOrigin.name(tag.origin());
        boolean applies = applied.row(origin, isProgress(of) ? CaptureOptions.PROGRESS : id, deleted);
        boolean ships = !applies && !TaggedTransaction.isTag(of.database(), of.name());
        if (!ships) {
            other();
        }
        return ships;
    }

    private void take(RowChange change) {
        events++;
        assembly.row(change, commitMicros, NO_XID);
    }

    @Override
    public void statement(LoggedStatement statement) {
        if (statement.kind() == LoggedStatement.Kind.TRUNCATE) {
            LoggedStatement.Table table = statement.tables().get(0);
            if (tables.captured(table.database(), table.name()) != null) {
                take(new RowChange.Truncate(tables.present(table.database(), table.name())));
            }
        } else {
            tables.forget();
        }
    }

    @Override
    public void end(long position, GtidSet all) {
        TransactionAssembly.Outcome outcome = assembly.end(gtid, position, events);
        if (outcome == TransactionAssembly.Outcome.DUPLICATE) {
            throw new PlacesWentBack(gtid);
        }
        if (outcome == TransactionAssembly.Outcome.APPENDED) {
            // What was seen stands beside the change log as of this transaction, so what is read may not be ahead of it.
            log.sourceOffset(new MySqlOffset(start.base(), start.server(), all).text());
            appended++;
        }
        if (appended >= MOST_UNSYNCED) {
            sync();
        }
    }

    @Override
    public void reached(long position) {
        // Only transactions count here.
    }

    @Override
    public void idle() {
        sync();
    }

    private void sync() {
        if (appended == 0) {
            return;
        }
        localWrites.beforeSync().run();
        log.sync();
        for (int i = 0; i < appended; i++) {
            Step.SYNCED.reached();
        }
        appended = 0;
        localWrites.afterSync().accept(log.lastPosition());
    }
}
