package io.rowmesh.node.prepare;

import io.rowmesh.node.config.Database;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The server's version and settings. */
final class MySqlSettings {

    private static final long RETENTION_SECONDS = 3 * 24 * 3600;
    private static final String NEW_SESSIONS = " Sessions that are open keep the former value: have the applications connect again.";

    private record Setting(String name, String needed, String why) {

        /** Numbers may not stand in quotes, and other values must. */
        private String inSql() {
            return needed.matches("[0-9]+") ? needed : MySqlServer.text(needed);
        }
    }

    /** All can be changed while the server runs, and take hold at once. */
    private static final List<Setting> SETTINGS = List.of(
            new Setting("binlog_format", "ROW", "Otherwise the log holds statements and no rows." + NEW_SESSIONS),
            new Setting("binlog_row_image", "FULL", "The log must hold the whole row, before and after each change." + NEW_SESSIONS),
            new Setting("binlog_row_metadata", "FULL", "The log must name the columns of its rows, their signs, character sets and members."),
            new Setting("binlog_row_value_options", "", "With PARTIAL_JSON the log holds parts of values." + NEW_SESSIONS),
            new Setting("binlog_transaction_compression", "OFF", "Values of compressed transactions are not read exactly." + NEW_SESSIONS),
            new Setting("sync_binlog", "1", "What is committed is told to other regions, and must not be lost when the machine fails."),
            new Setting("innodb_flush_log_at_trx_commit", "1", "What is committed is told to other regions, and must not be lost when the machine fails."),
            new Setting("explicit_defaults_for_timestamp", "ON", "Otherwise a NULL of another region becomes the present time in a timestamp column."));

    private MySqlSettings() {
    }

    /** A version with which nothing else need be looked at. */
    static Optional<Finding> unfit(MySqlVersion version) {
        if (version.isMariaDb()) {
            return Optional.of(Finding.lacking("the server is MariaDB (" + version + "), and rowmesh needs MySQL 8.0 or later",
                    "MariaDB's log has other transaction ids and commit times to the second only."));
        }
        return version.isAtLeast(8, 0) ? Optional.empty() : Optional.of(Finding.lacking(
                "the server is MySQL " + version + ", and rowmesh needs 8.0 or later",
                "Only from 8.0 on does the log tell commit times to the microsecond and the names of columns; upgrade the server."));
    }

    static List<Finding> of(MySqlServer server, Database.MySql database) {
        List<Finding> findings = new ArrayList<>();
        if (!server.variable("log_bin").orElse("").equals("ON")) {
            findings.add(Finding.restart("the binary log is off (log_bin is OFF)",
                    "The node reads it. Add these lines to my.cnf and restart the server:\n[mysqld]\nlog_bin = binlog", List.of()));
        }
        serverId(server, database).ifPresent(findings::add);
        gtids(server, findings);
        for (Setting setting : SETTINGS) {
            server.variable(setting.name()).filter(now -> !now.equals(setting.needed())).ifPresent(now -> findings.add(Finding.lacking(
                    setting.name() + " is " + shown(now) + " and must be " + shown(setting.needed()), setting.why(),
                    "set persist " + setting.name() + " = " + setting.inSql())));
        }
        writable(server).ifPresent(findings::add);
        filters(server, findings);
        retention(server).ifPresent(findings::add);
        return findings;
    }

    private static String shown(String value) {
        return value.isEmpty() ? "empty" : value;
    }

    private static Optional<Finding> serverId(MySqlServer server, Database.MySql database) {
        long id = Long.parseLong(server.variable("server_id").orElse("0"));
        if (id == 0) {
            return Optional.of(Finding.lacking("server_id is 0", "Nobody may read the log of such a server: give it a number that no other server"
                    + " and no reader of its log has (set persist server_id = ...)."));
        }
        return id != database.serverId() && id != database.versionReaderId() ? Optional.empty() : Optional.of(Finding.lacking(
                "server_id is " + id + ", and the node reads the log under " + database.serverId() + " and " + database.versionReaderId(),
                "Each needs a number of its own: choose another 'database.server-id'."));
    }

    /** From OFF to ON leads one way, in steps; each is in force at once. */
    private static void gtids(MySqlServer server, List<Finding> findings) {
        server.variable("enforce_gtid_consistency").filter(now -> !now.equals("ON")).ifPresent(now -> findings.add(Finding.lacking(
                "enforce_gtid_consistency is " + now + " and must be ON",
                "Statements that cannot have a GTID are refused then, such as one that changes InnoDB and other tables together."
                        + " To see first whether the applications have such: set global enforce_gtid_consistency = 'WARN', and watch the server's log.",
                "set persist enforce_gtid_consistency = 'ON'")));
        List<String> way = List.of("OFF", "OFF_PERMISSIVE", "ON_PERMISSIVE", "ON");
        server.variable("gtid_mode").filter(now -> !now.equals("ON")).ifPresent(now -> findings.add(Finding.lacking(
                "gtid_mode is " + now + " and must be ON",
                "The node knows by GTIDs what it has read. The mode changes in these steps. If the server has replicas, each step must be made on all of"
                        + " them before the next, and before the last the status ongoing_anonymous_transaction_count must have been 0 on all.",
                way.subList(way.indexOf(now) + 1, way.size()).stream().map(step -> "set persist gtid_mode = '" + step + "'").toList())));
    }

    private static Optional<Finding> writable(MySqlServer server) {
        return server.variable("read_only").orElse("OFF").equals("OFF") ? Optional.empty() : Optional.of(Finding.lacking(
                "the server is read-only", "Rows from other regions are written to it. A region's database is its primary server, not a replica:"
                        + " name that in 'database.host', or set read_only to OFF."));
    }

    /** What these leave out of the log would never reach another region. */
    private static void filters(MySqlServer server, List<Finding> findings) {
        String ask = server.version().isAtLeast(8, 2) ? "show binary log status" : "show master status";
        for (List<String> row : server.rowsIfAllowed(ask).orElse(List.of())) {
            if (!row.get(2).isEmpty() || !row.get(3).isEmpty()) {
                findings.add(Finding.restart("the binary log leaves databases out (binlog_do_db '" + row.get(2) + "', binlog_ignore_db '" + row.get(3) + "')",
                        "What is left out never reaches another region: take both settings out of my.cnf and restart the server.", List.of()));
            }
        }
    }

    /** Zero is for ever. */
    private static Optional<Finding> retention(MySqlServer server) {
        long seconds = Long.parseLong(server.variable("binlog_expire_logs_seconds").orElse("0"));
        long kept = seconds > 0 ? seconds : 24 * 3600 * Long.parseLong(server.variable("expire_logs_days").orElse("0"));
        return kept == 0 || kept >= RETENTION_SECONDS ? Optional.empty() : Optional.of(Finding.note(
                "the binary log is kept for " + kept + " s only, and 3 days (" + RETENTION_SECONDS + " s) are recommended",
                "What the server drops before the node has read it never reaches another region, and then this one must be loaded again"
                        + " elsewhere: set persist binlog_expire_logs_seconds = " + RETENTION_SECONDS + "."));
    }
}
