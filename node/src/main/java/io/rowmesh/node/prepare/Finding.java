package io.rowmesh.node.prepare;

import java.util.List;

/**
 * Something that the database lacks, or that is worth knowing.
 *
 * @param lacking      the node does not start without it; otherwise it is only a note
 * @param what         one sentence: what is so
 * @param why          one sentence: why it matters, or what to do when there is no SQL for it
 * @param sql          the statements that bring it, in order; empty when only a person can decide
 * @param needsRestart the server must be restarted before it is in force
 */
public record Finding(boolean lacking, String what, String why, List<String> sql, boolean needsRestart) {

    public Finding {
        sql = List.copyOf(sql);
    }

    static Finding lacking(String what, String why, String... sql) {
        return new Finding(true, what, why, List.of(sql), false);
    }

    static Finding lacking(String what, String why, List<String> sql) {
        return new Finding(true, what, why, sql, false);
    }

    static Finding restart(String what, String why, List<String> sql) {
        return new Finding(true, what, why, sql, true);
    }

    static Finding note(String what, String why) {
        return new Finding(false, what, why, List.of(), false);
    }
}
