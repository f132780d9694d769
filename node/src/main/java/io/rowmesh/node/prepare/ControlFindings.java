package io.rowmesh.node.prepare;

import io.rowmesh.schema.store.ControlSchema;
import org.flywaydb.core.api.MigrationInfo;
import org.jooq.DSLContext;
import org.jooq.Record;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The schema rowmesh and its control tables, which belong to the node's role. */
final class ControlFindings {

    private static final String HISTORY = "flyway_schema_history";

    /** Flyway's own record of what was done, so that the migrations may also be run by hand. */
    private static final String CREATE_HISTORY = """
            create table rowmesh.flyway_schema_history (
                installed_rank int not null constraint flyway_schema_history_pk primary key,
                version varchar(50), description varchar(200) not null, type varchar(20) not null,
                script varchar(1000) not null, checksum int, installed_by varchar(100) not null,
                installed_on timestamp not null default now(), execution_time int not null, success boolean not null);
            create index flyway_schema_history_s_idx on rowmesh.flyway_schema_history (success);
            """;

    private static final String FOREIGN = """
            select format('alter table %s owner to ', c.oid::regclass) from pg_class c
            where c.relnamespace = 'rowmesh'::regnamespace and c.relkind in ('r', 'p', 'v') and not pg_has_role(?, c.relowner, 'usage')
            union all
            select format('alter routine %s owner to ', p.oid::regprocedure) from pg_proc p
            where p.pronamespace = 'rowmesh'::regnamespace and not pg_has_role(?, p.proowner, 'usage')""";

    private ControlFindings() {
    }

    static List<Finding> of(DSLContext sql, Connection connection, String role) {
        List<Finding> findings = new ArrayList<>();
        owner(sql, role).ifPresent(findings::add);
        boolean exists = exists(sql);
        if (exists) {
            foreignObjects(sql, role).ifPresent(findings::add);
        }
        if (exists && !sql.fetchSingle("select has_schema_privilege('rowmesh', 'usage')").get(0, boolean.class)) {
            findings.add(Finding.lacking("the control tables cannot be looked at under this role",
                    "Run this again when the schema rowmesh belongs to " + role + "."));
            return findings;
        }
        List<MigrationInfo> pending = List.of(ControlSchema.migrations(new OneConnection(connection)).info().pending());
        boolean history = exists && sql.fetchOptional("select 1 from pg_tables where schemaname = 'rowmesh' and tablename = ?", HISTORY).isPresent();
        for (MigrationInfo migration : pending) {
            findings.add(Finding.lacking("the control tables lack version " + migration.getVersion() + " (" + migration.getDescription() + ")",
                    "Progress, tombstones and heartbeats are kept there.", script(migration, role, !history && migration == pending.get(0))));
        }
        return findings;
    }

    private static boolean exists(DSLContext sql) {
        return sql.fetchOptional("select 1 from pg_namespace where nspname = ?", ControlSchema.NAME).isPresent();
    }

    private static Optional<Finding> owner(DSLContext sql, String role) {
        Optional<Record> row = sql.fetchOptional("select pg_has_role(?, nspowner, 'usage') from pg_namespace where nspname = ?", role, ControlSchema.NAME);
        if (row.isEmpty()) {
            return Optional.of(Finding.lacking("the schema rowmesh does not exist", "The node keeps its control tables there.",
                    "create schema rowmesh authorization " + Sql.name(role)));
        }
        return row.get().get(0, boolean.class) ? Optional.empty() : Optional.of(Finding.lacking(
                "the schema rowmesh does not belong to the role " + role, "The node keeps its control tables there and migrates them itself.",
                "alter schema rowmesh owner to " + Sql.name(role)));
    }

    private static Optional<Finding> foreignObjects(DSLContext sql, String role) {
        List<String> alters = sql.fetch(FOREIGN, role, role).map(row -> row.get(0, String.class) + Sql.name(role));
        return alters.isEmpty() ? Optional.empty() : Optional.of(Finding.lacking(
                alters.size() + " tables or functions of the schema rowmesh do not belong to the role " + role,
                "The node writes and migrates them itself.", alters));
    }

    /** One transaction: the migration under the node's role, and Flyway's record of it. */
    private static String script(MigrationInfo migration, String role, boolean first) {
        String record = "insert into rowmesh.flyway_schema_history (installed_rank, version, description, type, script, checksum, "
                + "installed_by, execution_time, success)\nselect coalesce(max(installed_rank), 0) + 1, " + Sql.text(migration.getVersion().getVersion())
                + ", " + Sql.text(migration.getDescription()) + ", 'SQL', " + Sql.text(migration.getScript()) + ", " + migration.getChecksum()
                + ", current_user, 0, true from rowmesh.flyway_schema_history;\n";
        return "begin;\nset local role " + Sql.name(role) + ";\n" + (first ? CREATE_HISTORY : "") + text(migration.getScript()) + record + "commit";
    }

    /** Without comments on lines of their own and empty lines. */
    private static String text(String script) {
        try (InputStream in = ControlSchema.class.getResourceAsStream("/" + ControlSchema.MIGRATIONS + "/" + script)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("--")).collect(Collectors.joining("\n", "", "\n"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
