package io.rowmesh.testbed.simulation;

import io.rowmesh.applier.locking.RowVersions;
import io.rowmesh.applier.write.TableKey;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.Version;

/**
 * The reader of a simulated log that knows when and where each row was last written: a transaction a step, as far as the log is
 * flushed. A node that dies goes on from what it has kept.
 */
final class MemoryVersions implements RowVersions, Actor {

    private static final int KEPT_PER_MILLE = 200;

    private final Region region;
    private final World world;
    private final Database database;
    /** By table and slot the version of the row; 0 for none. */
    private long[][] versions;
    /** How much of the log that stands for. */
    private int position;
    private long[][] kept;
    private int keptPosition;

    MemoryVersions(Region region) {
        this.region = region;
        this.world = region.world;
        this.database = region.database;
        versions = new long[database.tables.length][];
        for (Table table : database.tables) {
            versions[table.number] = new long[table.slots.length];
        }
        kept = copy(versions);
    }

    private static long[][] copy(long[][] of) {
        long[][] copy = of.clone();
        for (int i = 0; i < copy.length; i++) {
            copy[i] = of[i].clone();
        }
        return copy;
    }

    @Override
    public boolean step() {
        if (!region.up || position >= database.flushed) {
            return false;
        }
        read(database.log.get(position));
        position++;
        if (world.choices.perMille(KEPT_PER_MILLE)) {
            kept = copy(versions);
            keptPosition = position;
        }
        return true;
    }

    /** The rows of a transaction as it left them. */
    private void read(DbTransaction written) {
        for (Table table : database.tables) {
            for (int slot = 0; slot < table.slots.length; slot++) {
                boolean removed = false;
                boolean stands = false;
                for (Tuple tuple = table.slots[slot]; tuple != null; tuple = tuple.older) {
                    stands |= tuple.xmin == written && tuple.xmax != written;
                    removed |= tuple.xmax == written;
                }
                if (stands && written.touch != null && world.planted == Fault.READER_MISSES_TOUCHES) {
                    continue;
                }
                if (stands) {
                    versions[table.number][slot] = version(written);
                } else if (removed && world.planted != Fault.READER_KEEPS_DELETED) {
                    versions[table.number][slot] = 0;
                }
            }
        }
    }

    private long version(DbTransaction written) {
        return world.planted == Fault.READER_TAKES_COMMIT_FOR_VERSION ? Versions.of(written.loggedMicros, region.number)
                : Versions.of(written.micros, written.origin);
    }

    @Override
    public void await(long end) {
        if (position < end) {
            throw Blocked.INSTANCE;
        }
    }

    @Override
    public Version of(TableKey key) {
        return version(database.table(key.table()), World.slot(key.key()));
    }

    private Version version(Table table, int slot) {
        long version = versions[table.number][slot];
        return version == 0 ? null : new Version(Versions.micros(version), World.NAMES[Versions.origin(version)]);
    }

    /** It has read the log from its beginning. */
    @Override
    public long sinceMicros(TableId table) {
        return 0;
    }

    /** With the whole node. */
    void stop() {
        versions = copy(kept);
        position = world.planted == Fault.READER_RESTARTS_AHEAD ? position : keptPosition;
    }

    /** Where it knows anything else than the rows that stand. @throws Broken */
    void check() {
        for (Table table : database.tables) {
            for (int slot = 0; slot < table.slots.length; slot++) {
                Tuple row = database.committed(table.slots[slot]);
                long stands = row == null ? 0 : Versions.of(row);
                if (versions[table.number][slot] != stands) {
                    throw new Broken("the reader of region " + region.name + " knows key " + slot + " of " + table.shape.id() + " as "
                            + Versions.text(versions[table.number][slot]) + ", which is " + Versions.text(stands));
                }
            }
        }
    }

    @Override
    public boolean isQuiet() {
        return position >= database.log.size();
    }
}
