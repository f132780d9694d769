/**
 * Local transactions whose timestamps are not credible are not shipped; their keys are touched once the clock is right
 * (convergence rules 6 and 7). Owns {@code rowmesh.pending_touch}.
 */
package io.rowmesh.applier.touch;
