/**
 * Regions that were silent for too long are fenced: nothing of theirs is applied until they were loaded again (convergence rule
 * 14, H04). Owns {@code rowmesh.fence}.
 */
package io.rowmesh.applier.fence;
