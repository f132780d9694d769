package io.rowmesh.node.history;

import io.rowmesh.applier.write.LocalDatabase;
import io.rowmesh.schema.TableId;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** Tables and keys as people write them on a command line. */
public final class Names {

    private Names() {
    }

    /**
     * The table called {@code schema.name}, or {@code name} alone where only one schema has it.
     *
     * @throws IllegalStateException with a sentence when there is none, or several
     */
    public static TableId table(LocalDatabase database, Connection connection, String text) throws SQLException {
        List<TableId> found = database.tables(connection, text);
        if (found.isEmpty()) {
            throw new IllegalStateException("there is no table " + text + " in this database; write it as schema.table");
        }
        if (found.size() > 1 && !found.get(0).toString().equals(text)) {
            throw new IllegalStateException("several tables are called " + text + ": " + found + "; write it as schema.table");
        }
        return found.get(0);
    }

    /** The texts of a key's columns: a JSON array of them, or for a key of one column the text itself. */
    public static List<String> key(String text, int columns) {
        try {
            JsonNode array = text.stripLeading().startsWith("[") ? JsonMapper.shared().readTree(text) : null;
            if (array != null && array.isArray() && array.size() == columns && array.valueStream().allMatch(JsonNode::isValueNode)) {
                return array.valueStream().map(JsonNode::asString).toList();
            }
        } catch (JacksonException e) {
            if (columns != 1) {
                throw new IllegalStateException("the key " + text + " is no JSON array: " + e.getOriginalMessage(), e);
            }
        }
        if (columns != 1) {
            throw new IllegalStateException("the key has " + columns + " columns: write it as a JSON array of as many texts, such as"
                    + " '[\"7\", \"eu\"]'");
        }
        return List.of(text);
    }
}
