package io.rowmesh.applier.history;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The conflicts of one transaction, until they are written with it. So many are kept in full; a storm beyond that is only
 * counted, by table, type and decision, so that it can neither fill the memory nor hold the stream up.
 */
public final class ConflictBatch {

    /** Of one transaction, so many are listed each for itself. */
    public static final int LISTED = 1_000;
    /** And so many bytes of rows, roughly. */
    public static final int LISTED_BYTES = 8 << 20;

    /** What the conflicts beyond the limits have in common. */
    record Kind(io.rowmesh.schema.TableId table, io.rowmesh.rules.ConflictType type, String rule, Decision decision) {
    }

    private final List<ConflictRecord> listed = new ArrayList<>();
    private final Map<Kind, Long> counted = new LinkedHashMap<>();
    private ConflictRecord.Incoming last;
    private long bytes;

    public void add(ConflictRecord conflict) {
        if (listed.size() < LISTED && bytes < LISTED_BYTES) {
            listed.add(conflict);
            bytes += conflict.estimatedBytes();
        } else {
            counted.merge(new Kind(conflict.table(), conflict.type(), conflict.rule(), conflict.decision()), 1L, Long::sum);
            last = conflict.incoming();
        }
    }

    /** So many more like this one, of which no more is known than their number. */
    public void count(ConflictRecord like, Decision decision, long more) {
        if (more > 0) {
            counted.merge(new Kind(like.table(), like.type(), like.rule(), decision), more, Long::sum);
            last = like.incoming();
        }
    }

    public boolean isEmpty() {
        return listed.isEmpty();
    }

    public List<ConflictRecord> listed() {
        return listed;
    }

    /** How many there are beyond the listed ones. */
    Map<Kind, Long> counted() {
        return counted;
    }

    /** The transaction of the counted ones, without a row. */
    ConflictRecord.Incoming countedOf() {
        return last == null ? null : new ConflictRecord.Incoming(null, last.version(), last.epoch(), last.sequence());
    }
}
