/** What a region whose database is MySQL calls things. */
package io.rowmesh.schema.mysql;
