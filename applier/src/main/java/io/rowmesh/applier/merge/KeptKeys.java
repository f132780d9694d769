package io.rowmesh.applier.merge;

import io.rowmesh.schema.TableId;

import java.util.List;

/**
 * Some of the keys of which something is kept.
 *
 * @param running the first transaction number (64 bits) that was not given out yet when they were read
 * @param keys    in the order in which they were kept
 */
public record KeptKeys(long running, List<Each> keys) {

    /**
     * @param key      canonical; {@code *} for the whole table
     * @param texts    of the key columns, in column order; null for the whole table
     * @param recorded grows with each time that it is kept
     * @param waiting  whether its row is to be written from the state
     */
    public record Each(TableId table, String key, List<String> texts, long recorded, boolean waiting) {
    }
}
