package io.rowmesh.testbed.simulation;

import io.rowmesh.schema.Seen;

/** The text of a heartbeat: for each region, the last sequence that was applied of it (of its own, that is settled), each followed by a comma. */
final class HeartbeatText {

    private HeartbeatText() {
    }

    /** @param settled the sequence up to which the own transactions are settled */
    static String of(Database database, int regions, long settled) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < regions; i++) {
            text.append(i == database.region ? settled : database.progress.sequence(i)).append(',');
        }
        return text.toString();
    }

    static Seen seen(String text) {
        Seen seen = Seen.NONE;
        for (int i = 0; number(text, i) >= 0; i++) {
            long sequence = number(text, i);
            seen = sequence == 0 ? seen : seen.with(World.NAMES[i], 1, sequence);
        }
        return seen;
    }

    /** -1 behind the end. */
    private static long number(String text, int origin) {
        int start = start(text, origin);
        return start >= text.length() ? -1 : Long.parseLong(text.substring(start, text.indexOf(',', start)));
    }

    private static int start(String text, int origin) {
        int start = 0;
        for (int i = 0; i < origin && start < text.length(); i++) {
            start = text.indexOf(',', start) + 1;
        }
        return start;
    }
}
