package io.rowmesh.agent.capture;

/**
 * A column of a captured table as the local catalog has it now.
 *
 * @param type             {@code format_type}, qualified by schema unless it is a type of PostgreSQL's own
 * @param baseType         name of the type below all domains, in {@code pg_type}'s spelling
 * @param baseKind         its {@code typtype}: b base, e enum, c composite, r range, m multirange
 * @param baseIsBuiltIn    whether it is a type of PostgreSQL's own
 * @param domain           whether the column's type is a domain
 * @param deterministic    whether its collation, if it has one, calls only equal bytes equal
 * @param generated        whether its value is computed from other columns, and so is not in the log
 * @param key              whether it belongs to the primary key
 */
record CatalogColumn(String name, String type, String baseType, char baseKind, boolean baseIsBuiltIn, boolean domain,
                     boolean deterministic, boolean generated, boolean key) {
}
