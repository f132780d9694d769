package io.rowmesh.schema;

/**
 * A column of a replicated table.
 *
 * @param name exact name
 * @param type the source database's own name of the type, as PostgreSQL's {@code format_type} prints it
 * @param key  whether it belongs to the primary key
 */
public record Column(String name, String type, boolean key) {
}
