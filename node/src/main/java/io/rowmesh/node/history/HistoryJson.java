package io.rowmesh.node.history;

import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** What is read here as JSON, for programs. */
public final class HistoryJson {

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY).enable(SerializationFeature.INDENT_OUTPUT).build();

    private HistoryJson() {
    }

    public static String write(Object value) {
        return MAPPER.writeValueAsString(value) + "\n";
    }
}
