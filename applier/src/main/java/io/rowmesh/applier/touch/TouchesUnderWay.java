package io.rowmesh.applier.touch;

import io.rowmesh.rules.credible.WrittenKey;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/** Keys whose touch is begun and not yet captured: of each key one touch at a time (convergence rule 7). */
final class TouchesUnderWay {

    /** A touch whose commit got no answer and that is not captured for so long never was. */
    private static final long FORGOTTEN_NANOS = 120_000_000_000L;

    private final Map<WrittenKey, Long> begunNanos = new HashMap<>();

    /** Whether the key had none under way, and has one now. */
    synchronized boolean begin(WrittenKey key, long nowNanos) {
        Long begun = begunNanos.get(key);
        if (begun != null && nowNanos - begun < FORGOTTEN_NANOS) {
            return false;
        }
        begunNanos.put(key, nowNanos);
        return true;
    }

    /** They were captured, or are known to have failed. */
    synchronized void ended(Collection<WrittenKey> keys) {
        begunNanos.keySet().removeAll(keys);
    }
}
