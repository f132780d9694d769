package io.rowmesh.schema.types;

/** A value, or a table's definition, that cannot stand exactly in the local database. The message is for people and holds no value. */
public final class ValueMisfit extends Exception {

    /** What does not fit. */
    public enum Kind {
        /** One value: its row is parked. */
        VALUE,
        /** The types of a column, which the table of mappings refuses. */
        TYPES,
        /** A column that the local table lacks. */
        COLUMN,
        /** The columns of the primary key. */
        KEY
    }

    private final Kind kind;

    public ValueMisfit(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    /** Of one value. @param wrong what is wrong with it, as the end of a sentence that begins with "the value" */
    static ValueMisfit of(String wrong) {
        return new ValueMisfit(Kind.VALUE, wrong);
    }

    public Kind kind() {
        return kind;
    }
}
