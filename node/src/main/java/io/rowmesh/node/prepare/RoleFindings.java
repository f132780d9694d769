package io.rowmesh.node.prepare;

import io.rowmesh.schema.store.ControlSchema;
import org.jooq.DSLContext;
import org.jooq.Record;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The node's role: its attributes and what it may do in the database as a whole. */
final class RoleFindings {

    /** What applying under a replication origin takes. */
    private static final List<String> FUNCTIONS = List.of(
            "pg_replication_origin_create(text)",
            "pg_replication_origin_oid(text)",
            "pg_replication_origin_session_setup(text)",
            "pg_replication_origin_session_reset()",
            "pg_replication_origin_session_is_setup()",
            "pg_replication_origin_session_progress(boolean)",
            "pg_replication_origin_xact_setup(pg_lsn, timestamp with time zone)",
            "pg_replication_origin_xact_reset()",
            "pg_show_replication_origin_status()");

    private RoleFindings() {
    }

    /** Without the role nothing more can be asked. */
    static Optional<Finding> missing(DSLContext sql, String role) {
        return sql.fetchOptional("select 1 from pg_roles where rolname = ?", role).isPresent() ? Optional.empty()
                : Optional.of(Finding.lacking("the role " + role + " does not exist",
                "The node connects under a role of its own; give it a password afterwards (alter role ... password), and run this again.",
                "create role " + Sql.name(role) + " login replication"));
    }

    static List<Finding> of(DSLContext sql, String role) {
        List<Finding> findings = new ArrayList<>();
        attributes(sql, role, findings);
        connect(sql, role).ifPresent(findings::add);
        functions(sql, role).ifPresent(findings::add);
        parameter(sql, role).ifPresent(findings::add);
        return findings;
    }

    private static void attributes(DSLContext sql, String role, List<Finding> findings) {
        Record has = sql.fetchSingle("select rolcanlogin, rolreplication or rolsuper from pg_roles where rolname = ?", role);
        if (!has.get(0, boolean.class)) {
            findings.add(Finding.lacking("the role " + role + " may not log in", "The node connects under it.",
                    "alter role " + Sql.name(role) + " login"));
        }
        if (!has.get(1, boolean.class)) {
            findings.add(Finding.lacking("the role " + role + " lacks the attribute REPLICATION", "The node reads the log through a slot.",
                    "alter role " + Sql.name(role) + " replication"));
        }
    }

    private static Optional<Finding> connect(DSLContext sql, String role) {
        Record row = sql.fetchSingle("select has_database_privilege(?, current_database(), 'connect'), current_database()", role);
        String database = row.get(1, String.class);
        return row.get(0, boolean.class) ? Optional.empty() : Optional.of(Finding.lacking(
                "the role " + role + " may not connect to the database " + database, "The node connects under it.",
                "grant connect on database " + Sql.name(database) + " to " + Sql.name(role)));
    }

    private static Optional<Finding> functions(DSLContext sql, String role) {
        List<String> missing = FUNCTIONS.stream()
                .filter(function -> !sql.fetchSingle("select has_function_privilege(?, ?, 'execute')", role, "pg_catalog." + function)
                        .get(0, boolean.class)).toList();
        return missing.isEmpty() ? Optional.empty() : Optional.of(Finding.lacking(
                "the role " + role + " may not execute " + String.join(", ", missing),
                "Changes of other regions are applied under a replication origin, so that they are not shipped again.",
                "grant execute on function pg_catalog." + String.join(", pg_catalog.", missing) + " to " + Sql.name(role)));
    }

    private static Optional<Finding> parameter(DSLContext sql, String role) {
        boolean may = sql.fetchSingle("select has_parameter_privilege(?, 'session_replication_role', 'set')", role).get(0, boolean.class);
        return may ? Optional.empty() : Optional.of(Finding.lacking(
                "the role " + role + " may not set session_replication_role",
                "Triggers and foreign keys act where a change was first made; applied rows must not set them off again.",
                "grant set on parameter session_replication_role to " + Sql.name(role)));
    }

    /** USAGE on the schemas of the tables that take part. */
    static List<Finding> schemas(DSLContext sql, String role, List<TableState> tables) {
        List<Finding> findings = new ArrayList<>();
        tables.stream().map(table -> table.id().schema()).distinct().filter(schema -> !schema.equals(ControlSchema.NAME)).forEach(schema -> {
            if (!sql.fetchSingle("select has_schema_privilege(?, oid, 'usage') from pg_namespace where nspname = ?", role, schema)
                    .get(0, boolean.class)) {
                findings.add(Finding.lacking("the role " + role + " lacks USAGE on the schema " + schema,
                        "Tables that take part stand in it.", "grant usage on schema " + Sql.name(schema) + " to " + Sql.name(role)));
            }
        });
        return findings;
    }
}
