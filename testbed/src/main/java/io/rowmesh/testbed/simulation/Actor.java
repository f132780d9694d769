package io.rowmesh.testbed.simulation;

/** Something in the world that takes one small step at a time. */
interface Actor {

    /** Takes a step if there is one to take; returns whether something happened. */
    boolean step();

    /** Whether nothing is left to do. */
    boolean isQuiet();
}
