package io.rowmesh.agent.log;

import com.google.protobuf.InvalidProtocolBufferException;
import io.rowmesh.agent.log.LogStore.Family;
import io.rowmesh.schema.SeenMark;
import io.rowmesh.schema.TransactionHeader;
import io.rowmesh.schema.WireCodec;

import java.util.List;

/**
 * What the source had applied of other regions where the log ends, if its last transaction tells that exactly. Kept beside the
 * marks, as that transaction may be trimmed. Of the writer.
 */
final class SeenAtEnd {

    /** Null: not known. */
    private List<SeenMark> committed;
    private List<SeenMark> synced;

    SeenAtEnd(LogStore store) {
        synced = decode(store.get(Family.META, LogKeys.SEEN));
        committed = synced;
    }

    List<SeenMark> synced() {
        return synced;
    }

    void commit(TransactionHeader header) {
        committed = header.exactSeen() ? header.seen() : null;
    }

    /** Forgets what was committed after the last sync. */
    void discard() {
        committed = synced;
    }

    /** Into the write that moves the end of the log; then {@link #sync}. */
    void put(LogStore.Batch batch) {
        put(batch, committed);
    }

    void put(LogStore.Batch batch, List<SeenMark> seen) {
        batch.put(Family.META, LogKeys.SEEN, encode(seen));
    }

    void sync() {
        synced = committed;
    }

    void become(List<SeenMark> seen) {
        committed = seen;
        synced = seen;
    }

    private static byte[] encode(List<SeenMark> seen) {
        return WireCodec.encode(new TransactionHeader("", 0, 0, 0, 0, 0, 0, seen == null ? List.of() : seen, false, seen != null, false))
                .toByteArray();
    }

    private static List<SeenMark> decode(byte[] value) {
        if (value == null) {
            return null;
        }
        try {
            TransactionHeader header = WireCodec.decode(io.rowmesh.schema.wire.TransactionHeader.parseFrom(value));
            return header.exactSeen() ? header.seen() : null;
        } catch (InvalidProtocolBufferException e) {
            throw new ChangeLogException("the change log does not tell what was seen at its end: " + e.getMessage()
                    + "; move its directory away and load the other regions again", e);
        }
    }
}
