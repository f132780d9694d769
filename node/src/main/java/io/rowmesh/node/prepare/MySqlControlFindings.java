package io.rowmesh.node.prepare;

import io.rowmesh.schema.mysql.MySqlNames;
import io.rowmesh.schema.store.MySqlControl;
import org.flywaydb.core.api.MigrationInfo;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** The database rowmesh and its control tables. */
final class MySqlControlFindings {

    /** Flyway's own record of what was done, so that the migrations may also be run by hand. */
    private static final List<String> CREATE_HISTORY = List.of("""
            create table rowmesh.flyway_schema_history (
                installed_rank int not null primary key, version varchar(50), description varchar(200) not null, type varchar(20) not null,
                script varchar(1000) not null, checksum int, installed_by varchar(100) not null,
                installed_on timestamp not null default current_timestamp, execution_time int not null, success bool not null,
                index flyway_schema_history_s_idx (success)) engine = InnoDB""");

    private MySqlControlFindings() {
    }

    /** @param visible whether the connected user has a right to them */
    static List<Finding> of(MySqlServer server, boolean visible) {
        if (!visible) {
            return List.of(Finding.lacking("the control tables cannot be looked at under this user",
                    "Run this again when it has all privileges on the database " + MySqlNames.CONTROL + "."));
        }
        List<Finding> findings = new ArrayList<>();
        boolean exists = !server.rows("select 1 from information_schema.schemata where schema_name = ?", MySqlNames.CONTROL).isEmpty();
        if (!exists) {
            findings.add(Finding.lacking("the database rowmesh does not exist", "The node keeps its control tables there.",
                    "create database rowmesh character set utf8mb4 collate utf8mb4_bin"));
        }
        boolean history = exists && !server.rows("select 1 from information_schema.tables where table_schema = ? and table_name = ?",
                MySqlNames.CONTROL, "flyway_schema_history").isEmpty();
        List<MigrationInfo> pending = List.of(MySqlControl.migrations(new OneConnection(server.connection())).info().pending());
        for (MigrationInfo migration : pending) {
            findings.add(Finding.lacking("the control tables lack version " + migration.getVersion() + " (" + migration.getDescription() + ")",
                    "Progress, tombstones and heartbeats are kept there.", script(migration, !history && migration == pending.get(0))));
        }
        return findings;
    }

    private static List<String> script(MigrationInfo migration, boolean first) {
        List<String> statements = new ArrayList<>(first ? CREATE_HISTORY : List.of());
        statements.addAll(statements(migration.getScript()));
        statements.add("insert into rowmesh.flyway_schema_history (installed_rank, version, description, type, script, checksum, installed_by,"
                + " execution_time, success)\nselect coalesce(max(installed_rank), 0) + 1, " + MySqlServer.text(migration.getVersion().getVersion())
                + ", " + MySqlServer.text(migration.getDescription()) + ", 'SQL', " + MySqlServer.text(migration.getScript()) + ", "
                + migration.getChecksum() + ", substring_index(current_user(), '@', 1), 0, true from rowmesh.flyway_schema_history");
        return statements;
    }

    /** Each ends with a semicolon at the end of a line, as in all scripts of ours; without comments on lines of their own and empty lines. */
    private static List<String> statements(String script) {
        try (InputStream in = MySqlControl.class.getResourceAsStream("/" + MySqlControl.MIGRATIONS + "/" + script)) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8).lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("--")).collect(Collectors.joining("\n", "", "\n"));
            return Arrays.stream(text.split(";\\s*\n")).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
