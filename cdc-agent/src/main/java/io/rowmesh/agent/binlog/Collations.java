package io.rowmesh.agent.binlog;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.util.Arrays;
import java.util.Locale;

/** MySQL's character sets, by the numbers of their collations, as far as their texts can be read exactly. */
enum Collations {

    BINARY(1, "ISO-8859-1", new int[][] {{63, 63}}),
    ASCII(1, "US-ASCII", new int[][] {{11, 11}, {65, 65}}),
    /** Windows' 1252, with controls where that has holes. */
    LATIN1(1, "windows-1252", new int[][] {{5, 5}, {8, 8}, {15, 15}, {31, 31}, {47, 49}, {94, 94}}),
    LATIN2(1, "ISO-8859-2", new int[][] {{2, 2}, {9, 9}, {21, 21}, {27, 27}, {77, 77}}),
    LATIN5(1, "ISO-8859-9", new int[][] {{30, 30}, {78, 78}}),
    LATIN7(1, "ISO-8859-13", new int[][] {{20, 20}, {41, 42}, {79, 79}}),
    CP1250(1, "windows-1250", new int[][] {{26, 26}, {34, 34}, {44, 44}, {66, 66}, {99, 99}}),
    CP1251(1, "windows-1251", new int[][] {{14, 14}, {23, 23}, {50, 52}}),
    CP1256(1, "windows-1256", new int[][] {{57, 57}, {67, 67}}),
    CP1257(1, "windows-1257", new int[][] {{29, 29}, {58, 59}}),
    CP850(1, "IBM850", new int[][] {{4, 4}, {80, 80}}),
    CP852(1, "IBM852", new int[][] {{40, 40}, {81, 81}}),
    KOI8R(1, "KOI8-R", new int[][] {{7, 7}, {74, 74}}),
    UTF8MB3(3, "UTF-8", new int[][] {{33, 33}, {76, 76}, {83, 83}, {192, 223}}),
    UTF8MB4(4, "UTF-8", new int[][] {{45, 46}, {224, 247}, {255, 323}}),
    UCS2(2, "UTF-16BE", new int[][] {{35, 35}, {90, 90}, {128, 151}, {159, 159}}),
    UTF16(4, "UTF-16BE", new int[][] {{54, 55}, {101, 124}}),
    UTF16LE(4, "UTF-16LE", new int[][] {{56, 56}, {62, 62}}),
    UTF32(4, "UTF-32BE", new int[][] {{60, 61}, {160, 183}});

    private final int bytesPerCharacter;
    /** Java's name; the rarer ones are not in every Java. */
    private final String javaName;
    /** First and last number of each range of collations. */
    private final int[][] numbers;

    Collations(int bytesPerCharacter, String javaName, int[][] numbers) {
        this.bytesPerCharacter = bytesPerCharacter;
        this.javaName = javaName;
        this.numbers = numbers;
    }

    /** The character set of a collation; null when its texts cannot be read exactly. */
    static Collations of(int collation) {
        return Arrays.stream(values()).filter(set -> set.has(collation) && Charset.isSupported(set.javaName)).findFirst().orElse(null);
    }

    private boolean has(int collation) {
        return Arrays.stream(numbers).anyMatch(range -> range[0] <= collation && collation <= range[1]);
    }

    /** At most so many in one character. */
    int bytesPerCharacter() {
        return bytesPerCharacter;
    }

    /** @throws BinlogException when the bytes are no text of this character set */
    String decode(byte[] bytes) {
        try {
            return strictly(bytes).toString();
        } catch (CharacterCodingException e) {
            if (this == LATIN1) {
                return withControls(bytes);
            }
            throw BinlogException.lasting("the log has bytes that are no text in " + name().toLowerCase(Locale.ROOT)
                    + ": correct the row, or leave its table out of the configuration");
        }
    }

    private CharBuffer strictly(byte[] bytes) throws CharacterCodingException {
        return Charset.forName(javaName).newDecoder().onMalformedInput(CodingErrorAction.REPORT).onUnmappableCharacter(CodingErrorAction.REPORT)
                .decode(ByteBuffer.wrap(bytes));
    }

    private String withControls(byte[] bytes) {
        String text = new String(bytes, Charset.forName(javaName));
        StringBuilder exact = new StringBuilder(text);
        for (int i = 0; i < bytes.length; i++) {
            if (text.charAt(i) == '\ufffd') {
                exact.setCharAt(i, (char) (bytes[i] & 0xff));
            }
        }
        return exact.toString();
    }
}
