/** The control tables in the user's database: their migrations and typed access. */
package io.rowmesh.schema.store;
