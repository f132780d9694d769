package io.rowmesh.applier.touch;

import io.rowmesh.rules.credible.WrittenKey;
import io.rowmesh.schema.TableId;

import java.util.Optional;

/**
 * What a touch writes into the local log beside its rows: a logical message, which commits and is ordered as a row is, needs no
 * table, and says exactly which keys are touched, also after a restart of the node.
 *
 * @param gone  whether the touch found no row of the key (for a whole table: that it was truncated), so that it stands for a
 *              delete; written after the message that says that the key is touched
 * @param after end of the key's last withheld transaction when the touch was begun (LSN)
 */
public record TouchMessage(WrittenKey key, boolean gone, long after) {

    public static final String PREFIX = "rowmesh.touch";

    /**
     * Lengths in front, as names may hold any character.
     *
     * @param secret of the node, without spaces
     */
    public String content(String secret) {
        String schema = key.table().schema();
        String name = key.table().name();
        return secret + (gone ? " gone " : " touch ") + after + " " + schema.length() + " " + name.length() + " " + schema + name + key.key();
    }

    /** Empty when somebody else wrote it. */
    public static Optional<TouchMessage> parse(String content, String secret) {
        if (!content.startsWith(secret + " ")) {
            return Optional.empty();
        }
        String[] parts = content.substring(secret.length() + 1).split(" ", 5);
        int schema = Integer.parseInt(parts[2]);
        int name = schema + Integer.parseInt(parts[3]);
        TableId table = new TableId(parts[4].substring(0, schema), parts[4].substring(schema, name));
        return Optional.of(new TouchMessage(new WrittenKey(table, parts[4].substring(name)), parts[0].equals("gone"), Long.parseLong(parts[1])));
    }
}
