/** The node: the process beside a region's database, wired by hand. */
package io.rowmesh.node;
