package io.rowmesh.node.prepare;

import io.rowmesh.node.config.Database;
import io.rowmesh.node.config.NodeConfig;
import io.rowmesh.schema.store.ControlSchema;
import org.jooq.DSLContext;

import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a PostgreSQL database still lacks. */
final class PostgresPreparation {

    private PostgresPreparation() {
    }

    static List<Finding> findings(NodeConfig config, Database.Postgres postgres, Connection connection) {
        DSLContext sql = ControlSchema.sql(connection);
        int version = ServerFindings.version(sql);
        Optional<Finding> tooOld = ServerFindings.tooOld(version);
        if (tooOld.isPresent()) {
            return List.of(tooOld.get());
        }
        String role = postgres.user();
        List<Finding> findings = new ArrayList<>(ServerFindings.of(sql, config, version));
        Optional<Finding> missingRole = RoleFindings.missing(sql, role);
        if (missingRole.isPresent()) {
            findings.add(missingRole.get());
            return findings;
        }
        findings.addAll(RoleFindings.of(sql, role));
        findings.addAll(ControlFindings.of(sql, connection, role));
        RewriteTrigger.missing(sql).ifPresent(findings::add);
        tables(config, postgres, connection, sql, findings);
        origins(config, sql, findings);
        return findings;
    }

    private static void tables(NodeConfig config, Database.Postgres postgres, Connection connection, DSLContext sql, List<Finding> findings) {
        String role = postgres.user();
        ResolvedTables resolved = ResolvedTables.read(config, connection);
        for (String pattern : resolved.matchlessText()) {
            findings.add(Finding.note("the pattern " + pattern + " matches no table", "It may be mistyped, or the table is yet to come."));
        }
        List<TableState> tables = Catalog.states(connection, role, resolved);
        findings.addAll(RoleFindings.schemas(sql, role, tables));
        tables.forEach(table -> findings.addAll(TableFindings.of(table, role)));
        findings.addAll(RuleFindings.of(sql, config, tables));
        findings.addAll(UniqueFindings.of(sql, config, tables));
        findings.addAll(PrivateFindings.of(config, tables.stream().map(TableState::keyed).toList()));
        findings.addAll(Catalog.wakefulTriggers(sql, resolved));
        findings.addAll(PublicationFindings.of(sql, postgres.publication(), tables, config.decidesBySeen()));
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
}
