package io.rowmesh.agent.capture;

import io.rowmesh.schema.TableId;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Names that Debezium's decoder would change or confuse on the way; all others, however odd, arrive exactly. */
final class CarriableNames {

    private static final String RENAME = ": rename it, the change decoder cannot carry this name exactly";

    private CarriableNames() {
    }

    static Optional<String> ofTable(TableId id) {
        return carriable(id.schema()) && carriable(id.name()) ? Optional.empty()
                : Optional.of("its name has quotes at an end, or doubled ones" + RENAME);
    }

    private static boolean carriable(String name) {
        return !name.startsWith("\"") && !name.endsWith("\"") && !name.contains("''") && !name.contains("``");
    }

    /** The decoder strips matching quotes around a column name, and takes names that differ in case for one. */
    static Optional<String> ofColumns(List<CatalogColumn> columns) {
        Map<String, String> seen = new HashMap<>();
        for (CatalogColumn column : columns) {
            String other = seen.put(column.name().toLowerCase(Locale.ROOT), column.name());
            if (other != null) {
                return Optional.of("columns " + other + " and " + column.name() + " differ only in case: rename one of them");
            }
            if (looksQuoted(column.name())) {
                return Optional.of("column " + column.name() + " has quotes around its name" + RENAME);
            }
        }
        return Optional.empty();
    }

    private static boolean looksQuoted(String name) {
        char first = name.charAt(0);
        return name.length() > 1 && first == name.charAt(name.length() - 1) && "'\"`".indexOf(first) >= 0;
    }
}
