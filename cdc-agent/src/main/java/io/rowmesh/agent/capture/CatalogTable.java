package io.rowmesh.agent.capture;

import io.rowmesh.schema.TableId;

import java.util.List;

/**
 * A captured table as the local catalog has it now.
 *
 * @param kind            {@code relkind}: r ordinary, p partitioned
 * @param persistence     {@code relpersistence}: p permanent, u unlogged
 * @param replicaIdentity {@code relreplident}: d default, f full, i index, n nothing
 * @param usableKey       whether it has a primary key that is not deferrable
 */
record CatalogTable(TableId id, char kind, char persistence, char replicaIdentity, boolean usableKey, List<CatalogColumn> columns) {
}
