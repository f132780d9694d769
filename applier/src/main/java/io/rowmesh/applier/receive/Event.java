package io.rowmesh.applier.receive;

import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.TransactionHeader;

import java.util.List;

/** What comes from an origin: welcomed once, then for each transaction begin, rows as often as it takes, end. */
public sealed interface Event {

    /**
     * The origin agreed to the subscription.
     *
     * @param epoch        that the following transactions belong to; greater than the one asked for when the origin began anew,
     *                     and then they begin at sequence 1
     * @param lastSequence the origin's last transaction at that moment
     */
    record Welcomed(int epoch, long lastSequence) implements Event {
    }

    record Begin(TransactionHeader header) implements Event {
    }

    record Rows(List<RowChange> changes) implements Event {
    }

    /** The transaction is whole: all its rows came, as many as its header said. */
    record End(long sequence) implements Event {
    }
}
