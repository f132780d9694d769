/** Writes other regions' transactions into the local database: guard, tombstones, progress, parked rows. */
package io.rowmesh.applier.write;
