/**
 * Last-write-wins in a database whose rows do not tell who wrote them last, such as MySQL: rows are locked, the log is read up to
 * its end, and what it says of their last writes decides (docs/decisions/0012-mysql-capture.md).
 */
package io.rowmesh.applier.locking;
