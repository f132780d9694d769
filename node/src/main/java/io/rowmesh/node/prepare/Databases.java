package io.rowmesh.node.prepare;

import io.rowmesh.node.config.NodeConfig;
import io.rowmesh.node.config.Secret;
import org.postgresql.ds.PGSimpleDataSource;

import java.sql.Connection;
import java.sql.SQLException;

/** Connections to the region's database. */
public final class Databases {

    private static final int CONNECT_TIMEOUT_SECONDS = 10;
    private static final int ANSWER_TIMEOUT_SECONDS = 60;

    private Databases() {
    }

    /** The region's database under the node's own role. */
    public static PGSimpleDataSource dataSource(NodeConfig.Database database) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setServerNames(new String[] {database.host()});
        source.setPortNumbers(new int[] {database.port()});
        source.setDatabaseName(database.name());
        source.setUser(database.user());
        source.setPassword(database.password().map(Secret::reveal).orElse(null));
        source.setSslMode(database.sslmode());
        source.setApplicationName("rowmesh");
        source.setConnectTimeout(CONNECT_TIMEOUT_SECONDS);
        source.setTcpKeepAlive(true);
        return source;
    }

    /**
     * The same for statements that are all short, as those of the node's pool: one that gets no answer for 60 seconds fails,
     * for example because the database's machine is gone. A migration may wait for longer than that.
     */
    public static PGSimpleDataSource quickDataSource(NodeConfig.Database database) {
        PGSimpleDataSource source = dataSource(database);
        source.setSocketTimeout(ANSWER_TIMEOUT_SECONDS);
        return source;
    }

    /** Connects, or throws {@link UnreachableException} with a sentence that names the place and no secret. */
    public static Connection connect(NodeConfig.Database database) {
        try {
            return dataSource(database).getConnection();
        } catch (SQLException e) {
            throw new UnreachableException("cannot connect to database '" + database.name() + "' at " + database.host() + ":"
                    + database.port() + " as '" + database.user() + "': " + e.getMessage(), e);
        }
    }
}
