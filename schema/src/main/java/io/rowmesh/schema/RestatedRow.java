package io.rowmesh.schema;

import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * A row that a touch states anew, where an update that changes nothing leaves nothing in the log (MySQL): the message holds the row itself,
 * read under its lock in the same transaction. To whoever reads the log it is an update of the row.
 */
public final class RestatedRow {

    /** Of the message. */
    public static final String PREFIX = "rowmesh.row";

    private RestatedRow() {
    }

    /** @param secret of the node, without spaces */
    public static String content(String secret, RowChange row) {
        return secret + " " + Base64.getEncoder().encodeToString(WireCodec.encodeChunk(List.of(row)));
    }

    /** Empty when somebody else wrote it. */
    public static Optional<RowChange> parse(String content, String secret) {
        return content.startsWith(secret + " ")
                ? Optional.of(WireCodec.decodeChunk(Base64.getDecoder().decode(content.substring(secret.length() + 1))).get(0)) : Optional.empty();
    }
}
