/** The history of conflicts in this region: what is kept of each, how, and for how long. */
package io.rowmesh.applier.history;
