/** How column types of one kind of database stand in another: one table of mappings, and the pure functions that convert texts by it. */
package io.rowmesh.schema.types;
