package io.rowmesh.agent.capture;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which column types cannot be captured exactly, and which cannot be a key, with the sentence that says so.
 *
 * <p>Two values that the decoder cannot tell from others are looked up in the row itself, so their types are captured:
 * {@code interval 'infinity'} and {@code timestamp 'infinity'}. In a <em>key</em> column of type timestamp the one value
 * {@code 294247-01-10 04:00:25.2} and its negative counterpart are taken for infinity. An interval of more than 2,147,483,647
 * hours in its time part stops the capture with an error.
 */
final class UnsupportedTypes {

    private static final Map<String, String> COLUMNS = Map.of(
            "timetz", "the decoder loses its time zone; use time, or timestamp with time zone");

    /** Types whose values are equal exactly when their texts, or the canonical texts of RowKey, are. */
    private static final Set<String> KEYS = Set.of("int2", "int4", "int8", "numeric", "text", "varchar", "bpchar", "char", "name",
            "uuid", "date", "timestamp", "timestamptz", "time", "bool", "bytea", "bit", "varbit", "inet", "cidr", "macaddr", "macaddr8",
            "oid");
    /** Of these a domain hides the type whose texts need a canonical form. */
    private static final Set<String> KEYS_NOT_AS_DOMAIN = Set.of("numeric", "bpchar");

    private UnsupportedTypes() {
    }

    /** Why a column cannot be captured; empty when it can. */
    static Optional<String> ofColumn(CatalogColumn column) {
        if (!column.baseIsBuiltIn() || !COLUMNS.containsKey(column.baseType())) {
            return Optional.empty();
        }
        return Optional.of("column " + column.name() + " is of type " + column.type() + ", which cannot be carried exactly: "
                + COLUMNS.get(column.baseType()));
    }

    /** Why a column cannot be part of a key; empty when it can. */
    static Optional<String> ofKey(CatalogColumn column) {
        String prefix = "key column " + column.name() + " is of type " + column.type();
        if (column.baseKind() == 'e') {
            return Optional.empty();
        }
        if (!column.baseIsBuiltIn() || !KEYS.contains(column.baseType())) {
            return Optional.of(prefix + ", and keys of that type cannot be compared by their text: use another type for the key");
        }
        if (!column.deterministic()) {
            return Optional.of(prefix + " with a collation that calls different texts equal: use a deterministic collation for it");
        }
        if (column.domain() && KEYS_NOT_AS_DOMAIN.contains(column.baseType())) {
            return Optional.of(prefix + ", a domain over " + column.baseType() + ": use " + column.baseType() + " itself for the key");
        }
        return Optional.empty();
    }
}
