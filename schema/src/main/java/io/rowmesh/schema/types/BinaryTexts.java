package io.rowmesh.schema.types;

import java.util.Map;
import java.util.regex.Pattern;

/** Bytes ({@code \x} and lower hex), bit strings, booleans and uuids. */
final class BinaryTexts {

    private static final Map<String, Long> MYSQL_BYTES = Map.of(
            "mysql:tinyblob", 255L, "mysql:blob", 65_535L, "mysql:mediumblob", 16_777_215L, "mysql:longblob", 4_294_967_295L);
    private static final Pattern UUID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    private static final int UUID_BYTES = 16;

    private BinaryTexts() {
    }

    /** MySQL fills binary(n) with zero bytes up to its length, so what is shorter does not go in. */
    static String bytes(String text, Converter.Pair pair) throws ValueMisfit {
        TypeName target = pair.target();
        long bytes = bytes(text);
        if (target.pattern().equals("mysql:binary(n)") && bytes != target.number(0)) {
            throw ValueMisfit.of("is not " + target.number(0) + " bytes long");
        }
        long most = target.numbers().isEmpty() ? MYSQL_BYTES.getOrDefault(target.pattern(), Long.MAX_VALUE) : target.number(0);
        if (bytes > most) {
            throw ValueMisfit.of("is longer than " + most + " bytes");
        }
        return text;
    }

    private static long bytes(String text) {
        return (text.length() - 2) / 2;
    }

    /** Both databases would cut off or fill up what has another length. */
    static String bits(String text, Converter.Pair pair) throws ValueMisfit {
        if (pair.target().numbers().isEmpty()) {
            return text;
        }
        int length = pair.target().number(0);
        boolean varying = pair.target().pattern().equals("bit varying(n)");
        if (varying ? text.length() > length : text.length() != length) {
            throw ValueMisfit.of("is not " + (varying ? "at most " : "") + length + " bits long");
        }
        return text;
    }

    /** 0 or 1 into a boolean. */
    static String toBoolean(String text, Converter.Pair pair) throws ValueMisfit {
        return switch (text) {
            case "0" -> "f";
            case "1" -> "t";
            default -> throw ValueMisfit.of("is neither 0 nor 1");
        };
    }

    /** 0 or 1 into a single bit. */
    static String bit(String text, Converter.Pair pair) throws ValueMisfit {
        if (!text.equals("0") && !text.equals("1")) {
            throw ValueMisfit.of("is neither 0 nor 1");
        }
        return text;
    }

    /** A boolean into 0 or 1. */
    static String ofBoolean(String text, Converter.Pair pair) {
        return text.equals("t") ? "1" : "0";
    }

    /** A uuid into a text, or a text into a uuid, which is not written with upper case, braces or without its dashes. */
    static String uuid(String text, Converter.Pair pair) throws ValueMisfit {
        if (!UUID.matcher(text).matches()) {
            throw ValueMisfit.of("is no uuid in lower case with dashes");
        }
        return text;
    }

    /** A uuid into its 16 bytes, in the order of its text. */
    static String uuidToBytes(String text, Converter.Pair pair) {
        return "\\x" + text.replace("-", "");
    }

    /** 16 bytes into a uuid. */
    static String bytesToUuid(String text, Converter.Pair pair) throws ValueMisfit {
        if (bytes(text) != UUID_BYTES) {
            throw ValueMisfit.of("is not " + UUID_BYTES + " bytes long");
        }
        String hex = text.substring(2);
        return String.join("-", hex.substring(0, 8), hex.substring(8, 12), hex.substring(12, 16), hex.substring(16, 20), hex.substring(20));
    }
}
