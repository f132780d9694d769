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
    /** Whole numbers of so many bits are doubles. */
    private static final int DOUBLE_BITS = 53;
    private static final int LARGEST_POWER = 308;
    /** Powers of ten up to this one are doubles. */
    private static final int EXACT_POWER = 22;
    /** A double has no zeros at its end, but for 1.0. */
    private static final Pattern DECIMAL = Pattern.compile("-?\\d+\\.\\d+0");
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
                checkNotOpaque(string);
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

    /** MySQL's document into MySQL's: what it writes it does not read exactly in every case. */
    static String betweenMySql(String text, Converter.Pair pair) throws ValueMisfit {
        return JsonScan.copy(text, MYSQL_LEVELS, new JsonScan.Judge() {
            @Override
            public String number(String number) throws ValueMisfit {
                if (DECIMAL.matcher(number).matches()) {
                    throw ValueMisfit.of("has a decimal number with zeros at its end, which MySQL reads without them");
                }
                return mySqlNumber(number);
            }

            @Override
            public void string(String string, boolean key) throws ValueMisfit {
                checkNotOpaque(string);
            }
        });
    }

    private static void checkNotOpaque(String string) throws ValueMisfit {
        if (OPAQUE.matcher(string).matches()) {
            throw ValueMisfit.of("has a binary value, which MySQL would read as a string");
        }
    }

    /** A whole number as it is; any other so that MySQL reads the double whose shortest decimal it is. */
    private static String mySqlNumber(String number) throws ValueMisfit {
        BigDecimal value = new BigDecimal(number);
        boolean written = number.chars().allMatch(c -> c == '-' || c >= '0' && c <= '9');
        if (written && MYSQL_WHOLE.holds(new BigInteger(number))) {
            return number;
        }
        if (value.signum() == 0) {
            return number.startsWith("-") ? "-0.0" : "0.0";
        }
        double nearest = value.doubleValue();
        BigDecimal digits = value.stripTrailingZeros();
        boolean kept = Double.isFinite(nearest) && FloatTexts.shortest(nearest).compareTo(value) == 0;
        if (!kept || !mySqlReads(digits, nearest)) {
            throw ValueMisfit.of("has a number with more digits than MySQL keeps and reads exactly");
        }
        boolean plain = value.scale() > 0 && value.scale() <= EXACT_POWER && value.unscaledValue().bitLength() <= DOUBLE_BITS;
        return plain ? number : scientific(digits);
    }

    /**
     * Whether MySQL's reader of JSON (RapidJSON in its fast mode, tried) finds the nearest double: it takes the digits as a whole number and multiplies or
     * divides that by a power of ten, and rounds each time.
     */
    private static boolean mySqlReads(BigDecimal digits, double nearest) {
        BigInteger significand = digits.unscaledValue();
        int exponent = -digits.scale();
        if (significand.bitLength() > DOUBLE_BITS) {
            return false;
        }
        double scaled = significand.doubleValue();
        if (exponent < -LARGEST_POWER) {
            scaled /= power(LARGEST_POWER);
            exponent += LARGEST_POWER;
        }
        return (exponent < 0 ? scaled / power(-exponent) : scaled * power(exponent)) == nearest;
    }

    private static double power(int exponent) {
        return Double.parseDouble("1e" + exponent);
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
