/** Rows of tables under {@code unique: newest-wins}: written key by key, hidden and shown. Step machines over {@link io.rowmesh.applier.unique.UniqueTarget}. */
package io.rowmesh.applier.unique;
