package io.rowmesh.rules;

import io.rowmesh.schema.Seen;
import io.rowmesh.schema.SeenMark;
import io.rowmesh.schema.TransactionHeader;

import java.util.Optional;

/**
 * When a transaction whose rules decide by what was seen may be applied: when everything that its origin had seen of other
 * regions is applied here (convergence rule 9). Otherwise "seen" would not be transitive: us has seen eu's insert and deletes
 * the row; a region that gets the delete first would take the insert, when it comes, for one that nobody had seen.
 */
public final class CausalDelivery {

    private CausalDelivery() {
    }

    /** Everything of an origin up to this must be applied here first. */
    public record Lacking(String origin, Seen.Mark mark) {
    }

    /**
     * What has to be applied first, one of several; empty when the transaction may be applied.
     *
     * @param region  this region; what was seen of its own transactions is here
     * @param applied what is applied here of the others
     */
    public static Optional<Lacking> lacking(TransactionHeader header, String region, Seen applied) {
        if (!header.causal()) {
            return Optional.empty();
        }
        for (SeenMark mark : header.seen()) {
            boolean own = mark.origin().equals(region) || mark.origin().equals(header.origin());
            if (!own && !applied.includes(mark.origin(), mark.epoch(), mark.sequence())) {
                return Optional.of(new Lacking(mark.origin(), new Seen.Mark(mark.epoch(), mark.sequence())));
            }
        }
        return Optional.empty();
    }
}
