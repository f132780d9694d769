package io.rowmesh.agent.binlog;

import io.rowmesh.agent.binlog.LoggedStatement.Kind;
import io.rowmesh.agent.binlog.LoggedStatement.Table;
import io.rowmesh.agent.binlog.SqlWords.Word;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Tells from a statement's words what becomes of which tables. */
final class StatementReading {

    /** More than any statement needs that names a table of ours; what is longer is rows. */
    private static final int WORDS = 100_000;
    private static final Word END = new Word("", false);
    private static final Set<String> ROWS = Set.of("INSERT", "UPDATE", "DELETE", "REPLACE", "LOAD", "WITH", "CALL", "DO", "SELECT", "VALUES");

    private final String database;
    private final String sql;
    private final List<Word> words;
    private int at;

    private StatementReading(String database, String sql, boolean ansiQuotes) {
        this.database = database;
        this.sql = sql;
        this.words = SqlWords.of(sql, ansiQuotes, WORDS);
    }

    /**
     * @param database   the session's, for names without one
     * @param ansiQuotes whether {@code "} quotes names
     */
    static LoggedStatement read(String database, String sql, boolean ansiQuotes) {
        return new StatementReading(database, sql, ansiQuotes).read();
    }

    private LoggedStatement read() {
        if (skip("TRUNCATE")) {
            skip("TABLE");
            return statement(Kind.TRUNCATE, List.of(table()));
        }
        if (skip("ALTER")) {
            return skip("TABLE") ? alter(table()) : other();
        }
        if (skip("RENAME")) {
            return skip("TABLE") || skip("TABLES") ? statement(Kind.DROP_OR_RENAME, names("TO")) : other();
        }
        if (skip("DROP")) {
            return drop();
        }
        if (skip("CREATE")) {
            return create();
        }
        return next().quoted() || !ROWS.contains(next().text().toUpperCase(Locale.ROOT)) ? other() : statement(Kind.ROWS, List.of());
    }

    private LoggedStatement alter(Table table) {
        for (; at < words.size(); at++) {
            if (skip("RENAME") && !next().is("COLUMN") && !next().is("INDEX") && !next().is("KEY")) {
                if (!skip("TO") && !skip("AS")) {
                    skip("=");
                }
                return statement(Kind.DROP_OR_RENAME, List.of(table, table()));
            }
        }
        return statement(Kind.ALTER, List.of(table));
    }

    private LoggedStatement drop() {
        if (skip("DATABASE") || skip("SCHEMA")) {
            skipExists();
            return new LoggedStatement(Kind.DROP_DATABASE, List.of(), next().text(), sql);
        }
        if (skip("TABLE") || skip("TABLES")) {
            skipExists();
            return statement(Kind.DROP_OR_RENAME, names(","));
        }
        // Of temporary tables, views, users and the like nothing is replicated.
        return skip("INDEX") ? onTable() : other();
    }

    /** A table that is created has no rows but those that the log brings; a definition that exists already is left as it is. */
    private LoggedStatement create() {
        if (skip("TABLE")) {
            return next().is("IF") ? other() : statement(Kind.ALTER, List.of(table()));
        }
        for (String kind : List.of("UNIQUE", "FULLTEXT", "SPATIAL")) {
            skip(kind);
        }
        return skip("INDEX") ? onTable() : other();
    }

    private LoggedStatement onTable() {
        while (at < words.size() && !skip("ON")) {
            at++;
        }
        return statement(Kind.ALTER, List.of(table()));
    }

    private void skipExists() {
        if (skip("IF")) {
            skip("EXISTS");
        }
    }

    /** Names between commas, or pairs of them. */
    private List<Table> names(String between) {
        List<Table> tables = new ArrayList<>();
        do {
            tables.add(table());
        } while (skip(",") || skip(between));
        return tables;
    }

    private Table table() {
        String first = next().text();
        at++;
        if (!skip(".")) {
            return new Table(database, first);
        }
        String second = next().text();
        at++;
        return new Table(first, second);
    }

    private boolean skip(String word) {
        boolean found = next().is(word);
        if (found) {
            at++;
        }
        return found;
    }

    private Word next() {
        return at < words.size() ? words.get(at) : END;
    }

    private LoggedStatement statement(Kind kind, List<Table> tables) {
        return LoggedStatement.of(kind, tables, sql);
    }

    private LoggedStatement other() {
        return statement(Kind.OTHER, List.of());
    }
}
