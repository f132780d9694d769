package io.rowmesh.testbed.simulation;

/** A step would have to wait: it is taken again at a later event. Thrown often, so it carries nothing. */
final class Blocked extends RuntimeException {

    static final Blocked INSTANCE = new Blocked();

    private static final long serialVersionUID = 1L;

    private Blocked() {
        super("would wait", null, false, false);
    }
}
