/** Secondary unique keys under {@code unique: newest-wins}: which rows of a table are shown and which are hidden. Pure. */
package io.rowmesh.rules.unique;
