package io.rowmesh.rules.credible;

import java.util.HashMap;
import java.util.Map;

/**
 * The keys whose last local writes were withheld: what other regions have of them is not what stands here until they are
 * touched (convergence rule 7). For each the place of its last withheld write in the log. Follows the order of the local log;
 * what it says must be durable before the log moves on, which is the caller's part. For one thread.
 */
public final class PendingKeys {

    private final LongMap positions = new LongMap();
    private final Map<Long, Integer> byTable = new HashMap<>();

    /** A write of the key that ends at this position (LSN) is not shipped. */
    public void withheld(WrittenKey key, long position) {
        long number = key.number();
        if (positions.get(number) == LongMap.NONE) {
            byTable.merge(key.wholeTable().number(), 1, Integer::sum);
        }
        positions.put(number, position);
    }

    /** Whether a write of the key must be withheld: the key is pending, or a truncate of its table, or this is one. */
    public boolean holds(WrittenKey key) {
        if (isEmpty()) {
            return false;
        }
        return positions.get(key.number()) != LongMap.NONE || positions.get(key.wholeTable().number()) != LongMap.NONE
                || (key.isWholeTable() && byTable.containsKey(key.number()));
    }

    /**
     * Whether a touch that found no row speaks for the key: since the touch was begun no other write of it was withheld, so none
     * can have brought a row that the touch did not see. Otherwise it must not be shipped, and is done again.
     *
     * @param after place of the key's last withheld write when the touch was begun (LSN)
     */
    public boolean mayDelete(WrittenKey key, long after) {
        return positions.get(key.number()) == after;
    }

    /** A touch of the key is shipped. */
    public void settled(WrittenKey key) {
        long number = key.number();
        if (positions.get(number) != LongMap.NONE) {
            positions.remove(number);
            byTable.computeIfPresent(key.wholeTable().number(), (table, count) -> count == 1 ? null : count - 1);
        }
    }

    public boolean isEmpty() {
        return positions.size() == 0;
    }

    public int size() {
        return positions.size();
    }
}
