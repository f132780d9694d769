package io.rowmesh.node.prepare;

import java.util.Optional;

/** Which column types cannot be carried exactly. */
final class ColumnTypes {

    private ColumnTypes() {
    }

    /** Why a column of this type (as {@code format_type} prints it) cannot take part, and what to do; empty if it can. */
    static Optional<String> refusal(String type, boolean key) {
        return Optional.empty();
    }
}
