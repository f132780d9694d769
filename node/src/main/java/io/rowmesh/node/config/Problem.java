package io.rowmesh.node.config;

import java.util.Comparator;

/** One thing wrong in the configuration file, at a line (from 1; 0 when it is about the whole file). */
public record Problem(String file, int line, String message) implements Comparable<Problem> {

    @Override
    public int compareTo(Problem other) {
        return Comparator.comparingInt(Problem::line).thenComparing(Problem::message).compare(this, other);
    }

    @Override
    public String toString() {
        return file + (line > 0 ? ":" + line : "") + ": " + message;
    }
}
