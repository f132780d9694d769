package io.rowmesh.rules.siblings;

/**
 * A rule of the user's own, found by its name through {@link java.util.ServiceLoader}. Every node of the mesh must have the same
 * class: what it chooses must depend on the siblings alone, not on the region, the clock, chance or anything read elsewhere. Where it
 * throws, or answers with none of the siblings, the newest of them is shown.
 */
public interface CustomRule extends SiblingChooser {

    /** The name by which the configuration calls it. */
    String name();

    /** To be changed with every change of what it chooses: regions that have another version refuse each other. */
    String version();
}
