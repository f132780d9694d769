package io.rowmesh.node.admin;

import io.rowmesh.schema.Version;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

import java.util.Optional;

/** The version of a row as JSON and back; without members when it is not known. */
final class VersionJson {

    private record Written(Long commitMicros, String origin) {
    }

    private VersionJson() {
    }

    /** @param version null when it is not known */
    static String write(Version version) {
        return JsonMapper.shared().writeValueAsString(version == null ? new Written(null, null) : new Written(version.commitMicros(), version.origin()))
                + "\n";
    }

    /** Throws IllegalArgumentException when the text is no version. */
    static Optional<Version> read(String json) {
        try {
            Written written = JsonMapper.shared().readValue(json, Written.class);
            return written.commitMicros() == null ? Optional.empty() : Optional.of(new Version(written.commitMicros(), written.origin()));
        } catch (JacksonException e) {
            throw new IllegalArgumentException("not a version: " + e.getOriginalMessage(), e);
        }
    }
}
