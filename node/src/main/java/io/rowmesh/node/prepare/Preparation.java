package io.rowmesh.node.prepare;

import io.rowmesh.node.config.NodeConfig;
import io.rowmesh.schema.store.ControlSchema;
import org.jooq.DSLContext;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
        DSLContext sql = ControlSchema.sql(connection);
        int version = ServerFindings.version(sql);
        Optional<Finding> tooOld = ServerFindings.tooOld(version);
        if (tooOld.isPresent()) {
            return List.of(tooOld.get());
        }
        String role = config.database().user();
        List<Finding> findings = new ArrayList<>(ServerFindings.of(sql, config, version));
        Optional<Finding> missingRole = RoleFindings.missing(sql, role);
        if (missingRole.isPresent()) {
            findings.add(missingRole.get());
            return findings;
        }
        findings.addAll(RoleFindings.of(sql, role));
        findings.addAll(ControlFindings.of(sql, connection, role));
        RewriteTrigger.missing(sql).ifPresent(findings::add);
        tables(config, connection, sql, findings);
        origins(config, sql, findings);
        return findings;
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

    private static void tables(NodeConfig config, Connection connection, DSLContext sql, List<Finding> findings) {
        String role = config.database().user();
        ResolvedTables resolved = ResolvedTables.read(config, connection);
        for (String pattern : resolved.matchlessText()) {
            findings.add(Finding.note("the pattern " + pattern + " matches no table", "It may be mistyped, or the table is yet to come."));
        }
        List<TableState> tables = Catalog.states(connection, role, resolved);
        findings.addAll(RoleFindings.schemas(sql, role, tables));
        tables.forEach(table -> findings.addAll(TableFindings.of(table, role)));
        findings.addAll(RuleFindings.of(sql, config, tables));
        findings.addAll(UniqueFindings.of(sql, config, tables));
        findings.addAll(PrivateFindings.of(config, tables));
        findings.addAll(Catalog.wakefulTriggers(sql, resolved));
        findings.addAll(PublicationFindings.of(sql, config.database().publication(), tables, config.decidesBySeen()));
    }

    private static void origins(NodeConfig config, DSLContext sql, List<Finding> findings) {
        List<String> existing = sql.fetch("select roname from pg_replication_origin").map(row -> row.get(0, String.class));
        for (String origin : config.replicationOrigins()) {
            if (!existing.contains(origin)) {
                findings.add(Finding.lacking("the replication origin " + origin + " does not exist",
                        whatFor(origin),
                        "select pg_replication_origin_create(" + Sql.text(origin) + ")"));
            }
        }
    }

    private static String whatFor(String origin) {
        if (origin.equals(NodeConfig.SELF_ORIGIN)) {
            return "The node's own repairs are written under it, so that they are not shipped.";
        }
        return origin.equals(NodeConfig.AGED_ROWS_ORIGIN)
                ? "Rows of before the last thousand million transactions are written anew under it, so that this is not shipped."
                : "That region's changes are applied under it, so that they are not shipped again.";
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
