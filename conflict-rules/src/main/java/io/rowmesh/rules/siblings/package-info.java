/**
 * The rules that choose among siblings as a pure machine (convergence rule 11): the writes of a key that did not see each other are
 * kept as a set, and region-priority, home-region, park or a custom rule choose which of them is shown. No I/O, no clock.
 */
package io.rowmesh.rules.siblings;
