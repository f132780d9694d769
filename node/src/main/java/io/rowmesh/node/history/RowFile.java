package io.rowmesh.node.history;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** A row that a person wrote down: a JSON object of column to value, or {@code null} for no row. */
public final class RowFile {

    private static final JsonMapper JSON = JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.USE_BIG_INTEGER_FOR_INTS).enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

    private RowFile() {
    }

    /**
     * The texts by column, null for SQL NULL; null for no row.
     *
     * @throws IllegalStateException with a sentence when the file cannot be read so
     */
    public static Map<String, String> read(Path file) {
        try {
            return texts(file, JSON.readTree(Files.readString(file)));
        } catch (IOException e) {
            throw new IllegalStateException("the file " + file + " cannot be read (--with takes local, remote or a file): " + e.getMessage(), e);
        } catch (JacksonException e) {
            throw new IllegalStateException(file + " is no JSON: " + e.getOriginalMessage(), e);
        }
    }

    private static Map<String, String> texts(Path file, JsonNode row) {
        if (row.isNull()) {
            return null;
        }
        if (!row.isObject()) {
            throw new IllegalStateException(file + " must hold a JSON object of column to value, or null for no row");
        }
        Map<String, String> texts = new LinkedHashMap<>();
        row.properties().forEach(column -> texts.put(column.getKey(), text(file, column.getKey(), column.getValue())));
        return texts;
    }

    private static String text(Path file, String column, JsonNode value) {
        if (value.isNull()) {
            return null;
        }
        if (value.isObject() && value.has("sha256")) {
            throw new IllegalStateException(file + ": column " + column + " holds a hash from the history, not a value");
        }
        return value.isContainer() ? value.toString() : value.isBigDecimal() ? value.decimalValue().toPlainString() : value.asString();
    }
}
