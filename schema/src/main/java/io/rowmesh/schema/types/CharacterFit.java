package io.rowmesh.schema.types;

import java.nio.charset.Charset;
import java.util.BitSet;
import java.util.Map;
import java.util.Optional;

/** What a character set of MySQL's holds, and in how many bytes. */
public final class CharacterFit {

    /** Holds every character, as {@code utf8mb4} and PostgreSQL's UTF8 do. */
    public static final CharacterFit UNICODE = new CharacterFit("utf8mb4", Kind.UTF8, null);

    /** Where Java's and MySQL's tables are the same, character by character. */
    private static final Map<String, String> SINGLE_BYTE = Map.ofEntries(
            Map.entry("ascii", "US-ASCII"), Map.entry("latin1", "windows-1252"), Map.entry("latin2", "ISO-8859-2"), Map.entry("latin5", "ISO-8859-9"), Map.entry("latin7", "ISO-8859-13"),
            Map.entry("cp1250", "windows-1250"), Map.entry("cp1251", "windows-1251"), Map.entry("cp1257", "windows-1257"),
            Map.entry("koi8r", "KOI8-R"), Map.entry("cp850", "IBM850"), Map.entry("cp852", "IBM852"));

    /** The bytes for which Windows' 1252 has no character: MySQL's latin1 holds the control characters of those numbers. */
    private static final String LATIN1_CONTROLS = "\u0081\u008d\u008f\u0090\u009d";

    /** What Java reads where a byte has no character. */
    private static final char NO_CHARACTER = '\ufffd';

    private enum Kind { UTF8, UTF8_THREE_BYTES, UCS2, UTF16, UTF32, SINGLE_BYTE }

    private final String name;
    private final Kind kind;
    /** The characters of a single-byte set. */
    private final BitSet characters;

    private CharacterFit(String name, Kind kind, BitSet characters) {
        this.name = name;
        this.kind = kind;
        this.characters = characters;
    }

    /** Of a character set as MySQL names it ({@code latin1}); empty for one whose characters rowmesh does not know. */
    public static Optional<CharacterFit> of(String name) {
        Kind kind = switch (name) {
            case "utf8mb4" -> Kind.UTF8;
            case "utf8", "utf8mb3" -> Kind.UTF8_THREE_BYTES;
            case "ucs2" -> Kind.UCS2;
            case "utf16", "utf16le" -> Kind.UTF16;
            case "utf32" -> Kind.UTF32;
            default -> SINGLE_BYTE.containsKey(name) ? Kind.SINGLE_BYTE : null;
        };
        return Optional.ofNullable(kind).map(known -> new CharacterFit(name, known, known == Kind.SINGLE_BYTE ? singleBytes(name) : null));
    }

    private static BitSet singleBytes(String name) {
        byte[] bytes = new byte[256];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) i;
        }
        BitSet characters = new BitSet();
        new String(bytes, Charset.forName(SINGLE_BYTE.get(name))).chars().forEach(characters::set);
        characters.clear(NO_CHARACTER);
        if (name.equals("latin1")) {
            LATIN1_CONTROLS.chars().forEach(characters::set);
        }
        return characters;
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
        return text.codePoints().allMatch(this::holds);
    }

    private boolean holds(int point) {
        if (Character.getType(point) == Character.SURROGATE) {
            return false;
        }
        return switch (kind) {
            case UTF8, UTF16, UTF32 -> true;
            case UTF8_THREE_BYTES, UCS2 -> Character.isBmpCodePoint(point);
            case SINGLE_BYTE -> characters.get(point);
        };
    }

    /** The bytes that a text takes which it holds. */
    public long bytes(String text) {
        return switch (kind) {
            case UTF8, UTF8_THREE_BYTES -> text.codePoints().mapToLong(CharacterFit::utf8Bytes).sum();
            case UCS2, UTF16 -> 2L * text.length();
            case UTF32 -> 4L * text.codePointCount(0, text.length());
            case SINGLE_BYTE -> text.length();
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
