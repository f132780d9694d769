package io.rowmesh.applier.receive;

import io.rowmesh.schema.TransactionHeader;
import io.rowmesh.schema.wire.Welcome;

/** Believes nothing an origin sends: no gap, no repetition, no foreign transaction, no missing row gets past it. */
final class StreamCheck {

    private final String region;
    private final String origin;
    private final int askedEpoch;
    private final long askedAfter;
    private int epoch;
    private long lastSequence;
    private boolean welcomed;
    /** The transaction begun and not ended, or null. */
    private TransactionHeader open;
    private long rows;
    private int chunks;

    StreamCheck(String region, String origin, int askedEpoch, long askedAfter) {
        this.region = region;
        this.origin = origin;
        this.askedEpoch = askedEpoch;
        this.askedAfter = askedAfter;
    }

    void welcome(Welcome welcome, int protocol) {
        require(!welcomed, "welcomed this region twice");
        require(welcome.getRegion().equals(origin), "calls itself " + welcome.getRegion());
        require(welcome.getProtocol() == protocol, "speaks protocol " + welcome.getProtocol() + ", not " + protocol);
        require(welcome.getEpoch() >= askedEpoch && welcome.getEpoch() > 0,
                "is in epoch " + welcome.getEpoch() + ", before epoch " + askedEpoch + " that was applied");
        welcomed = true;
        epoch = welcome.getEpoch();
        lastSequence = epoch == askedEpoch ? askedAfter : 0;
    }

    void begin(TransactionHeader header) {
        require(welcomed, "sent transactions before its welcome");
        require(open == null, "began transaction " + header.sequence() + " before the end of " + (lastSequence + 1));
        require(header.origin().equals(origin) && !header.origin().equals(region),
                "sent a transaction of origin " + header.origin() + ", and a region ships only its own");
        require(header.epoch() == epoch, "sent transaction " + header.sequence() + " of epoch " + header.epoch() + " in epoch " + epoch);
        require(header.sequence() == lastSequence + 1, "sent transaction " + header.sequence() + " where " + (lastSequence + 1) + " follows");
        open = header;
        rows = 0;
        chunks = 0;
    }

    void rows(int count) {
        require(open != null, "sent rows outside a transaction");
        rows += count;
        chunks++;
        require(rows <= open.rows() && chunks <= open.chunks(), "sent more rows in transaction " + open.sequence()
                + " than the " + open.rows() + " its header says");
    }

    void end(long sequence) {
        require(open != null && open.sequence() == sequence, "ended transaction " + sequence + ", which is not open");
        require(rows == open.rows() && chunks == open.chunks(), "ended transaction " + sequence + " after " + rows + " rows in "
                + chunks + " chunks, and its header says " + open.rows() + " in " + open.chunks());
        lastSequence = sequence;
        open = null;
    }

    private void require(boolean holds, String what) {
        if (!holds) {
            throw StreamException.broken("region " + origin + " " + what + "; nothing of it was taken");
        }
    }
}
