package io.rowmesh.schema.types;

import io.rowmesh.schema.TableShape;

import java.util.Map;

/**
 * The local table, as a translation has to know it.
 *
 * @param shape      as local row changes carry it
 * @param characters what the character sets of its text columns hold, by column; a column that is not named holds everything
 */
public record LocalColumns(TableShape shape, Map<String, CharacterFit> characters) {

    public LocalColumns {
        characters = Map.copyOf(characters);
    }

    /** A table whose texts hold every character. */
    public static LocalColumns of(TableShape shape) {
        return new LocalColumns(shape, Map.of());
    }

    CharacterFit characters(String column) {
        return characters.getOrDefault(column, CharacterFit.UNICODE);
    }
}
