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

    /**
     * The texts of an array that {@link #quote} wrote.
     *
     * @throws IllegalArgumentException for any other text
     */
    public static List<String> strings(String array) {
        List<String> texts = new ArrayList<>();
        try {
            int at = 1;
            while (array.charAt(at) == '"') {
                StringBuilder text = new StringBuilder();
                at = unquote(array, at + 1, text);
                texts.add(text.toString());
                at += array.charAt(at) == ',' ? 1 : 0;
            }
            if (array.charAt(0) == '[' && array.charAt(at) == ']' && at == array.length() - 1) {
                return texts;
            }
        } catch (IndexOutOfBoundsException | NumberFormatException e) {
            throw new IllegalArgumentException("no array of texts: " + array, e);
        }
        throw new IllegalArgumentException("no array of texts: " + array);
    }

    /** @return where it goes on behind the closing quotation mark */
    private static int unquote(String json, int from, StringBuilder text) {
        int at = from;
        while (json.charAt(at) != '"') {
            if (json.charAt(at) != '\\') {
                text.append(json.charAt(at++));
            } else if (json.charAt(at + 1) == 'u') {
                text.append((char) Integer.parseInt(json.substring(at + 2, at + 6), 16));
                at += 6;
            } else {
                text.append(json.charAt(at + 1));
                at += 2;
            }
        }
        return at + 1;
    }
}
