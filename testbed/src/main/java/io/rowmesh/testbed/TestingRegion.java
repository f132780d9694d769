package io.rowmesh.testbed;

import java.nio.file.Path;

/** One region of a {@link TestingMesh}: a database and the node beside it. */
public record TestingRegion(String id, TestingDatabase database, TestingNode node, Path config, int shippingPort) {

    /** The database of a region on PostgreSQL. */
    public TestingPostgres postgres() {
        return (TestingPostgres) database;
    }

    /** The database of a region on MySQL. */
    public TestingMySql mysql() {
        return (TestingMySql) database;
    }
}
