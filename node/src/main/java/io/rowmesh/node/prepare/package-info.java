/** What the region's database still lacks, computed from its live catalog, as SQL with reasons. */
package io.rowmesh.node.prepare;
