package io.rowmesh.applier.history;

import io.rowmesh.schema.JsonText;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.TableId;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.function.BiPredicate;

/**
 * A row as the history keeps it: a JSON object of column to exact text, or null. What is private, or very long, is an object
 * {@code {"sha256": ...}} instead, which tells equal values from different ones and no more; a value itself is always a string
 * or null, so the two are never mistaken. A column whose value nobody had is left out.
 */
public final class RowJson {

    /** Longer texts are kept by their digest and length: the history must not grow as the largest value does. */
    static final int LONGEST = 256 << 10;

    private final BiPredicate<TableId, String> isPrivate;
    private final byte[] salt;

    /**
     * @param isPrivate whether a column's values must not stand in the history
     * @param salt      goes before a value that is hashed; of this database alone
     */
    public RowJson(BiPredicate<TableId, String> isPrivate, String salt) {
        this.isPrivate = isPrivate;
        this.salt = salt.getBytes(StandardCharsets.UTF_8);
    }

    /** Null for no row. */
    public String text(TableId table, NamedRow row) {
        if (row == null) {
            return null;
        }
        StringBuilder json = new StringBuilder("{");
        for (int i = 0; i < row.columns().size(); i++) {
            if (!row.values().isAbsent(i)) {
                json.append(json.length() > 1 ? ", " : "");
                JsonText.quote(json, row.columns().get(i));
                json.append(": ");
                value(json, row.values(), i, isPrivate.test(table, row.columns().get(i)));
            }
        }
        return json.append('}').toString();
    }

    private void value(StringBuilder json, Row values, int position, boolean hidden) {
        String text = values.get(position);
        if (text == null) {
            json.append("null");
        } else if (hidden) {
            json.append("{\"sha256\": \"").append(digest(text)).append("\"}");
        } else if (text.length() > LONGEST) {
            json.append("{\"sha256\": \"").append(digest(text)).append("\", \"length\": ").append(text.length()).append('}');
        } else {
            JsonText.quote(json, text);
        }
    }

    private String digest(String text) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            sha.update(salt);
            return HexFormat.of().formatHex(sha.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }
}
