package io.rowmesh.agent.binlog;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.StringJoiner;

/** Texts in their character set, bytes, and members of enums and sets. */
final class TextReading {

    private TextReading() {
    }

    /** @param lengthBytes of the number before it */
    static ValueReader of(Collations charset, int lengthBytes) {
        if (charset == Collations.BINARY) {
            return in -> hex(in.take((int) in.little(lengthBytes)));
        }
        return in -> charset.decode(in.take((int) in.little(lengthBytes)));
    }

    /** binary(n): the log has it without the zeros at its end. */
    static ValueReader fixedBinary(int length) {
        int lengthBytes = length > 255 ? 2 : 1;
        return in -> hex(Arrays.copyOf(in.take((int) in.little(lengthBytes)), length));
    }

    static String hex(byte[] bytes) {
        return "\\x" + HexFormat.of().formatHex(bytes);
    }

    /** Number 0 is what MySQL keeps of a value that was none of the members; it prints as an empty text. */
    static ValueReader enumeration(List<String> members, int bytes) {
        return in -> {
            int number = (int) in.little(bytes);
            return number == 0 ? "" : members.get(number - 1);
        };
    }

    static ValueReader set(List<String> members, int bytes) {
        return in -> {
            long bits = in.little(bytes);
            StringJoiner text = new StringJoiner(",");
            for (int i = 0; i < members.size(); i++) {
                if ((bits >> i & 1) != 0) {
                    text.add(members.get(i));
                }
            }
            return text.toString();
        };
    }
}
