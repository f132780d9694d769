package io.rowmesh.node.history;

import io.rowmesh.applier.mysql.MySqlDatabase;
import io.rowmesh.applier.write.LocalDatabase;
import io.rowmesh.applier.write.PostgresDatabase;
import io.rowmesh.node.config.Database;
import io.rowmesh.node.config.NodeConfig;
import io.rowmesh.schema.mysql.MySqlNames;

/** The region's database as a person's session reads and writes it. */
public final class LocalDatabases {

    private LocalDatabases() {
    }

    public static LocalDatabase of(NodeConfig config) {
        if (config.database() instanceof Database.MySql mySql) {
            return new MySqlDatabase(new MySqlNames(mySql.name(), mySql.schema()));
        }
        return new PostgresDatabase(config.region());
    }
}
