/** What the database tells of conflicts and parked rows, for people: read while the node runs or not. */
package io.rowmesh.node.history;
