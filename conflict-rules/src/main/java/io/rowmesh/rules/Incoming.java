package io.rowmesh.rules;

import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.Seen;
import io.rowmesh.schema.TransactionHeader;
import io.rowmesh.schema.Version;

/**
 * A change as a rule that decides by what was seen looks at it.
 *
 * @param seen what its origin had seen when it committed, its own transactions up to and with this one included
 */
public record Incoming(RowChange change, Version version, int epoch, long sequence, Seen seen) {

    /** @throws IllegalArgumentException when the transaction does not say exactly what it has seen */
    public static Incoming of(TransactionHeader header, RowChange change) {
        if (!header.exactSeen()) {
            throw new IllegalArgumentException("region " + header.origin() + " does not say exactly what it had seen, which the rule of "
                    + change.table().id() + " decides by; give the table the same rule in all regions");
        }
        return new Incoming(change, header.version(), header.epoch(), header.sequence(),
                Seen.of(header.seen()).with(header.origin(), header.epoch(), header.sequence()));
    }
}
