package io.rowmesh.schema.types;

import java.nio.charset.Charset;
import java.nio.charset.CharsetEncoder;
import java.util.Map;
import java.util.Optional;

/** What a character set of MySQL's holds, and in how many bytes. */
public final class CharacterFit {

    /** Holds every character, as {@code utf8mb4} and PostgreSQL's UTF8 do. */
    public static final CharacterFit UNICODE = new CharacterFit("utf8mb4", Kind.UTF8, null);

    /** Where Java's and MySQL's tables are the same, character by character. */
    private static final Map<String, String> SINGLE_BYTE = Map.ofEntries(
            Map.entry("ascii", "US-ASCII"), Map.entry("latin2", "ISO-8859-2"), Map.entry("latin5", "ISO-8859-9"), Map.entry("latin7", "ISO-8859-13"),
            Map.entry("greek", "ISO-8859-7"), Map.entry("hebrew", "ISO-8859-8"), Map.entry("cp1250", "windows-1250"),
            Map.entry("cp1251", "windows-1251"), Map.entry("cp1256", "windows-1256"), Map.entry("cp1257", "windows-1257"),
            Map.entry("koi8r", "KOI8-R"), Map.entry("koi8u", "KOI8-U"), Map.entry("cp850", "IBM850"), Map.entry("cp852", "IBM852"),
            Map.entry("cp866", "IBM866"));

    /** The bytes for which Windows' 1252 has no character: MySQL's latin1 holds the control characters of those numbers. */
    private static final String LATIN1_CONTROLS = "\u0081\u008d\u008f\u0090\u009d";

    private enum Kind { UTF8, UTF8_THREE_BYTES, UCS2, UTF16, UTF32, LATIN1, SINGLE_BYTE }

    private final String name;
    private final Kind kind;
    private final Charset charset;

    private CharacterFit(String name, Kind kind, Charset charset) {
        this.name = name;
        this.kind = kind;
        this.charset = charset;
    }

    /** Of a character set as MySQL names it ({@code latin1}); empty for one whose characters rowmesh does not know. */
    public static Optional<CharacterFit> of(String name) {
        Kind kind = switch (name) {
            case "utf8mb4" -> Kind.UTF8;
            case "utf8", "utf8mb3" -> Kind.UTF8_THREE_BYTES;
            case "ucs2" -> Kind.UCS2;
            case "utf16", "utf16le" -> Kind.UTF16;
            case "utf32" -> Kind.UTF32;
            case "latin1" -> Kind.LATIN1;
            default -> SINGLE_BYTE.containsKey(name) ? Kind.SINGLE_BYTE : null;
        };
        if (kind == null) {
            return Optional.empty();
        }
        String java = kind == Kind.LATIN1 ? "windows-1252" : SINGLE_BYTE.get(name);
        return Optional.of(new CharacterFit(name, kind, java == null ? null : Charset.forName(java)));
    }

    public String name() {
        return name;
    }

    /** Whether every text stands in it. */
    public boolean holdsEverything() {
        return kind == Kind.UTF8 || kind == Kind.UTF16 || kind == Kind.UTF32;
    }

    /** Whether each character of a text stands in it. Half of a surrogate pair is no character. */
    public boolean holds(String text) {
        CharsetEncoder encoder = charset == null ? null : charset.newEncoder();
        return text.codePoints().allMatch(point -> holds(point, encoder));
    }

    private boolean holds(int point, CharsetEncoder encoder) {
        if (Character.getType(point) == Character.SURROGATE) {
            return false;
        }
        return switch (kind) {
            case UTF8, UTF16, UTF32 -> true;
            case UTF8_THREE_BYTES, UCS2 -> Character.isBmpCodePoint(point);
            case LATIN1 -> LATIN1_CONTROLS.indexOf(point) >= 0 || encoder.canEncode(Character.toString(point));
            case SINGLE_BYTE -> encoder.canEncode(Character.toString(point));
        };
    }

    /** The bytes that a text takes which it holds. */
    public long bytes(String text) {
        return switch (kind) {
            case UTF8, UTF8_THREE_BYTES -> text.codePoints().mapToLong(CharacterFit::utf8Bytes).sum();
            case UCS2, UTF16 -> 2L * text.length();
            case UTF32 -> 4L * text.codePointCount(0, text.length());
            case LATIN1, SINGLE_BYTE -> text.length();
        };
    }

    private static long utf8Bytes(int point) {
        if (point < 0x80) {
            return 1;
        }
        if (point < 0x800) {
            return 2;
        }
        return point < 0x10000 ? 3 : 4;
    }
}
