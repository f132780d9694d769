package io.rowmesh.node.prepare;

import io.rowmesh.node.config.TableMode;
import io.rowmesh.schema.mysql.MySqlNames;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Each table of a MySQL database that takes part: its engine, its key, and what MySQL would do to its rows by itself. */
final class MySqlTableFindings {

    private static final String OR_OFF = ", or set the mode of the table to off.";
    private static final Set<String> INEXACT = Set.of("float", "double");
    /** Their values are found by number, whatever the collation of the labels. */
    private static final Set<String> NUMBERED = Set.of("enum", "set");
    /** For it alone of the binary ones spaces at the end make a difference; the key of a row (RowKey) takes them for none. */
    private static final String SPACES_COUNT = "utf8mb4_0900_bin";
    /** Of all types of MySQL these have no exact text. */
    private static final Set<String> NOT_CARRIED = Set.of("vector");

    private final MySqlServer server;
    private final List<Finding> findings = new ArrayList<>();

    private MySqlTableFindings(MySqlServer server) {
        this.server = server;
    }

    static List<Finding> of(MySqlServer server, List<MySqlTable> tables) {
        MySqlTableFindings found = new MySqlTableFindings(server);
        tables.forEach(found::table);
        return found.findings;
    }

    private void table(MySqlTable table) {
        if (!table.engine().equals("InnoDB")) {
            findings.add(Finding.lacking("the engine of " + table.id() + " is " + table.engine(),
                    "Only InnoDB's changes are transactions: change it (alter table " + table.quoted() + " engine = InnoDB)" + OR_OFF));
        }
        if (table.keyColumns().isEmpty()) {
            findings.add(Finding.lacking(table.id() + " has no primary key", "Rows are told apart by it: add one" + OR_OFF));
        }
        table.keyColumns().forEach(column -> key(table, column));
        table.columns().stream().filter(column -> NOT_CARRIED.contains(column.dataType())).forEach(column -> findings.add(Finding.lacking(
                "column " + column.name() + " of " + table.id() + " is a " + column.dataType(), "What cannot be carried exactly is refused: change it" + OR_OFF)));
        if (cascadesAreNotLogged()) {
            table.cascades().forEach(cascade -> cascade(table, cascade));
        }
        triggers(table).ifPresent(findings::add);
        autoIncrement(table).ifPresent(findings::add);
    }

    private void key(MySqlTable table, MySqlTable.Column column) {
        String place = "the key column " + column.name() + " of " + table.id();
        if (column.generated()) {
            findings.add(Finding.lacking(place + " is generated", "Generated columns are not sent, so a row could not be told by it: choose another key" + OR_OFF));
        }
        column.prefix().ifPresent(characters -> findings.add(Finding.lacking("only the first " + characters + " characters of " + place + " are its key",
                "Rows that differ behind them only are one row here and two in another region: take the whole column into the key" + OR_OFF)));
        if (INEXACT.contains(column.dataType())) {
            findings.add(Finding.lacking(place + " is a " + column.dataType(),
                    "Values that print alike may differ, and -0 equals 0, so rows could not be told by it: choose another type" + OR_OFF));
        }
        column.collation().filter(collation -> !NUMBERED.contains(column.dataType())).ifPresent(collation -> collation(table, column, place, collation));
    }

    private void collation(MySqlTable table, MySqlTable.Column column, String place, String collation) {
        if (isExact(collation)) {
            return;
        }
        findings.add(Finding.lacking("the collation of " + place + " is " + collation + ", which takes "
                        + (collation.equals(SPACES_COUNT) ? "spaces at the end for a difference" : "some different texts for one"),
                (collation.equals(SPACES_COUNT) ? "Of the binary collations it alone does, and rows are told apart as by the others."
                        : "Two rows of another region, 'Bob' and 'bob', would be one row here.")
                        + " Give the column a binary collation, with whatever else its definition says (alter table " + table.quoted() + " modify "
                        + MySqlNames.quoted(column.name()) + " " + column.type() + " collate " + column.charset().orElseThrow() + "_bin not null ...)" + OR_OFF
                        + " Foreign keys that name the column need the same collation, and applications then find its values by the exact text only."));
    }

    /** Whether it takes two texts for one only where they differ in spaces at the end. */
    static boolean isExact(String collation) {
        return collation.endsWith("_bin") && !collation.equals(SPACES_COUNT);
    }

    /** Until 9.6 InnoDB cascaded by itself; since then the server does, unless it is told to leave it to InnoDB. */
    private boolean cascadesAreNotLogged() {
        return !server.version().isAtLeast(9, 6) || server.variable("innodb_native_foreign_keys").orElse("OFF").equals("ON");
    }

    private void cascade(MySqlTable table, MySqlTable.Cascade cascade) {
        findings.add(Finding.lacking("the foreign key " + cascade.constraint() + " of " + table.id() + " says " + cascade.rule() + " when "
                        + cascade.parent() + " changes",
                "MySQL before 9.6 does not write to its log which rows it changes so, and other regions would keep them: let the application change them,"
                        + " and make the foreign key one without (alter table " + table.quoted() + " drop foreign key " + MySqlNames.quoted(cascade.constraint())
                        + ", add ... on delete restrict on update restrict)" + OR_OFF));
    }

    /** MySQL has nothing like PostgreSQL's replica role, in which triggers are asleep. */
    private static Optional<Finding> triggers(MySqlTable table) {
        return table.triggers().isEmpty() || !table.mode().receives() ? Optional.empty() : Optional.of(Finding.lacking(
                table.id() + " has triggers (" + String.join(", ", table.triggers()) + ")",
                "MySQL runs them for rows from other regions, too: what they change or write then is not sent anywhere, and the regions would differ."
                        + " Drop them, and let the application do their work, or set the mode of the table to send-only or off."));
    }

    private Optional<Finding> autoIncrement(MySqlTable table) {
        boolean counts = table.keyColumns().stream().anyMatch(MySqlTable.Column::autoIncrement);
        return counts && table.mode() == TableMode.ACTIVE_ACTIVE && server.variable("auto_increment_increment").orElse("1").equals("1")
                ? Optional.of(Finding.note("the key of " + table.id() + " is made by auto_increment, and auto_increment_increment is 1",
                "Regions that write at the same time give the same number to different rows, and one of them is lost: give each region its own numbers by"
                        + " auto_increment_increment and auto_increment_offset."))
                : Optional.empty();
    }
}
