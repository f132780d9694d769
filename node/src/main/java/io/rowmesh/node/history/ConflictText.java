package io.rowmesh.node.history;

import io.rowmesh.node.admin.TextTable;
import tools.jackson.databind.JsonNode;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** Conflicts in words. */
public final class ConflictText {

    private ConflictText() {
    }

    public static String table(List<ConflictRow> conflicts) {
        TextTable table = new TextTable("ID", "NOTED AT", "TYPE", "TABLE", "KEY", "INCOMING", "STORED", "DECISION", "RULE", "COUNT");
        for (ConflictRow c : conflicts) {
            table.row(c.id(), c.notedAt(), c.type(), c.tableId(), c.key(), c.incomingOrigin(), c.storedOrigin(), c.decision(), c.rule(),
                    c.conflicts());
        }
        return table.toString();
    }

    /** Everything that is kept of one. */
    public static String details(ConflictRow c) {
        return "conflict " + c.id() + " of " + c.tableId() + (c.key() == null ? "" : ", key " + TextTable.printable(c.key())) + "\n\n"
                + sentence(c) + "\n\n"
                + "noted     " + c.notedAt() + "\n"
                + "incoming  " + version(c.incomingOrigin(), c.incomingAt())
                + (c.sequence() == null ? "" : ", sequence " + c.sequence() + " of epoch " + c.epoch()) + "\n"
                + "stored    " + version(c.storedOrigin(), c.storedAt()) + "\n"
                + (c.parkedId() == null ? "" : "parked    entry " + c.parkedId() + "\n")
                + rows("STORED", c.stored(), "INCOMING", c.incoming());
    }

    /** What happened, in a sentence with a full stop. */
    static String sentence(ConflictRow c) {
        String why = " (" + (c.type() == null ? "" : c.type() + ", ") + "by " + c.rule() + ")";
        String note = c.note() == null ? "." : "; " + TextTable.printable(c.note()) + ".";
        if (c.key() == null) {
            return c.conflicts() + " further changes of one transaction of " + c.incomingOrigin() + " were " + decided(c.decision()) + why + note;
        }
        return "The change of " + version(c.incomingOrigin(), c.incomingAt()) + " was " + decided(c.decision()) + against(c) + why + note;
    }

    private static String decided(String decision) {
        return switch (decision) {
            case "applied" -> "written";
            case "kept_local" -> "left out";
            case "deleted" -> "decided by a delete";
            case "merged" -> "merged";
            case "retried" -> "applied again after it had been parked";
            default -> decision;
        };
    }

    private static String against(ConflictRow c) {
        if (c.storedOrigin() == null && c.stored() == null) {
            return "";
        }
        String what = (c.stored() == null ? "the delete of " : "the row of ") + version(c.storedOrigin(), c.storedAt());
        return switch (c.decision()) {
            case "applied", "deleted" -> " over " + what;
            case "kept_local" -> ", as " + what + " stays";
            case "merged" -> " with " + what;
            default -> ", while there stood " + what;
        };
    }

    static String version(String origin, String at) {
        return origin == null && at == null ? "(not known)" : (origin == null ? "an unknown region" : origin) + (at == null ? "" : " at " + at);
    }

    /** Two row images beside each other, what differs marked; empty when there is neither. */
    static String rows(String leftName, JsonNode left, String rightName, JsonNode right) {
        if (left == null && right == null) {
            return "";
        }
        Set<String> columns = new LinkedHashSet<>();
        for (JsonNode row : new JsonNode[] {left, right}) {
            if (row != null) {
                columns.addAll(row.propertyNames());
            }
        }
        TextTable table = new TextTable("COLUMN", leftName, rightName, "");
        for (String column : columns) {
            String a = value(left, column);
            String b = value(right, column);
            table.row(column, a, b, left == null || right == null || Objects.equals(a, b) ? "" : "differs");
        }
        return "\n" + table;
    }

    private static String value(JsonNode row, String column) {
        JsonNode value = row == null ? null : row.get(column);
        if (value == null) {
            return null;
        }
        if (value.isObject()) {
            return "(hidden, sha256 " + value.path("sha256").asString("").substring(0, Math.min(12, value.path("sha256").asString("").length())) + "...)";
        }
        return value.isNull() ? "NULL" : value.asString();
    }
}
