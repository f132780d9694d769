package io.rowmesh.schema.types;

import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Walks over a JSON document (RFC 8259) and copies it, giving every number and string to somebody who judges them. Nesting costs a bit a
 * level, so no document is too deep for it.
 */
final class JsonScan {

    private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9]\\d*)(\\.\\d+)?([eE][+-]?\\d+)?");
    private static final Pattern LITERAL = Pattern.compile("true|false|null");
    private static final Pattern ESCAPE = Pattern.compile("\\\\(?:[\"\\\\/bfnrt]|u[0-9a-fA-F]{4})");

    /** Judges what a document holds; what a method returns takes the part's place. */
    interface Judge {

        /** @param number as it is written */
        String number(String number) throws ValueMisfit;

        /** @param string as it is written, without its quotes; @param key whether it is an object's key */
        void string(String string, boolean key) throws ValueMisfit;
    }

    private final String text;
    private final Judge judge;
    private final int deepest;
    private final StringBuilder copy = new StringBuilder();
    /** For each level whether it is an object. */
    private final BitSet objects = new BitSet();
    private int depth;
    private int at;

    private JsonScan(String text, Judge judge, int deepest) {
        this.text = text;
        this.judge = judge;
        this.deepest = deepest;
    }

    /**
     * @param deepest levels of nesting that are taken
     * @return the document with the judged numbers
     */
    static String copy(String text, int deepest, Judge judge) throws ValueMisfit {
        JsonScan scan = new JsonScan(text, judge, deepest);
        scan.document();
        return scan.copy.toString();
    }

    private void document() throws ValueMisfit {
        boolean valueNext = true;
        do {
            space();
            valueNext = valueNext ? value() : afterValue();
        } while (depth > 0 || valueNext);
        space();
        if (at < text.length()) {
            throw invalid();
        }
    }

    /** @return whether another value has to follow */
    private boolean value() throws ValueMisfit {
        char c = peek();
        if (c == '{' || c == '[') {
            return open(c == '{');
        }
        if (c == '"') {
            string(false);
        } else if (c == '-' || c >= '0' && c <= '9') {
            copy.append(judge.number(match(NUMBER)));
        } else {
            copy.append(match(LITERAL));
        }
        return false;
    }

    private boolean open(boolean object) throws ValueMisfit {
        take();
        objects.set(depth++, object);
        if (depth > deepest) {
            throw ValueMisfit.of("is a document with more than " + deepest + " levels");
        }
        space();
        if (peek() == (object ? '}' : ']')) {
            take();
            depth--;
            return false;
        }
        if (object) {
            key();
        }
        return true;
    }

    /** After a value inside an object or an array: the next one, or the end of that. */
    private boolean afterValue() throws ValueMisfit {
        boolean object = objects.get(depth - 1);
        char c = peek();
        if (c == ',') {
            take();
            space();
            if (object) {
                key();
            }
            return true;
        }
        if (c != (object ? '}' : ']')) {
            throw invalid();
        }
        take();
        depth--;
        return false;
    }

    private void key() throws ValueMisfit {
        string(true);
        space();
        if (peek() != ':') {
            throw invalid();
        }
        take();
    }

    private void string(boolean key) throws ValueMisfit {
        if (peek() != '"') {
            throw invalid();
        }
        int start = at++;
        while (peek() != '"') {
            char c = peek();
            if (c < 0x20) {
                throw invalid();
            }
            at += c == '\\' ? matched(ESCAPE).length() : 1;
        }
        at++;
        judge.string(text.substring(start + 1, at - 1), key);
        copy.append(text, start, at);
    }

    private String match(Pattern pattern) throws ValueMisfit {
        String found = matched(pattern);
        at += found.length();
        return found;
    }

    private String matched(Pattern pattern) throws ValueMisfit {
        Matcher matcher = pattern.matcher(text).region(at, text.length());
        if (!matcher.lookingAt()) {
            throw invalid();
        }
        return matcher.group();
    }

    private char peek() throws ValueMisfit {
        if (at >= text.length()) {
            throw invalid();
        }
        return text.charAt(at);
    }

    private void take() {
        copy.append(text.charAt(at++));
    }

    private void space() {
        while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
            take();
        }
    }

    private static ValueMisfit invalid() {
        return ValueMisfit.of("is no JSON document");
    }

    /** The bytes of a string in UTF-8, at most: escapes count as they are written. */
    static int bytesAtMost(String string) {
        return string.getBytes(StandardCharsets.UTF_8).length;
    }
}
