package io.rowmesh.node;

import io.rowmesh.agent.capture.CaptureOptions;
import io.rowmesh.agent.versions.VersionReader;
import io.rowmesh.applier.locking.RowVersions;
import io.rowmesh.applier.write.TableKey;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.Version;

import java.sql.SQLException;

/** Joins the lanes to the reader of the log. */
record ReadVersions(VersionReader reader, String server) implements RowVersions {

    @Override
    public void await(long position) throws SQLException {
        reader.await(server, position);
    }

    @Override
    public Version of(TableKey key) {
        return reader.of(key.table(), key.key());
    }

    @Override
    public long definitions() {
        return reader.definitions();
    }

    /** A region's heartbeat row is its own node's alone, so a later one may be written over whatever stands. */
    @Override
    public long sinceMicros(TableId table) {
        return table.equals(CaptureOptions.HEARTBEAT) ? Long.MIN_VALUE : reader.sinceMicros(table);
    }
}
