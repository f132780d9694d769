package io.rowmesh.node.history;

import io.rowmesh.applier.write.LocalDatabase;
import io.rowmesh.applier.write.PostgresDatabase;
import io.rowmesh.node.config.NodeConfig;

/** The region's database as a person's session reads and writes it. */
public final class LocalDatabases {

    private LocalDatabases() {
    }

    public static LocalDatabase of(NodeConfig config) {
        return new PostgresDatabase(config.region());
    }
}
