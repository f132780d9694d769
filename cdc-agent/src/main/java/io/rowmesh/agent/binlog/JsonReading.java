package io.rowmesh.agent.binlog;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Base64;

/** MySQL's binary JSON as MySQL's own text of it. Values are found by their offsets, so gaps after changes in place do no harm. */
final class JsonReading {

    private static final int SMALL_OBJECT = 0;
    private static final int LARGE_OBJECT = 1;
    private static final int SMALL_ARRAY = 2;
    private static final int LARGE_ARRAY = 3;
    private static final int LITERAL = 4;
    private static final int INT16 = 5;
    private static final int UINT16 = 6;
    private static final int INT32 = 7;
    private static final int UINT32 = 8;
    private static final int INT64 = 9;
    private static final int UINT64 = 10;
    private static final int DOUBLE = 11;
    private static final int STRING = 12;
    private static final int OPAQUE = 15;
    private static final int BASE64_LINE = 76;
    /** MySQL writes numbers plainly whose digits before the point are between these (below 0: zeros behind it). */
    private static final int LEAST_WHOLE = -14;
    private static final int MOST_WHOLE = 15;

    private final StringBuilder text = new StringBuilder();

    private JsonReading() {
    }

    /** @param lengthBytes of the number before it */
    static ValueReader reader(int lengthBytes) {
        return in -> {
            int length = (int) in.little(lengthBytes);
            return length == 0 ? "null" : text(in.slice(length));
        };
    }

    private static String text(LogBytes document) {
        JsonReading reading = new JsonReading();
        int type = document.u8();
        reading.value(type, document.from(0));
        return reading.text.toString();
    }

    private void value(int type, LogBytes at) {
        switch (type) {
            case SMALL_OBJECT -> container(at, true, 2);
            case LARGE_OBJECT -> container(at, true, 4);
            case SMALL_ARRAY -> container(at, false, 2);
            case LARGE_ARRAY -> container(at, false, 4);
            case LITERAL -> text.append(literal(at.u8()));
            case INT16 -> text.append(at.signed(2));
            case UINT16 -> text.append(at.little(2));
            case INT32 -> text.append(at.signed(4));
            case UINT32 -> text.append(at.little(4));
            case INT64 -> text.append(at.signed(8));
            case UINT64 -> text.append(Long.toUnsignedString(at.little(8)));
            case DOUBLE -> text.append(number(Double.longBitsToDouble(at.little(8))));
            case STRING -> quote(at.utf8(length(at)));
            case OPAQUE -> opaque(at);
            default -> throw BinlogException.lasting("a JSON value of unknown kind " + type);
        }
    }

    private static String literal(int which) {
        return switch (which) {
            case 1 -> "true";
            case 2 -> "false";
            default -> "null";
        };
    }

    /** @param width of its numbers and offsets, bytes */
    private void container(LogBytes at, boolean object, int width) {
        LogBytes start = at.from(0);
        int count = (int) at.little(width);
        at.skip(width);
        LogBytes keys = at.from(0);
        if (object) {
            at.skip(count * (width + 2));
        }
        text.append(object ? '{' : '[');
        for (int i = 0; i < count; i++) {
            text.append(i == 0 ? "" : ", ");
            if (object) {
                LogBytes key = start.from((int) keys.little(width));
                quote(key.utf8((int) keys.little(2)));
                text.append(": ");
            }
            element(start, at, width);
        }
        text.append(object ? '}' : ']');
    }

    /** Small values stand in the place of their offset. */
    private void element(LogBytes start, LogBytes at, int width) {
        int type = at.u8();
        boolean inline = type == LITERAL || type == INT16 || type == UINT16 || width == 4 && (type == INT32 || type == UINT32);
        if (inline) {
            value(type, at.slice(width));
        } else {
            value(type, start.from((int) at.little(width)));
        }
    }

    /** Seven bits a byte, the lowest first. */
    private static int length(LogBytes at) {
        int length = 0;
        for (int shift = 0; ; shift += 7) {
            int next = at.u8();
            length |= (next & 0x7f) << shift;
            if (next < 0x80) {
                return length;
            }
        }
    }

    private void opaque(LogBytes at) {
        int type = at.u8();
        int length = length(at);
        LogBytes content = at.slice(length);
        switch (type) {
            case ColumnTypes.NEWDECIMAL -> text.append(NumberReading.decimal(content.u8(), content.u8()).read(content));
            case ColumnTypes.DATE -> quote(TimeReading.dateOf(content.little(8)));
            case ColumnTypes.DATETIME, ColumnTypes.TIMESTAMP -> quote(TimeReading.datetime(content.little(8), 6));
            case ColumnTypes.TIME -> quote(TimeReading.timeOf(content.little(8)));
            default -> text.append("\"base64:type").append(type).append(':').append(base64(content.take(length))).append('"');
        }
    }

    private static String base64(byte[] bytes) {
        return Base64.getMimeEncoder(BASE64_LINE, new byte[] {'\n'}).encodeToString(bytes).replace("\n", "\\n");
    }

    static String number(double value) {
        if (value == 0) {
            return 1 / value < 0 ? "-0.0" : "0.0";
        }
        BigDecimal size = shortest(Math.abs(value));
        int digits = size.precision();
        int whole = digits - size.scale();
        boolean plain = whole >= LEAST_WHOLE && (whole <= MOST_WHOLE || digits > whole);
        String text = !plain ? NumberReading.scientific(size) : size.scale() <= 0 ? size.toPlainString() + ".0" : size.toPlainString();
        return value < 0 ? "-" + text : text;
    }

    /** The fewest digits that read back as the number, also such as lie exactly between two. */
    private static BigDecimal shortest(double size) {
        BigDecimal exact = new BigDecimal(size);
        int precision = 1;
        while (rounded(exact, precision).doubleValue() != size) {
            precision++;
        }
        return rounded(exact, precision).stripTrailingZeros();
    }

    private static BigDecimal rounded(BigDecimal exact, int precision) {
        return exact.round(new MathContext(precision, RoundingMode.HALF_EVEN));
    }

    private void quote(String string) {
        text.append('"');
        for (int i = 0; i < string.length(); i++) {
            char c = string.charAt(i);
            switch (c) {
                case '"', '\\' -> text.append('\\').append(c);
                case '\b' -> text.append("\\b");
                case '\t' -> text.append("\\t");
                case '\n' -> text.append("\\n");
                case '\f' -> text.append("\\f");
                case '\r' -> text.append("\\r");
                default -> text.append(c < ' ' ? String.format("\\u%04x", (int) c) : c);
            }
        }
        text.append('"');
    }
}
