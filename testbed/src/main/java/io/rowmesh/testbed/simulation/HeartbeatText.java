package io.rowmesh.testbed.simulation;

import io.rowmesh.schema.Seen;

/** The text of a heartbeat: for each region, the last sequence that was applied of it, each followed by a comma. */
final class HeartbeatText {

    private HeartbeatText() {
    }

    static String of(Database database, int regions) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < regions; i++) {
            text.append(database.progress.sequence(i)).append(',');
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
