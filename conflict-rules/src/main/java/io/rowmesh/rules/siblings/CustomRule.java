package io.rowmesh.rules.siblings;

/**
 * A rule of the user's own, found by its name through {@link java.util.ServiceLoader}. Each node of the mesh must have the same
 * class: what it chooses must depend on the siblings alone, not on the region, the clock or anything read elsewhere.
 */
public interface CustomRule extends SiblingChooser {

    /** The name by which the configuration calls it. */
    String name();
}
