package io.rowmesh.schema.types;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.regex.Pattern;

/**
 * JSON documents. MySQL keeps whole numbers of 64 bits and other numbers in double precision; jsonb keeps decimals of any length.
 * Neither keeps the order of keys, spaces, or a key that is there twice, and both say so when they read it.
 */
final class JsonTexts {

    private static final NumberTexts.Range MYSQL_WHOLE = new NumberTexts.Range(
            NumberTexts.Range.signed(64).least(), NumberTexts.Range.unsigned(64).most());
    private static final int MYSQL_LEVELS = 100;
    private static final int MYSQL_KEY_BYTES = 65_535;
    /** How MySQL writes what has no JSON form, such as a blob or a bit string that a function put into a document. */
    private static final Pattern OPAQUE = Pattern.compile("base64:type\\d+:.*", Pattern.DOTALL);

    private JsonTexts() {
    }

    /** MySQL's document into jsonb. */
    static String toJsonb(String text, Converter.Pair pair) throws ValueMisfit {
        return JsonScan.copy(text, Integer.MAX_VALUE, new JsonScan.Judge() {
            @Override
            public String number(String number) throws ValueMisfit {
                if (number.startsWith("-") && new BigDecimal(number).signum() == 0) {
                    throw ValueMisfit.of("has a number -0, which jsonb writes as 0");
                }
                return number;
            }

            @Override
            public void string(String string, boolean key) throws ValueMisfit {
                if (hasNul(string)) {
                    throw ValueMisfit.of("has a string with the character NUL, which jsonb does not hold");
                }
                if (OPAQUE.matcher(string).matches()) {
                    throw ValueMisfit.of("has a binary value, which only MySQL's documents hold");
                }
            }
        });
    }

    /** jsonb into MySQL's document. */
    static String toMySql(String text, Converter.Pair pair) throws ValueMisfit {
        return JsonScan.copy(text, MYSQL_LEVELS, new JsonScan.Judge() {
            @Override
            public String number(String number) throws ValueMisfit {
                return mySqlNumber(number);
            }

            @Override
            public void string(String string, boolean key) throws ValueMisfit {
                if (key && JsonScan.bytesAtMost(string) > MYSQL_KEY_BYTES) {
                    throw ValueMisfit.of("has a key of more than " + MYSQL_KEY_BYTES + " bytes");
                }
            }
        });
    }

    /** A whole number as it is; any other so that MySQL reads the double whose shortest decimal it is. */
    private static String mySqlNumber(String number) throws ValueMisfit {
        BigDecimal value = new BigDecimal(number);
        boolean written = number.chars().allMatch(c -> c == '-' || c >= '0' && c <= '9');
        if (written && MYSQL_WHOLE.holds(new BigInteger(number))) {
            return number;
        }
        double nearest = value.doubleValue();
        if (Double.isInfinite(nearest) || FloatTexts.shortest(nearest).compareTo(value) != 0) {
            throw ValueMisfit.of("has a number with more digits than MySQL's documents keep");
        }
        return value.signum() == 0 ? "0.0" : scientific(value.stripTrailingZeros());
    }

    private static String scientific(BigDecimal digits) {
        int exponent = digits.precision() - digits.scale() - 1;
        return digits.movePointLeft(exponent).toPlainString() + "e" + exponent;
    }

    /** A text that is a JSON document stands in PostgreSQL's json as it is. */
    static String checked(String text, Converter.Pair pair) throws ValueMisfit {
        JsonScan.copy(text, Integer.MAX_VALUE, new JsonScan.Judge() {
            @Override
            public String number(String number) {
                return number;
            }

            @Override
            public void string(String string, boolean key) {
                // PostgreSQL's json keeps every string as it is written.
            }
        });
        return text;
    }

    /** Whether \u0000 stands in it as an escape, and not behind an escaped backslash. */
    private static boolean hasNul(String string) {
        for (int i = string.indexOf('\\'); i >= 0; i = string.indexOf('\\', i + 2)) {
            if (string.startsWith("u0000", i + 1)) {
                return true;
            }
        }
        return false;
    }
}
