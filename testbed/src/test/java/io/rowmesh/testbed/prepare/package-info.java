/** What rowmesh prepare finds and mends, on real servers. */
package io.rowmesh.testbed.prepare;
