/** A MySQL region's database, as the lanes and the repairs of its node see it (docs/decisions/0012-mysql-capture.md). */
package io.rowmesh.applier.mysql;
