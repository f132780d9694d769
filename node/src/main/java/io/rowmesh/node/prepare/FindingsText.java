package io.rowmesh.node.prepare;

import java.util.List;
import java.util.stream.Collectors;

/** Findings for people: as a script with reasons, or as a list. */
public final class FindingsText {

    private FindingsText() {
    }

    /** SQL to be run in order, each finding with its reason as a comment. What needs a person is a comment only. */
    public static String script(List<Finding> findings) {
        StringBuilder script = new StringBuilder();
        int number = 0;
        for (Finding finding : findings) {
            script.append(comment(++number + ". " + (finding.lacking() ? "" : "Note: ") + finding.what()
                    + (finding.needsRestart() ? " (needs a restart of the server)" : "") + "\n" + finding.why()));
            finding.sql().forEach(sql -> script.append(sql).append(";\n"));
            script.append('\n');
        }
        return script.toString();
    }

    /** One sentence a line. */
    public static String list(List<Finding> findings) {
        return findings.stream().map(finding -> (finding.lacking() ? "lacking: " : "note: ") + oneLine(finding.what()) + ". "
                + oneLine(finding.why()) + "\n").collect(Collectors.joining());
    }

    /** A name with a line break in it must not end the comment. */
    private static String comment(String text) {
        return text.lines().map(line -> "-- " + line + "\n").collect(Collectors.joining());
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\R", " ");
    }
}
