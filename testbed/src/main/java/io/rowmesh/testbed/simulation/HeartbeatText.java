package io.rowmesh.testbed.simulation;

import io.rowmesh.schema.Seen;

/** The text of a heartbeat: for each region, what was applied of it: sequence:micros, joined by commas. */
final class HeartbeatText {

    private HeartbeatText() {
    }

    static String of(Database database, int regions) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < regions; i++) {
            ProgressRows.ProgressRow last = database.progress.last(i);
            text.append(last == null ? 0 : last.sequence()).append(':').append(last == null ? 0 : last.micros()).append(',');
        }
        return text.toString();
    }

    static Seen seen(String text) {
        Seen seen = Seen.NONE;
        for (int i = 0; number(text, i, ':') >= 0; i++) {
            long sequence = number(text, i, ':');
            seen = sequence == 0 ? seen : seen.with(World.NAMES[i], 1, sequence);
        }
        return seen;
    }

    /** The timestamp of the last transaction applied of a region; 0 when there is no text. */
    static long micros(String text, int origin) {
        if (text == null) {
            return 0;
        }
        int start = start(text, origin);
        return Long.parseLong(text.substring(text.indexOf(':', start) + 1, text.indexOf(',', start)));
    }

    /** -1 behind the end. */
    private static long number(String text, int origin, char end) {
        int start = start(text, origin);
        return start >= text.length() ? -1 : Long.parseLong(text.substring(start, text.indexOf(end, start)));
    }

    private static int start(String text, int origin) {
        int start = 0;
        for (int i = 0; i < origin && start < text.length(); i++) {
            start = text.indexOf(',', start) + 1;
        }
        return start;
    }
}
