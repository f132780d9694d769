package io.rowmesh.node.admin;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The status report for people. */
public final class StatusText {

    private StatusText() {
    }

    public static String render(StatusReport report) {
        StatusReport.Capture capture = report.capture();
        StatusReport.ChangeLog log = report.changeLog();
        return "region " + report.region() + ", epoch " + report.epoch() + ": " + report.overall() + "\n\n"
                + "capture     " + capture.state() + ", sequence " + capture.lastSequence()
                + (capture.lastPosition() == null ? "" : " at " + capture.lastPosition())
                + (capture.lagBytes() == null ? "" : ", " + bytes(capture.lagBytes()) + " behind the log") + "\n"
                + "change log  " + bytes(log.bytes()) + ", " + log.transactions() + " transactions"
                + (log.full() ? ", FULL: the capture pauses and the log stays in the database" : "") + "\n"
                + "conflicts   " + report.history().conflictsLastHour() + " in the last hour, " + unresolved(report.history()) + "\n\n"
                + sending(report.peers()) + applying(report.peers()) + problems(report);
    }

    private static String unresolved(StatusReport.History history) {
        String hidden = history.hiddenRows() == 0 ? ""
                : ", " + rows(history.hiddenRows()) + " hidden by a newer one with the same unique value: 'rowmesh why' tells which";
        return (history.parkedRows() == 0 ? "no row is parked" : rows(history.parkedRows()) + " PARKED: 'rowmesh parked list' shows them") + hidden;
    }

    private static String rows(long count) {
        return count + (count == 1 ? " row" : " rows");
    }

    private static String sending(List<StatusReport.Peer> peers) {
        TextTable table = new TextTable("SENDING TO", "STATE", "SHIPPED", "ACKNOWLEDGED", "BACKLOG");
        for (StatusReport.Peer peer : peers) {
            StatusReport.Shipping shipping = peer.shipping();
            table.row(peer.region(), shipping.connected() ? "connected" : "DISCONNECTED", shipping.shippedSequence(),
                    shipping.acknowledgedSequence(), shipping.backlog());
        }
        return table + "\n";
    }

    private static String applying(List<StatusReport.Peer> peers) {
        TextTable table = new TextTable("APPLYING FROM", "STATE", "EPOCH", "SEQUENCE", "STALENESS", "BACKLOG", "PARKED", "TRANSACTIONS",
                "ROWS", "SKIPPED", "CONFLICTS");
        for (StatusReport.Peer peer : peers) {
            StatusReport.Applying applying = peer.applying();
            table.row(peer.region(), applying.state(), applying.epoch(), applying.sequence(),
                    applying.stalenessMillis() == null ? null : duration(applying.stalenessMillis()), applying.backlog(),
                    applying.parkedRows(), applying.appliedTransactions(), applying.appliedRows(), applying.skippedRows(),
                    applying.conflicts().values().stream().mapToLong(Long::longValue).sum());
        }
        return table.toString();
    }

    private static String problems(StatusReport report) {
        List<String> lines = new ArrayList<>();
        error(lines, "capture", report.capture().lastError());
        for (StatusReport.Peer peer : report.peers()) {
            error(lines, "sending to " + peer.region(), peer.shipping().lastError());
            error(lines, "applying from " + peer.region(), peer.applying().lastError());
            Map<String, Long> conflicts = peer.applying().conflicts();
            if (!conflicts.isEmpty()) {
                lines.add("conflicts with " + peer.region() + ": " + conflicts.entrySet().stream()
                        .map(entry -> entry.getKey() + " " + entry.getValue()).collect(Collectors.joining(", ")));
            }
        }
        report.notices().forEach(notice -> error(lines, "notice", notice));
        return lines.isEmpty() ? "" : "\n" + String.join("\n", lines) + "\n";
    }

    private static void error(List<String> lines, String where, String error) {
        if (error != null) {
            lines.add(where + ": " + TextTable.printable(error));
        }
    }

    static String bytes(long bytes) {
        String[] units = {"B", "KiB", "MiB", "GiB", "TiB"};
        double amount = bytes;
        int unit = 0;
        while (amount >= 1024 && unit < units.length - 1) {
            amount /= 1024;
            unit++;
        }
        return unit == 0 ? bytes + " B" : String.format(Locale.ROOT, "%.1f %s", amount, units[unit]);
    }

    static String duration(long millis) {
        if (millis < 1000) {
            return millis + "ms";
        }
        long seconds = millis / 1000;
        if (seconds < 60) {
            return seconds + "." + millis % 1000 / 100 + "s";
        }
        return seconds < 3600 ? seconds / 60 + "m " + seconds % 60 + "s" : seconds / 3600 + "h " + seconds % 3600 / 60 + "m";
    }
}
