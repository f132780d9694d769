package io.rowmesh.schema;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.rowmesh.schema.wire.Change;
import io.rowmesh.schema.wire.ChangeKind;
import io.rowmesh.schema.wire.Chunk;
import io.rowmesh.schema.wire.ColumnDef;
import io.rowmesh.schema.wire.TableDef;
import io.rowmesh.schema.wire.Tuple;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Between the nouns and their wire form. The protobuf classes go no further than this and the streams. */
public final class WireCodec {

    private static final byte TEXT = 0;
    private static final byte NULL = 1;
    private static final byte ABSENT = 2;

    private WireCodec() {
    }

    public static io.rowmesh.schema.wire.TransactionHeader encode(TransactionHeader header) {
        var builder = io.rowmesh.schema.wire.TransactionHeader.newBuilder()
                .setOrigin(header.origin()).setEpoch(header.epoch()).setSequence(header.sequence())
                .setCommitMicros(header.commitMicros()).setSourcePosition(header.sourcePosition())
                .setRows(header.rows()).setChunks(header.chunks()).setHeartbeat(header.heartbeat())
                .setExactSeen(header.exactSeen()).setCausal(header.causal());
        for (SeenMark mark : header.seen()) {
            builder.addSeen(io.rowmesh.schema.wire.SeenMark.newBuilder().setOrigin(mark.origin())
                    .setEpoch(mark.epoch()).setSequence(mark.sequence()).setCommitMicros(mark.commitMicros()));
        }
        return builder.build();
    }

    public static TransactionHeader decode(io.rowmesh.schema.wire.TransactionHeader wire) {
        List<SeenMark> seen = wire.getSeenList().stream()
                .map(m -> new SeenMark(m.getOrigin(), m.getEpoch(), m.getSequence(), m.getCommitMicros())).toList();
        return new TransactionHeader(wire.getOrigin(), wire.getEpoch(), wire.getSequence(), wire.getCommitMicros(),
                wire.getSourcePosition(), wire.getRows(), wire.getChunks(), seen, wire.getHeartbeat(), wire.getExactSeen(),
                wire.getCausal());
    }

    /** A serialized header, to be kept. */
    public static byte[] encodeHeader(TransactionHeader header) {
        return encode(header).toByteArray();
    }

    /** @throws IllegalArgumentException when the bytes are no header of this version's format */
    public static TransactionHeader decodeHeader(byte[] bytes) {
        try {
            return decode(io.rowmesh.schema.wire.TransactionHeader.parseFrom(bytes));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("not the header of a transaction: " + e.getMessage(), e);
        }
    }

    /** A serialized {@code Chunk} message: the form that stands in the change log and travels. */
    public static byte[] encodeChunk(List<RowChange> changes) {
        Map<TableShape, Integer> tables = new LinkedHashMap<>();
        Chunk.Builder chunk = Chunk.newBuilder();
        for (RowChange change : changes) {
            int table = tables.computeIfAbsent(change.table(), shape -> tables.size());
            chunk.addChanges(encodeChange(change, table));
        }
        tables.keySet().forEach(shape -> chunk.addTables(encodeTable(shape)));
        return chunk.build().toByteArray();
    }

    /** @throws IllegalArgumentException when the bytes are no chunk of this version's format */
    public static List<RowChange> decodeChunk(byte[] bytes) {
        try {
            return decodeChunk(Chunk.parseFrom(bytes));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("not a chunk of row changes: " + e.getMessage(), e);
        }
    }

    public static List<RowChange> decodeChunk(Chunk chunk) {
        List<TableShape> tables = chunk.getTablesList().stream().map(WireCodec::decodeTable).toList();
        List<RowChange> changes = new ArrayList<>(chunk.getChangesCount());
        for (Change change : chunk.getChangesList()) {
            changes.add(decodeChange(change, tables.get(change.getTable())));
        }
        return changes;
    }

    private static Change encodeChange(RowChange change, int table) {
        Change.Builder builder = Change.newBuilder().setTable(table);
        switch (change.kind()) {
            case INSERT -> builder.setKind(ChangeKind.INSERT).setAfter(encodeRow(((RowChange.Insert) change).after()));
            case UPDATE -> {
                RowChange.Update update = (RowChange.Update) change;
                builder.setKind(ChangeKind.UPDATE).setAfter(encodeRow(update.after()));
                if (update.before() != null) {
                    builder.setBefore(encodeRow(update.before()));
                }
            }
            case DELETE -> builder.setKind(ChangeKind.DELETE).setBefore(encodeRow(((RowChange.Delete) change).before()));
            case TRUNCATE -> builder.setKind(ChangeKind.TRUNCATE);
        }
        return builder.build();
    }

    private static RowChange decodeChange(Change change, TableShape table) {
        return switch (change.getKind()) {
            case INSERT -> new RowChange.Insert(table, decodeRow(change.getAfter()));
            case UPDATE -> new RowChange.Update(table, change.hasBefore() ? decodeRow(change.getBefore()) : null,
                    decodeRow(change.getAfter()));
            case DELETE -> new RowChange.Delete(table, decodeRow(change.getBefore()));
            case TRUNCATE -> new RowChange.Truncate(table);
            case CHANGE_KIND_UNSPECIFIED, UNRECOGNIZED ->
                    throw new IllegalArgumentException("a row change of unknown kind " + change.getKindValue());
        };
    }

    private static Tuple encodeRow(Row row) {
        byte[] states = new byte[row.size()];
        Tuple.Builder tuple = Tuple.newBuilder();
        for (int i = 0; i < states.length; i++) {
            if (row.isAbsent(i)) {
                states[i] = ABSENT;
            } else if (row.get(i) == null) {
                states[i] = NULL;
            } else {
                states[i] = TEXT;
                tuple.addText(row.get(i));
            }
        }
        return tuple.setStates(ByteString.copyFrom(states)).build();
    }

    private static Row decodeRow(Tuple tuple) {
        String[] values = new String[tuple.getStates().size()];
        int text = 0;
        for (int i = 0; i < values.length; i++) {
            values[i] = switch (tuple.getStates().byteAt(i)) {
                case TEXT -> tuple.getText(text++);
                case NULL -> null;
                case ABSENT -> Row.ABSENT;
                default -> throw new IllegalArgumentException("a value of unknown state " + tuple.getStates().byteAt(i));
            };
        }
        return new Row(values);
    }

    public static TableDef encodeTable(TableShape table) {
        TableDef.Builder builder = TableDef.newBuilder().setSchema(table.id().schema()).setName(table.id().name());
        table.columns().forEach(c -> builder.addColumns(
                ColumnDef.newBuilder().setName(c.name()).setType(c.type()).setKey(c.key())));
        return builder.build();
    }

    public static TableShape decodeTable(TableDef table) {
        return new TableShape(new TableId(table.getSchema(), table.getName()), table.getColumnsList().stream()
                .map(c -> new Column(c.getName(), c.getType(), c.getKey())).toList());
    }
}
