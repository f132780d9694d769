package io.rowmesh.node.prepare;

import io.rowmesh.node.config.Database;
import io.rowmesh.node.config.NodeConfig;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.function.Consumer;

/** What a region's database still lacks for its node. */
public final class Preparation {

    private Preparation() {
    }

    /**
     * Looks and changes nothing. The findings stand in the order in which their SQL must run. The connection may be the
     * node's own or an administrator's: asked is always what the node's role may do.
     */
    public static List<Finding> findings(NodeConfig config, Connection connection) {
        if (config.database() instanceof Database.Postgres postgres) {
            return PostgresPreparation.findings(config, postgres, connection);
        }
        return MySqlPreparation.findings(config, (Database.MySql) config.database(), connection);
    }

    /** Only what the node cannot start without. */
    public static List<Finding> lacking(List<Finding> findings) {
        return findings.stream().filter(Finding::lacking).toList();
    }

    /** What {@code run} asks before it starts anything: throws {@link LackingException} when something is lacking. */
    public static void require(NodeConfig config, Connection connection) {
        List<Finding> lacking = lacking(findings(config, connection));
        if (!lacking.isEmpty()) {
            throw new LackingException(lacking);
        }
    }

    /** Runs the SQL of the findings in order, each statement by itself, and tells of each finding done; throws {@link PreparationException} at the first that fails. */
    public static void apply(List<Finding> findings, Connection connection, Consumer<Finding> done) {
        for (Finding finding : findings) {
            for (String sql : finding.sql()) {
                run(finding, sql, connection);
            }
            if (!finding.sql().isEmpty()) {
                done.accept(finding);
            }
        }
    }

    private static void run(Finding finding, String sql, Connection connection) {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            try (Statement statement = connection.createStatement()) {
                statement.execute("rollback");      // a migration fails within its own transaction
            } catch (SQLException rollback) {
                e.addSuppressed(rollback);
            }
            throw new PreparationException("'" + finding.what() + "' could not be changed: " + e.getMessage(), e);
        }
    }
}
