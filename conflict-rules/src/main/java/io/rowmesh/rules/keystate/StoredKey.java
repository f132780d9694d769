package io.rowmesh.rules.keystate;

import io.rowmesh.schema.Version;

/**
 * What stands in the table at a key.
 *
 * @param writer  who wrote the row last
 * @param version of the row as the database has it; null when there is no row or nobody knows
 * @param settled whether the capture is past the transaction that wrote the row
 * @param row     null when there is none
 */
public record StoredKey(Writer writer, Version version, boolean settled, Image row) {

    /** There is no row. */
    public static final StoredKey NONE = new StoredKey(Writer.NOBODY, null, true, null);

    /** Who wrote a row last. */
    public enum Writer {
        /** There is no row. */
        NOBODY,
        /** A transaction of this region's users. */
        USER,
        /** The node: what it applied, or showed. */
        NODE
    }

    boolean writtenAt(Long micros) {
        return micros != null && version != null && version.commitMicros() == micros;
    }
}
