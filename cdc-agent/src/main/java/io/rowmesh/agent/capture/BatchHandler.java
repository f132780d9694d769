package io.rowmesh.agent.capture;

import io.debezium.engine.DebeziumEngine;
import io.debezium.engine.RecordChangeEvent;
import io.rowmesh.agent.log.ChangeLog;
import io.rowmesh.schema.ReplicationOrigin;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.SeenMark;
import io.rowmesh.schema.Step;
import io.rowmesh.schema.TableId;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;

/**
 * Takes what Debezium delivers: row changes between the BEGIN and END of their transaction. Only an END is ever marked as
 * processed, and only when its transaction is durable in the change log, so the slot never stands past the change log.
 */
final class BatchHandler implements DebeziumEngine.ChangeConsumer<RecordChangeEvent<SourceRecord>> {

    private static final String OWN_MESSAGES = "rowmesh.";

    private final ChangeLog log;
    private final TransactionAssembly assembly;
    private final CapturedTables tables;
    private final LocalWrites localWrites;
    private final AppliedTransactions applied;
    private final Runnable awaitRoom;

    /** @param awaitRoom returns when the change log is not full */
    BatchHandler(ChangeLog log, TransactionAssembly assembly, CapturedTables tables, LocalWrites localWrites,
                 AppliedTransactions applied, Runnable awaitRoom) {
        this.log = log;
        this.assembly = assembly;
        this.tables = tables;
        this.localWrites = localWrites;
        this.applied = applied;
        this.awaitRoom = awaitRoom;
    }

    @Override
    public void handleBatch(List<RecordChangeEvent<SourceRecord>> batch,
                            DebeziumEngine.RecordCommitter<RecordChangeEvent<SourceRecord>> committer) throws InterruptedException {
        int appended = 0;
        int synced = 0;
        RecordChangeEvent<SourceRecord> lastEnd = null;
        for (RecordChangeEvent<SourceRecord> event : batch) {
            // Not within a transaction: one that is larger than the bound must still get through.
            if (!assembly.isOpen() && log.full()) {
                synced += sync(appended - synced);
                awaitRoom.run();
            }
            TransactionAssembly.Outcome outcome = take(event.record());
            if (outcome == TransactionAssembly.Outcome.APPENDED) {
                appended++;
            }
            // The END of a transaction that is not in the change log is left unmarked: neither is its position.
            if (outcome != null && outcome.inLog()) {
                lastEnd = event;
            }
        }
        sync(appended - synced);
        if (lastEnd != null) {
            committer.markProcessed(lastEnd);
        }
        committer.markBatchFinished();
        reached(Step.CONFIRMED, appended);
    }

    private int sync(int appended) {
        if (appended == 0) {
            return 0;
        }
        localWrites.beforeSync().run();
        log.sync();
        reached(Step.SYNCED, appended);
        localWrites.afterSync().accept(log.lastPosition());
        return appended;
    }

    private static void reached(Step step, int times) {
        for (int i = 0; i < times; i++) {
            step.reached();
        }
    }

    /** @return what became of the transaction that ended here; null when none did */
    private TransactionAssembly.Outcome take(SourceRecord record) {
        Struct value = (Struct) record.value();
        if (value == null) {
            return null;
        }
        if (value.schema().field("status") != null) {
            return takeBoundary(record, value);
        }
        switch (value.getString("op")) {
            case "m" -> takeMessage(value);
            case "c", "u", "d", "t" -> takeRow(value);
            default -> throw new CaptureException("a change of unknown kind " + value.getString("op"));
        }
        return null;
    }

    private TransactionAssembly.Outcome takeBoundary(SourceRecord record, Struct value) {
        String id = xid(value.getString("id"));
        if (value.getString("status").equals("BEGIN")) {
            assembly.begin(id);
            return null;
        }
        Object end = record.sourceOffset().get("lsn_commit");
        if (!(end instanceof Long position)) {
            throw new CaptureException("the end of transaction " + id + " came without its position");
        }
        return assembly.end(id, position, value.getInt64("event_count"));
    }

    /** An id is {@code xid:position}, and only the xid is the same at both ends. */
    private static String xid(String id) {
        return id.substring(0, id.indexOf(':'));
    }

    /** Messages outside of transactions come between them. */
    private void takeMessage(Struct value) {
        if (value.getStruct("source").getInt64("txId") == null || !assembly.isOpen()) {
            return;
        }
        assembly.other();
        Struct message = value.getStruct("message");
        String prefix = message.getString("prefix");
        if (prefix.equals(SeenReading.MESSAGE)) {
            applied.reading(SeenReading.parse(content(message), log.secret()));
        } else if (prefix.equals(ReplicationOrigin.REPAIR)) {
            applied.repair();
        } else if (prefix.startsWith(OWN_MESSAGES)) {
            Struct source = value.getStruct("source");
            assembly.message(prefix, content(message), source.getInt64("ts_us"), source.getInt64("txId"));
        }
    }

    private static String content(Struct message) {
        return new String(HexFormat.of().parseHex(message.getString("content")), StandardCharsets.UTF_8);
    }

    private void takeRow(Struct value) {
        Struct source = value.getStruct("source");
        TableId id = new TableId(source.getString("schema"), source.getString("table"));
        String op = value.getString("op");
        boolean applies = applied.row(source.getString("origin"), id, op.equals("d"));
        if (applies && id.equals(CaptureOptions.PROGRESS) && (op.equals("c") || op.equals("u"))) {
            applied.progress(progress(value.getStruct("after"), source.getInt64("ts_us")));
        }
        if (applies || !tables.isCaptured(id)) {
            assembly.other();
            return;
        }
        Schema rowSchema = value.schema().field("after").schema();
        RowChange change = change(tables.table(id, rowSchema), value);
        assembly.row(change, source.getInt64("ts_us"), source.getInt64("txId"));
    }

    private static SeenMark progress(Struct row, long commitMicros) {
        return new SeenMark(row.getString("origin"), Integer.parseInt(row.getString("epoch")),
                Long.parseLong(row.getString("sequence")), commitMicros);
    }

    private static RowChange change(CapturedTable table, Struct value) {
        return switch (value.getString("op")) {
            case "c" -> new RowChange.Insert(table.shape(), table.after(value.getStruct("after")));
            case "u" -> new RowChange.Update(table.shape(), beforeUpdate(table, value), table.after(value.getStruct("after")));
            case "d" -> new RowChange.Delete(table.shape(), table.before(value.getStruct("before")));
            default -> new RowChange.Truncate(table.shape());
        };
    }

    private static Row beforeUpdate(CapturedTable table, Struct value) {
        Struct before = value.getStruct("before");
        return before == null || !table.hasWholeBefore() ? null : table.before(before);
    }
}
