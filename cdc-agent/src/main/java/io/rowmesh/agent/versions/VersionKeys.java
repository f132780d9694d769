package io.rowmesh.agent.versions;

import io.rowmesh.schema.TableId;
import io.rowmesh.schema.Version;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Keys and values as they stand on disk. No name holds a zero. */
final class VersionKeys {

    static final byte[] GTIDS = VersionStore.bytes("gtids");
    static final byte[] SERVER = VersionStore.bytes("server");
    static final byte[] SINCE = VersionStore.bytes("since");
    static final byte[] TABLES = VersionStore.bytes("tables");
    /** The set that stands once all of STAGED is moved to its place. */
    static final byte[] MOVING = VersionStore.bytes("moving");
    static final byte[] FIRST = {};
    static final byte[] LAST = {(byte) 0xff};

    private VersionKeys() {
    }

    static byte[] entry(TableId table, String key) {
        return VersionStore.bytes(prefix(table) + key);
    }

    private static String prefix(TableId table) {
        return table.schema() + '\0' + table.name() + '\0';
    }

    static byte[] tableStart(TableId table) {
        return VersionStore.bytes(prefix(table));
    }

    /** Behind all keys of a table. */
    static byte[] tableEnd(TableId table) {
        return VersionStore.bytes(table.schema() + '\0' + table.name() + '\1');
    }

    static byte[] since(TableId table) {
        return VersionStore.bytes("since/" + table.schema() + '\0' + table.name());
    }

    static byte[] number(long number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    }

    static long number(byte[] value) {
        return ByteBuffer.wrap(value).getLong();
    }

    static byte[] version(Version version) {
        byte[] origin = VersionStore.bytes(version.origin());
        return ByteBuffer.allocate(Long.BYTES + origin.length).putLong(version.commitMicros()).put(origin).array();
    }

    static Version version(byte[] value) {
        ByteBuffer in = ByteBuffer.wrap(value);
        long micros = in.getLong();
        return new Version(micros, new String(value, Long.BYTES, value.length - Long.BYTES, StandardCharsets.UTF_8));
    }
}
