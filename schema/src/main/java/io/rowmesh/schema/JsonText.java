package io.rowmesh.schema;

import java.util.ArrayList;
import java.util.List;

/** Texts as JSON strings (RFC 8259), the one way in which rowmesh writes them: keys are compared by these texts. */
public final class JsonText {

    private JsonText() {
    }

    /** Appends the text in double quotes. */
    public static void quote(StringBuilder json, String text) {
        json.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < 0x20) {
                json.append(String.format("\\u%04x", (int) c));
            } else {
                json.append(c);
            }
        }
        json.append('"');
    }

    /** The texts of an array that was written so, with nothing but commas between them. */
    public static List<String> strings(String array) {
        List<String> texts = new ArrayList<>();
        StringBuilder text = null;
        for (int i = 0; i < array.length(); i++) {
            char c = array.charAt(i);
            if (c == '"') {
                if (text != null) {
                    texts.add(text.toString());
                }
                text = text == null ? new StringBuilder() : null;
            } else if (text != null && c != '\\') {
                text.append(c);
            } else if (text != null && array.charAt(i + 1) == 'u') {
                text.append((char) Integer.parseInt(array.substring(i + 2, i + 6), 16));
                i += 5;
            } else if (text != null) {
                text.append(array.charAt(++i));
            }
        }
        return texts;
    }
}
