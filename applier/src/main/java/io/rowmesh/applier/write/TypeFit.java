package io.rowmesh.applier.write;

import java.util.Set;

/** Whether every value of a source column's type stands unchanged in the local column, or is refused by the database. */
final class TypeFit {

    /** Types whose assignment rounds instead of refusing when the local precision is smaller. */
    private static final Set<String> ROUNDING = Set.of("numeric", "time without time zone", "time with time zone",
            "timestamp without time zone", "timestamp with time zone", "interval");

    private TypeFit() {
    }

    /** @return null when it fits, else what is wrong with it */
    static String mismatch(String column, String sourceType, LocalTable.LocalColumn local) {
        if (sourceType.equals(local.fullType()) || !ROUNDING.contains(local.castType())
                || local.fullType().equals(local.castType())) {
            return null;
        }
        return "column \"" + column + "\" is " + local.fullType() + " here and " + sourceType
                + " at the origin, and would be rounded; give both the same type";
    }
}
