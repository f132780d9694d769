package io.rowmesh.applier.fence;

/** A region is fenced here: what it ships is not applied. */
public final class FencedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    FencedException(String region) {
        super("region " + region + " is fenced here, as nothing of it was applied for longer than max-silence: load it again from"
                + " this region, then run `rowmesh fence lift " + region + "`");
    }
}
