package io.rowmesh.schema;

import java.util.Arrays;

/**
 * One row image: for each column of its {@link TableShape} the source's exact text, or null, or {@link #ABSENT}.
 * The array is not copied: whoever makes a row gives it away.
 */
public final class Row {

    /** Marks a value that the log did not carry. Compared by identity, so no user value can equal it. */
    @SuppressWarnings("StringOperationCanBeSimplified")
    public static final String ABSENT = new String("absent");

    private final String[] values;

    public Row(String... values) {
        this.values = values;
    }

    public int size() {
        return values.length;
    }

    /** The text, null for SQL NULL, or {@link #ABSENT}. */
    public String get(int position) {
        return values[position];
    }

    @SuppressWarnings("StringEquality")
    public boolean isAbsent(int position) {
        return values[position] == ABSENT;
    }

    /** A copy with other text at one position. */
    public Row with(int position, String text) {
        String[] copy = values.clone();
        copy[position] = text;
        return new Row(copy);
    }

    /** Rough size in memory and on the wire, in bytes. */
    public int estimatedBytes() {
        int bytes = values.length;
        for (String value : values) {
            bytes += value == null ? 0 : value.length() + 2;
        }
        return bytes;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Row row && Arrays.equals(values, row.values);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        return Arrays.toString(values);
    }
}
