package io.rowmesh.node.prepare;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A user as MySQL knows it: the name, and from where it comes. */
record MySqlAccount(String user, String host) {

    /**
     * The accounts under which the node may be let in: the one that was chosen where the node itself asks; all of its name where
     * another user does, as nobody knows from where the node will come.
     */
    static List<MySqlAccount> of(MySqlServer server, String user) {
        MySqlAccount connected = connected(server);
        if (connected.user().equals(user)) {
            return List.of(connected);
        }
        return server.rows("select user, host from mysql.user where user = ? order by host", user).stream()
                .map(row -> new MySqlAccount(row.get(0), row.get(1))).toList();
    }

    /** The one under which the server let the connection in. */
    static MySqlAccount connected(MySqlServer server) {
        String name = server.value("select current_user()");
        int at = name.lastIndexOf('@');
        return new MySqlAccount(name.substring(0, at), name.substring(at + 1));
    }

    /** What it may do, with the roles that are active when it has connected. */
    MySqlGrants grants(MySqlServer server) {
        String ask = "show grants for " + this;
        String using = isConnected(server) ? activeRoles(server)
                : roles(server).stream().map(MySqlAccount::toString).collect(Collectors.joining(", "));
        return new MySqlGrants(server.rows(using.isEmpty() ? ask : ask + " using " + using).stream().map(row -> row.get(0)).toList());
    }

    private boolean isConnected(MySqlServer server) {
        return connected(server).equals(this);
    }

    private static String activeRoles(MySqlServer server) {
        String roles = server.value("select current_role()");
        return roles.equals("NONE") ? "" : roles;
    }

    private List<MySqlAccount> roles(MySqlServer server) {
        List<List<String>> rows = new ArrayList<>(server.rows(
                "select default_role_user, default_role_host from mysql.default_roles where user = ? and host = ?", user, host));
        if (server.variable("activate_all_roles_on_login").orElse("OFF").equals("ON")) {
            rows.addAll(server.rows("select from_user, from_host from mysql.role_edges where to_user = ? and to_host = ?", user, host));
        }
        return rows.stream().map(row -> new MySqlAccount(row.get(0), row.get(1))).distinct().toList();
    }

    /** Whether it can be seen to be locked, by a user who may. */
    boolean isLocked(MySqlServer server) {
        return !isConnected(server) && server.value("select account_locked from mysql.user where user = ? and host = ?", user, host).equals("Y");
    }

    /** {@code 'rm'@'%'}. */
    @Override
    public String toString() {
        return MySqlServer.text(user) + "@" + MySqlServer.text(host);
    }
}
