package io.rowmesh.testbed;

import java.nio.file.Path;

/** One region of a {@link TestingMesh}: a database and the node beside it. */
public record TestingRegion(String id, TestingPostgres postgres, TestingNode node, Path config, int shippingPort) {
}
