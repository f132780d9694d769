package io.rowmesh.testbed.simulation;

/** The history shows a fault: an invariant does not hold, the mesh is stuck, or the regions differ. */
public final class Broken extends RuntimeException {

    private static final long serialVersionUID = 1L;

    Broken(String what) {
        super(what);
    }
}
