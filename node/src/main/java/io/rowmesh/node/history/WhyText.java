package io.rowmesh.node.history;

import io.rowmesh.node.admin.TextTable;

import java.util.ArrayList;
import java.util.List;

/** Why a row is what it is, in plain sentences. */
public final class WhyText {

    private WhyText() {
    }

    public static String render(Why why) {
        List<String> lines = new ArrayList<>();
        lines.add(why.table() + " " + TextTable.printable(why.key()) + " in region " + why.region() + ":");
        lines.add("");
        lines.add(row(why));
        if (why.row() != null) {
            why.row().forEach((column, text) -> lines.add("    " + TextTable.printable(column) + " = " + (text == null ? "NULL" : TextTable.printable(text))));
        }
        hidden(why, lines);
        why.deletes().forEach(delete -> lines.add(delete(delete, why.row() != null)));
        if (why.deletes().isEmpty()) {
            lines.add("No delete of it is remembered" + (why.row() == null && why.hidden() == null ? ": it never came here, or its delete has reached every region and is forgotten." : "."));
        }
        lines.add("");
        conflicts(why, lines);
        parked(why, lines);
        return String.join("\n", lines) + "\n";
    }

    private static String row(Why why) {
        if (why.row() == null) {
            return "No such row stands here.";
        }
        if (why.written() == null) {
            return "The row stands here. " + (why.unknown() == null ? "When and where it was last written is not known any more." : why.unknown());
        }
        return "The row stands here. It was last written in " + why.origin() + (why.origin().equals(why.region()) ? " (this region)" : "")
                + " at " + why.written() + ".";
    }

    private static void hidden(Why why, List<String> lines) {
        if (why.hidden() != null) {
            lines.add("Its row is hidden, as a newer one has one of its unique values. It was last written in " + why.hidden().origin() + " at "
                    + why.hidden().written() + ":");
            why.hidden().row().forEach((column, text) -> lines.add("    " + TextTable.printable(column) + " = " + (text == null ? "NULL" : TextTable.printable(text))));
        }
        why.collisions().forEach(other -> lines.add(why.hidden() != null
                ? "It is hidden by " + TextTable.printable(other.key()) + ", which has its value of the unique key " + other.unique() + "."
                : "It hides " + TextTable.printable(other.key()) + ", which is older and has its value of the unique key " + other.unique() + "."));
    }

    private static String delete(Why.Delete delete, boolean stands) {
        return (delete.truncate() ? "A truncate of the table" : "A delete of it") + " in " + delete.origin() + " at " + delete.at()
                + " is remembered: older writes of it that arrive are left out" + (stands ? ", and the row that stands is newer." : ".");
    }

    private static void conflicts(Why why, List<String> lines) {
        if (why.conflicts().isEmpty()) {
            lines.add("The history knows no conflict of it.");
        } else {
            lines.add("What it won against, and lost to, the newest first:");
            why.conflicts().forEach(c -> lines.add("  - " + ConflictText.sentence(c) + " [conflict " + c.id() + "]"));
        }
    }

    private static void parked(Why why, List<String> lines) {
        if (!why.parked().isEmpty()) {
            lines.add("");
            lines.add("The regions may differ in it, as changes of it are parked here:");
            why.parked().forEach(p -> lines.add("  - entry " + p.id() + ", " + p.kind() + " of " + p.origin() + " at " + p.committedAt() + ", "
                    + (p.waitsFor() != null ? "waits behind entry " + p.waitsFor() : "waits for its cause to be mended: " + TextTable.printable(p.reason()))));
        }
    }
}
