package io.rowmesh.applier.mysql;

import io.rowmesh.applier.locking.RowVersions;
import io.rowmesh.applier.write.TableKey;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.Version;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What a test says of rows' versions. */
final class FedVersions implements RowVersions {

    final Map<TableKey, Version> known = new ConcurrentHashMap<>();
    volatile long awaited;

    @Override
    public void await(long position) {
        awaited = position;
    }

    @Override
    public Version of(TableKey key) {
        return known.get(key);
    }

    @Override
    public long sinceMicros(TableId table) {
        return 0;
    }
}
