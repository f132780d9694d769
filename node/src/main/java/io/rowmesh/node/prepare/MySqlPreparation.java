package io.rowmesh.node.prepare;

import io.rowmesh.node.config.Database;
import io.rowmesh.node.config.NodeConfig;
import io.rowmesh.schema.mysql.MySqlNames;

import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a MySQL database still lacks. */
final class MySqlPreparation {

    private MySqlPreparation() {
    }

    static List<Finding> findings(NodeConfig config, Database.MySql database, Connection connection) {
        MySqlServer server = new MySqlServer(connection);
        Optional<Finding> unfit = MySqlSettings.unfit(server.version());
        if (unfit.isPresent()) {
            return List.of(unfit.get());
        }
        List<Finding> findings = new ArrayList<>(MySqlSettings.of(server, database));
        List<MySqlAccount> accounts = MySqlAccount.of(server, database.user());
        Optional<Finding> missing = MySqlUserFindings.missing(accounts, database.user());
        if (missing.isPresent()) {
            findings.add(missing.get());
            return findings;
        }
        findings.addAll(MySqlUserFindings.of(server, accounts));
        findings.addAll(MySqlControlFindings.of(server, MySqlUserFindings.seesControl(server)));
        tables(config, database, server, accounts, findings);
        return findings;
    }

    private static void tables(NodeConfig config, Database.MySql database, MySqlServer server, List<MySqlAccount> accounts, List<Finding> findings) {
        ResolvedTables resolved = ResolvedTables.of(config, MySqlCatalog.tables(server, database));
        List<MySqlTable> tables = MySqlCatalog.states(server, database, resolved);
        List<Finding> rights = MySqlUserFindings.database(server, accounts, database, tables);
        findings.addAll(rights);
        Optional<Finding> missing = missing(server, database, !rights.isEmpty());
        if (missing.isPresent()) {
            findings.add(missing.get());
            return;
        }
        for (String pattern : resolved.matchlessText()) {
            findings.add(Finding.note("the pattern " + pattern + " matches no table", "It may be mistyped, or the table is yet to come."));
        }
        findings.addAll(MySqlTableFindings.of(server, tables));
        findings.addAll(PrivateFindings.of(config, tables.stream().map(MySqlTable::keyed).toList()));
        names(server, tables, findings);
        events(server, database).ifPresent(findings::add);
    }

    /** Nobody is told of a database to which he has no right. */
    private static Optional<Finding> missing(MySqlServer server, Database.MySql database, boolean rightsLack) {
        List<List<String>> found = server.rows("select schema_name from information_schema.schemata where schema_name = ?", database.name());
        if (found.isEmpty()) {
            return Optional.of(Finding.lacking("the database " + database.name() + (rightsLack ? " cannot be seen under this user" : " does not exist"),
                    rightsLack ? "Run this again when the user has its rights there." : "Its tables are to take part: create it, or name another in 'database.name'."));
        }
        String name = found.get(0).get(0);
        return name.equals(database.name()) ? Optional.empty() : Optional.of(Finding.lacking(
                "the server calls the database " + name + ", not " + database.name(), "The log names it so: write it in the same letters in 'database.name'."));
    }

    /** What two tables are on one server is one table on a server that does not tell the letters apart. */
    private static void names(MySqlServer server, List<MySqlTable> tables, List<Finding> findings) {
        tables.stream().collect(Collectors.groupingBy(table -> table.name().toLowerCase(Locale.ROOT))).values().stream().filter(same -> same.size() > 1)
                .forEach(same -> findings.add(Finding.note("the tables " + same.stream().map(table -> table.id().toString()).sorted()
                        .collect(Collectors.joining(" and ")) + " differ in the case of their letters only",
                        "A region whose server has lower_case_table_names 1 or 2 cannot have both.")));
        String folding = server.variable("lower_case_table_names").orElse("0");
        if (!folding.equals("0") && !tables.isEmpty()) {
            findings.add(Finding.note("lower_case_table_names is " + folding,
                    "Tables are known in the mesh by the names that this server prints: a table of another region whose name has capital letters is another one."));
        }
    }

    private static Optional<Finding> events(MySqlServer server, Database.MySql database) {
        List<List<String>> events = server.rows("select event_name from information_schema.events where event_schema = ? and status = 'ENABLED'"
                + " order by event_name", database.name());
        return events.isEmpty() || server.variable("event_scheduler").orElse("OFF").equals("OFF") ? Optional.empty() : Optional.of(Finding.note(
                "the database " + database.name() + " has scheduled events (" + events.stream().map(row -> row.get(0)).collect(Collectors.joining(", ")) + ")",
                "What they write is sent like any write: if other regions have the same events, it is done once for each region."));
    }
}
