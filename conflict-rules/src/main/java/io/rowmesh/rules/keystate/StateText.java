package io.rowmesh.rules.keystate;

import io.rowmesh.schema.Version;

/** Writes and reads states as text: fields of a known length, so that no value needs to be quoted. Exact. */
public final class StateText {

    private final StringBuilder out = new StringBuilder();
    private final String in;
    private int at;

    /** For writing. */
    public StateText() {
        this.in = null;
    }

    /** For reading. */
    public StateText(String text) {
        this.in = text;
    }

    /** A text or null. */
    public StateText put(String field) {
        if (field == null) {
            out.append("-:");
        } else {
            out.append(field.length()).append(':').append(field);
        }
        return this;
    }

    public StateText put(long number) {
        return put(Long.toString(number));
    }

    public StateText put(Stamp stamp) {
        return put(stamp.version().commitMicros()).put(stamp.version().origin()).put(stamp.epoch()).put(stamp.sequence())
                .put(stamp.position());
    }

    /** What was written. */
    public String text() {
        return out.toString();
    }

    public boolean atEnd() {
        return at == in.length();
    }

    /** The next field. */
    public String next() {
        int colon = in.indexOf(':', at);
        if (colon < 0) {
            throw new IllegalArgumentException("the kept state of a row ends too early: " + in);
        }
        String length = in.substring(at, colon);
        at = colon + 1;
        if (length.equals("-")) {
            return null;
        }
        int end = at + Integer.parseInt(length);
        if (end > in.length()) {
            throw new IllegalArgumentException("the kept state of a row ends too early: " + in);
        }
        String field = in.substring(at, end);
        at = end;
        return field;
    }

    public long nextLong() {
        return Long.parseLong(next());
    }

    public Stamp nextStamp() {
        Version version = new Version(nextLong(), next());
        return new Stamp(version, (int) nextLong(), nextLong(), nextLong());
    }
}
