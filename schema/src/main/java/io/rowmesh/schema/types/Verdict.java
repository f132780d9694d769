package io.rowmesh.schema.types;

/** What becomes of a source type's values in a target type. */
public enum Verdict {
    /** Every value stands in the target type. */
    EXACT,
    /** Values that meet the condition stand there exactly; the row of any other is parked. */
    CONDITION,
    /** Tables with such a pair of columns are not replicated. */
    REFUSED
}
