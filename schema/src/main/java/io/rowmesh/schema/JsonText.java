package io.rowmesh.schema;

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
}
