package io.rowmesh.node.admin;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** The status report as JSON and back. */
public final class StatusJson {

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY).enable(SerializationFeature.INDENT_OUTPUT).build();

    private StatusJson() {
    }

    public static String write(StatusReport report) {
        return MAPPER.writeValueAsString(report) + "\n";
    }

    /** Throws IllegalArgumentException when the text is not a status report. */
    public static StatusReport read(String json) {
        try {
            return MAPPER.readValue(json, StatusReport.class);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("not a status report: " + e.getOriginalMessage(), e);
        }
    }
}
