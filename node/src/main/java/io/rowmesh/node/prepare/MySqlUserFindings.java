package io.rowmesh.node.prepare;

import io.rowmesh.node.config.Database;
import io.rowmesh.node.config.TableMode;
import io.rowmesh.schema.mysql.MySqlNames;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The node's user: that it is there, and what it may do. */
final class MySqlUserFindings {

    private static final List<String> SERVER = List.of("REPLICATION SLAVE", "REPLICATION CLIENT", "PROCESS");
    private static final List<String> CONTROL = List.of("SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "DROP", "ALTER", "INDEX", "LOCK TABLES");
    private static final List<String> SENT = List.of("SELECT", "LOCK TABLES");
    /** TRIGGER: without it nobody sees whether a table has triggers. LOCK TABLES: for the touch of a truncate. */
    private static final List<String> RECEIVED = List.of("SELECT", "INSERT", "UPDATE", "DELETE", "LOCK TABLES", "TRIGGER");

    private MySqlUserFindings() {
    }

    /** Without the user nothing more can be asked. It is created locked, as whoever knows its name could come in otherwise. */
    static Optional<Finding> missing(List<MySqlAccount> accounts, String user) {
        return accounts.isEmpty() ? Optional.of(Finding.lacking("the user " + user + " does not exist",
                "The node connects under a user of its own. It is locked until it has a password.",
                "create user " + new MySqlAccount(user, "%") + " account lock")) : Optional.empty();
    }

    /** What the node needs beside the database whose tables take part. */
    static List<Finding> of(MySqlServer server, List<MySqlAccount> accounts) {
        List<Finding> findings = new ArrayList<>();
        for (MySqlAccount account : accounts) {
            if (account.isLocked(server)) {
                findings.add(Finding.lacking("the user " + account + " is locked", "Give it its password: alter user " + account
                        + " identified by '...' account unlock."));
            }
            MySqlGrants grants = account.grants(server);
            lacks(account, grants.missing(SERVER), "on the server", "*.*", "The node reads the binary log, asks where it ends, and which transactions run.").ifPresent(findings::add);
            List<String> control = grants.missing(CONTROL, MySqlNames.CONTROL);
            if (!control.isEmpty()) {
                findings.add(Finding.lacking("the user " + account + " lacks " + String.join(", ", control) + " on the database " + MySqlNames.CONTROL,
                        "The node keeps its control tables there and migrates them itself.",
                        "grant all privileges on " + MySqlNames.quoted(MySqlNames.CONTROL) + ".* to " + account));
            }
        }
        return findings;
    }

    /** What the node needs in the database whose tables take part. */
    static List<Finding> database(MySqlServer server, List<MySqlAccount> accounts, Database.MySql database, Collection<MySqlTable> tables) {
        List<Finding> findings = new ArrayList<>();
        for (MySqlAccount account : accounts) {
            MySqlGrants grants = account.grants(server);
            List<String> missing = tables.isEmpty() ? grants.missing(RECEIVED, database.name())
                    : RECEIVED.stream().filter(privilege -> tables.stream().anyMatch(table -> needed(table.mode()).contains(privilege)
                            && !grants.missing(List.of(privilege), database.name(), table.name()).isEmpty())).toList();
            lacks(account, missing, "on the database " + database.name(), MySqlServer.everythingIn(database.name()),
                    "Rows are read to be sent, rows from other regions are written, and triggers that would change them are looked for.")
                    .ifPresent(findings::add);
        }
        return findings;
    }

    /** Whether the connected user may look at the control tables: the node's own by its grants, an administrator by his. */
    static boolean seesControl(MySqlServer server) {
        return MySqlAccount.connected(server).grants(server).missing(List.of("SELECT"), MySqlNames.CONTROL).isEmpty();
    }

    private static List<String> needed(TableMode mode) {
        return mode.receives() ? RECEIVED : SENT;
    }

    private static Optional<Finding> lacks(MySqlAccount account, List<String> missing, String where, String on, String why) {
        return missing.isEmpty() ? Optional.empty() : Optional.of(Finding.lacking(
                "the user " + account + " lacks " + String.join(", ", missing) + " " + where, why,
                "grant " + String.join(", ", missing).toLowerCase(Locale.ROOT) + " on " + on + " to " + account));
    }
}
