package io.rowmesh.node.config;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Looks into the schema's own tree. */
final class SchemaNodes {

    private static final JsonNode ROOT = JsonMapper.shared().readTree(ConfigSchema.text());

    private SchemaNodes() {
    }

    static JsonNode root() {
        return ROOT;
    }

    /** The object around the keyword at a pointer such as {@code /$defs/region/pattern}. */
    static JsonNode holderOf(String keywordPointer) {
        return ROOT.at(keywordPointer.substring(0, Math.max(0, keywordPointer.lastIndexOf('/'))));
    }
}
