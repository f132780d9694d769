package io.rowmesh.agent.binlog;

import java.util.List;
import java.util.Locale;

/**
 * A statement that the log has as such: mostly a change of definitions.
 *
 * @param tables  which it names as far as {@link Kind} tells
 * @param defines the database that goes, for {@link Kind#DROP_DATABASE}; else null
 * @param text    of the statement
 */
public record LoggedStatement(Kind kind, List<Table> tables, String defines, String text) {

    /** A table by its local names. */
    public record Table(String database, String name) {
    }

    /** For exhaustive switches. */
    public enum Kind {
        /** The rows of its one table are gone. */
        TRUNCATE,
        /** Its one table has, or may have, another form: columns, keys, rows by partitions. */
        ALTER,
        /** What these names stood for is gone or stands under another name. */
        DROP_OR_RENAME,
        /** All tables of a database are gone. */
        DROP_DATABASE,
        /** Rows were changed by it, and the log does not have them. */
        ROWS,
        /** Nothing of the kind. */
        OTHER
    }

    public LoggedStatement {
        tables = List.copyOf(tables);
    }

    /** With names in small letters, as a server calls its tables that does not tell them from capital ones. */
    LoggedStatement folded() {
        return new LoggedStatement(kind, tables.stream().map(table -> new Table(fold(table.database()), fold(table.name()))).toList(),
                defines == null ? null : fold(defines), text);
    }

    private static String fold(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    static LoggedStatement of(Kind kind, List<Table> tables, String text) {
        return new LoggedStatement(kind, tables, null, text);
    }
}
