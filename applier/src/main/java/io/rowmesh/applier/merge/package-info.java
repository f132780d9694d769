/** Writes changes of tables whose rules merge: row by row, with the row held while the pure rules decide (docs/rules.md). */
package io.rowmesh.applier.merge;
