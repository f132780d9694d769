package io.rowmesh.testbed.simulation;

import io.rowmesh.applier.locking.RowVersions;
import io.rowmesh.applier.write.TableKey;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.Version;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a region's reader knows, as one session asks it: in the right order, unless a planted fault asks too early. */
final class PlantedVersions implements RowVersions {

    private final World world;
    private final Database database;
    private final MemoryVersions reader;
    /** For planted faults: where the log ended, and what was known, before rows were locked. */
    private long early;
    private final Map<TableKey, Version> known = new HashMap<>();

    PlantedVersions(Region region) {
        this.world = region.world;
        this.database = region.database;
        this.reader = region.reader;
    }

    private boolean is(Fault fault) {
        return world.planted == fault;
    }

    /** Called before rows are locked; may have to wait. */
    void beforeLock(TableId table, List<String> keys) {
        if (is(Fault.LOG_END_BEFORE_LOCK)) {
            early = database.log.size();
        }
        if (is(Fault.VERSIONS_BEFORE_LOCK)) {
            reader.await(database.log.size());
            keys.forEach(key -> known.put(new TableKey(table, key), reader.of(new TableKey(table, key))));
        }
    }

    long logEnd() {
        return is(Fault.LOG_END_BEFORE_LOCK) ? early : database.log.size();
    }

    @Override
    public void await(long position) {
        if (!is(Fault.VERSIONS_BEFORE_LOCK) && !is(Fault.VERSIONS_NOT_AWAITED)) {
            reader.await(position);
        }
    }

    @Override
    public Version of(TableKey key) {
        return is(Fault.VERSIONS_BEFORE_LOCK) ? known.get(key) : reader.of(key);
    }

    @Override
    public long sinceMicros(TableId table) {
        return reader.sinceMicros(table);
    }
}
