package io.rowmesh.agent.binlog;

import java.util.ArrayList;
import java.util.List;

/**
 * The words of an SQL statement as far as the names of tables need it: words, quoted names, and single signs. Comments are left out,
 * but for those that the server runs ({@code /*!40005 TEMPORARY *}{@code /}).
 */
final class SqlWords {

    /** @param quoted whether it is a name whatever it says */
    record Word(String text, boolean quoted) {
        boolean is(String keyword) {
            return !quoted && text.equalsIgnoreCase(keyword);
        }
    }

    private final String sql;
    private final boolean ansiQuotes;
    private final List<Word> words = new ArrayList<>();
    private final int limit;
    private int at;

    private SqlWords(String sql, boolean ansiQuotes, int limit) {
        this.sql = sql;
        this.ansiQuotes = ansiQuotes;
        this.limit = limit;
    }

    /**
     * @param ansiQuotes whether {@code "} quotes names
     * @param limit      how many words are wanted at most
     */
    static List<Word> of(String sql, boolean ansiQuotes, int limit) {
        SqlWords reading = new SqlWords(sql, ansiQuotes, limit);
        reading.read();
        return reading.words;
    }

    private void read() {
        while (at < sql.length() && words.size() < limit) {
            char c = sql.charAt(at);
            if (Character.isWhitespace(c)) {
                at++;
            } else if (c == '#' || isDashComment()) {
                skipPast("\n");
            } else if (sql.startsWith("/*", at)) {
                comment();
            } else if (sql.startsWith("*/", at)) {
                at += 2;
            } else if (c == '`' || c == '"' && ansiQuotes) {
                words.add(new Word(quoted(c), true));
            } else if (c == '\'' || c == '"') {
                string(c);
            } else if (isWordPart(c)) {
                word();
            } else {
                words.add(new Word(Character.toString(c), false));
                at++;
            }
        }
    }

    private boolean isDashComment() {
        return sql.startsWith("--", at) && (at + 2 == sql.length() || sql.charAt(at + 2) <= ' ');
    }

    private void skipPast(String end) {
        int found = sql.indexOf(end, at);
        at = found < 0 ? sql.length() : found + end.length();
    }

    /** The content of one that the server runs is read on as if it stood there alone. */
    private void comment() {
        if (!sql.startsWith("/*!", at)) {
            at += 2;
            skipPast("*/");
            return;
        }
        at += 3;
        int digits = at;
        while (at < sql.length() && Character.isDigit(sql.charAt(at)) && at - digits < 6) {
            at++;
        }
    }

    /** Within, the quote is written twice. */
    private String quoted(char quote) {
        StringBuilder name = new StringBuilder();
        for (at++; at < sql.length(); at++) {
            if (sql.charAt(at) == quote) {
                at++;
                if (at >= sql.length() || sql.charAt(at) != quote) {
                    break;
                }
            }
            name.append(sql.charAt(at));
        }
        return name.toString();
    }

    private void string(char quote) {
        at++;
        while (at < sql.length() && sql.charAt(at) != quote) {
            at += sql.charAt(at) == '\\' ? 2 : 1;
        }
        at++;
        words.add(new Word("''", false));
    }

    private static boolean isWordPart(char c) {
        return Character.isLetterOrDigit(c) || c == '_' || c == '$' || c >= 0x80;
    }

    private void word() {
        int from = at;
        while (at < sql.length() && isWordPart(sql.charAt(at))) {
            at++;
        }
        words.add(new Word(sql.substring(from, at), false));
    }
}
