package io.rowmesh.node.prepare;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What an account may do, from the server's own SHOW GRANTS. What is granted on single columns or routines is left out. */
final class MySqlGrants {

    private static final Pattern LINE = Pattern.compile("(GRANT|REVOKE) (.*?) ON (\\*|`(?:[^`]|``)*`)\\.(\\*|`(?:[^`]|``)*`) (?:TO|FROM) .*", Pattern.DOTALL);
    /** A privilege, and perhaps the columns it is for. */
    private static final Pattern PRIVILEGE = Pattern.compile("([A-Z_ ]+?)( \\([^)]*\\))?(?:, |$)");
    private static final String ALL = "ALL PRIVILEGES";

    /**
     * One line of the answer.
     *
     * @param database {@code *}, or a pattern with backslashes
     * @param table    {@code *}, or a name
     */
    private record Grant(boolean revoked, Set<String> privileges, String database, String table) {
    }

    private final List<Grant> grants = new ArrayList<>();

    MySqlGrants(List<String> lines) {
        for (String line : lines) {
            Matcher matcher = LINE.matcher(line);
            if (matcher.matches()) {
                grants.add(new Grant(matcher.group(1).equals("REVOKE"), privileges(matcher.group(2)), unquoted(matcher.group(3)), unquoted(matcher.group(4))));
            }
        }
    }

    private static Set<String> privileges(String list) {
        Set<String> privileges = new TreeSet<>();
        Matcher matcher = PRIVILEGE.matcher(list);
        while (matcher.find()) {
            if (matcher.group(2) == null) {
                privileges.add(matcher.group(1));
            }
        }
        return privileges;
    }

    private static String unquoted(String name) {
        return name.startsWith("`") ? name.substring(1, name.length() - 1).replace("``", "`") : name;
    }

    /** Those of the privileges, in their order, that the account lacks on the whole server. */
    List<String> missing(List<String> privileges) {
        return privileges.stream().filter(privilege -> grants.stream().noneMatch(grant -> grant.database().equals("*") && gives(grant, privilege))).toList();
    }

    /** Those that it lacks on a whole database. */
    List<String> missing(List<String> privileges, String database) {
        List<String> notGlobal = missing(privileges);
        return privileges.stream().filter(privilege -> (notGlobal.contains(privilege) || revoked(privilege, database)) && !onDatabase(privilege, database))
                .toList();
    }

    /** Those that it lacks on one table. */
    List<String> missing(List<String> privileges, String database, String table) {
        return missing(privileges, database).stream().filter(privilege -> grants.stream().noneMatch(grant ->
                matches(grant.database(), database) && grant.table().equals(table) && gives(grant, privilege))).toList();
    }

    private boolean onDatabase(String privilege, String database) {
        return grants.stream().anyMatch(grant -> !grant.database().equals("*") && grant.table().equals("*") && matches(grant.database(), database)
                && gives(grant, privilege));
    }

    /** A partial revoke takes a database out of what is granted on the whole server. */
    private boolean revoked(String privilege, String database) {
        return grants.stream().anyMatch(grant -> grant.revoked() && grant.database().equals(database) && grant.privileges().contains(privilege));
    }

    private static boolean gives(Grant grant, String privilege) {
        return !grant.revoked() && (grant.privileges().contains(privilege) || grant.privileges().contains(ALL));
    }

    /** As LIKE: % is any text, _ any character, a backslash makes them plain. */
    static boolean matches(String pattern, String database) {
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            if (c == '\\' && i + 1 < pattern.length()) {
                regex.append(Pattern.quote(String.valueOf(pattern.charAt(++i))));
            } else {
                regex.append(c == '%' ? ".*" : c == '_' ? "." : Pattern.quote(String.valueOf(c)));
            }
        }
        return Pattern.compile(regex.toString(), Pattern.DOTALL).matcher(database).matches();
    }
}
