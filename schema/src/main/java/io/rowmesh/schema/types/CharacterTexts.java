package io.rowmesh.schema.types;

import java.util.Map;

/** Character strings. They keep every character and every space, or are refused. */
final class CharacterTexts {

    /** Bytes that MySQL's texts hold, by type. */
    private static final Map<String, Long> MYSQL_BYTES = Map.of(
            "mysql:tinytext", 255L, "mysql:text", 65_535L, "mysql:mediumtext", 16_777_215L, "mysql:longtext", 4_294_967_295L);

    private CharacterTexts() {
    }

    static boolean isText(TypeName type) {
        return type.pattern().equals("mysql:char(n)") || type.pattern().equals("mysql:varchar(n)") || MYSQL_BYTES.containsKey(type.pattern());
    }

    /** Between columns of the same type, which may have different character sets. */
    static String same(String text, Converter.Pair pair) throws ValueMisfit {
        return convert(text, pair);
    }

    /** Spaces at the end of a char mean nothing and stay behind; where only the target does not keep them, such a text is not taken. */
    static String convert(String text, Converter.Pair pair) throws ValueMisfit {
        TypeName target = pair.target();
        String value = pair.source().pattern().equals("character(n)") || pair.source().pattern().equals("mysql:char(n)")
                ? withoutSpacesAtEnd(text) : text;
        checkCharacters(value, pair);
        checkLength(value, pair);
        return switch (target.pattern()) {
            case "mysql:char(n)" -> withoutLosingSpaces(value);
            case "character(n)" -> padded(withoutLosingSpaces(value), target.number(0));
            default -> value;
        };
    }

    private static void checkCharacters(String value, Converter.Pair pair) throws ValueMisfit {
        if (!pair.target().mySql() && value.indexOf('\0') >= 0) {
            throw ValueMisfit.of("holds the character NUL, which no text of PostgreSQL holds");
        }
        if (!pair.characters().holds(value)) {
            throw ValueMisfit.of("holds a character that the column's character set " + pair.characters().name() + " lacks");
        }
    }

    private static void checkLength(String value, Converter.Pair pair) throws ValueMisfit {
        TypeName target = pair.target();
        if (!target.numbers().isEmpty() && value.codePointCount(0, value.length()) > target.number(0)) {
            throw ValueMisfit.of("is longer than " + target.number(0) + " characters");
        }
        Long most = MYSQL_BYTES.get(target.pattern());
        if (most != null && pair.characters().bytes(value) > most) {
            throw ValueMisfit.of("takes more than " + most + " bytes in the column's character set " + pair.characters().name());
        }
    }

    private static String withoutLosingSpaces(String value) throws ValueMisfit {
        if (value.endsWith(" ")) {
            throw ValueMisfit.of("ends with a space, which the type does not keep");
        }
        return value;
    }

    private static String padded(String value, int characters) {
        return value + " ".repeat(characters - value.codePointCount(0, value.length()));
    }

    static String withoutSpacesAtEnd(String text) {
        int end = text.length();
        while (end > 0 && text.charAt(end - 1) == ' ') {
            end--;
        }
        return text.substring(0, end);
    }
}
