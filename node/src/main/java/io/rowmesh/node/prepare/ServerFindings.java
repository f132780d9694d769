package io.rowmesh.node.prepare;

import io.rowmesh.node.config.NodeConfig;
import org.jooq.DSLContext;
import org.jooq.Record;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The server's version, encoding and settings. */
final class ServerFindings {

    private static final int OLDEST = 160000;
    private static final int ORIGINS_HAVE_THEIR_OWN_SETTING = 180000;
    /** Before these, a table added to a publication while a transaction on it is open loses rows (H35). */
    private static final Map<Integer, Integer> SOUND_MINORS = Map.of(16, 9, 17, 5);

    private record Setting(String value, boolean pendingRestart) {
    }

    private ServerFindings() {
    }

    static int version(DSLContext sql) {
        return sql.fetchSingle("select current_setting('server_version_num')::int").get(0, int.class);
    }

    /** A version with which nothing else need be looked at. */
    static Optional<Finding> tooOld(int version) {
        return version >= OLDEST ? Optional.empty() : Optional.of(Finding.lacking(
                "the server is PostgreSQL " + text(version) + ", and rowmesh needs 16 or later",
                "Only from 16 on can the log be read without the changes that were applied from other regions; upgrade the server."));
    }

    static List<Finding> of(DSLContext sql, NodeConfig config, int version) {
        List<Finding> findings = new ArrayList<>();
        minor(version).ifPresent(findings::add);
        encoding(sql).ifPresent(findings::add);
        Map<String, Setting> server = read(sql);
        slotLimits(server, findings);
        findings.addAll(withReload(settings(server, config.peers().size() + 3, version)));
        return findings;
    }

    static Optional<Finding> minor(int version) {
        Integer sound = SOUND_MINORS.get(version / 10000);
        return sound == null || version % 100 >= sound ? Optional.empty() : Optional.of(Finding.note(
                "the server is PostgreSQL " + text(version) + ", older than " + version / 10000 + "." + sound,
                "That minor release loses changes of a table which is added to a publication while a transaction on it is open; "
                        + "upgrade, or add tables only while nobody writes them."));
    }

    private static Optional<Finding> encoding(DSLContext sql) {
        String encoding = sql.fetchSingle("select pg_encoding_to_char(encoding) from pg_database where datname = current_database()")
                .get(0, String.class);
        return encoding.equals("UTF8") ? Optional.empty() : Optional.of(Finding.lacking(
                "the database's encoding is " + encoding + ", not UTF8",
                "Values travel as exact text in UTF-8; move the data to a database created with encoding UTF8."));
    }

    /** The server may give up a slot that is behind (H31): then the regions must be compared and loaded again. */
    private static void slotLimits(Map<String, Setting> server, List<Finding> findings) {
        Map.of("max_slot_wal_keep_size", "-1", "idle_replication_slot_timeout", "0").forEach((name, unlimited) -> {
            Setting now = server.get(name);
            if (now != null && !now.value().equals(unlimited)) {
                findings.add(Finding.note(name + " is " + now.value() + " (" + unlimited + " is unlimited)",
                        "The server gives up the slot of a node that was away for longer, and then this region must be loaded again elsewhere."));
            }
        });
    }

    private static Map<String, Setting> read(DSLContext sql) {
        return sql.fetch("select name, setting, pending_restart from pg_settings").stream().collect(Collectors.toMap(
                row -> row.get(0, String.class), ServerFindings::setting));
    }

    private static Setting setting(Record row) {
        return new Setting(row.get(1, String.class), row.get(2, boolean.class));
    }

    private static List<Finding> settings(Map<String, Setting> server, int needed, int version) {
        List<Finding> findings = new ArrayList<>();
        exactly(server, "wal_level", "logical", "Without it the log holds no row changes.").ifPresent(findings::add);
        exactly(server, "track_commit_timestamp", "on", "The commit timestamp of a row's last writer is the row's version.")
                .ifPresent(findings::add);
        atLeast(server, "max_replication_slots", needed, "The node reads the log through a slot"
                + (version < ORIGINS_HAVE_THEIR_OWN_SETTING ? ", and each region's changes are applied under a replication origin." : "."))
                .ifPresent(findings::add);
        atLeast(server, "max_wal_senders", needed, "The node reads the log through a WAL sender.").ifPresent(findings::add);
        if (version >= ORIGINS_HAVE_THEIR_OWN_SETTING) {
            atLeast(server, "max_active_replication_origins", needed, "Each region's changes are applied under a replication origin.")
                    .ifPresent(findings::add);
        }
        return findings;
    }

    private static Optional<Finding> exactly(Map<String, Setting> server, String name, String needed, String why) {
        Setting now = server.get(name);
        return now.value().equals(needed) ? Optional.empty() : Optional.of(change(name, now, "must be " + needed, needed, why));
    }

    private static Optional<Finding> atLeast(Map<String, Setting> server, String name, int needed, String why) {
        Setting now = server.get(name);
        return Integer.parseInt(now.value()) >= needed ? Optional.empty()
                : Optional.of(change(name, now, "must be at least " + needed, Integer.toString(needed), why));
    }

    private static Finding change(String name, Setting now, String must, String needed, String why) {
        if (now.pendingRestart()) {
            return Finding.restart(name + " is still " + now.value() + " and was changed since the server started; it " + must,
                    why + " Restart the server.", List.of());
        }
        return Finding.restart(name + " is " + now.value() + " and " + must, why, List.of("alter system set " + name + " = " + Sql.text(needed)));
    }

    /** After the last change the server reads its files, so that it can say that a restart is pending. */
    private static List<Finding> withReload(List<Finding> settings) {
        List<Finding> findings = new ArrayList<>(settings);
        for (int i = findings.size() - 1; i >= 0; i--) {
            Finding finding = findings.get(i);
            if (!finding.sql().isEmpty()) {
                findings.set(i, Finding.restart(finding.what(), finding.why(), List.of(finding.sql().get(0), "select pg_reload_conf()")));
                return findings;
            }
        }
        return findings;
    }

    private static String text(int version) {
        return version / 10000 + "." + version % 10000;
    }
}
