package io.rowmesh.testbed.simulation;

import io.rowmesh.schema.Row;
import io.rowmesh.rules.credible.WrittenKey;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * A database with PostgreSQL's semantics under read committed, as far as the protocol can meet them: row versions, snapshots,
 * row and table locks, deadlocks, commit timestamps taken in the commit path after the last lock, a commit that is in the log
 * before others see it, and a log of which only a flushed part outlives a crash.
 *
 * <p>Or with MySQL's: whoever locks or writes a row waits for its holder and then has what was committed last ({@link #held}), a
 * transaction takes its timestamp as it is put into the log, and is durable there before anybody sees it.
 */
final class Database {

    final World world;
    final int region;
    /** Whether it behaves as MySQL does. */
    final boolean mySql;
    final Table[] tables;
    /** Committed (or committing) transactions in the order of their commit records. */
    final List<DbTransaction> log = new ArrayList<>();
    /** How many of them are durable. */
    int flushed;
    final List<DbTransaction> open = new ArrayList<>();
    /** Commits under way whose client is gone. */
    final List<DbTransaction> orphans = new ArrayList<>();
    final ProgressRows progress;
    /** Microseconds by which its clock differs from true time. */
    long skew;
    /** Microseconds by which its clock is wrong beyond all measure. */
    long jump;
    /** Counts crashes: sessions of an earlier life are broken. */
    int life;

    /** Local transactions below this number have been captured. */
    long capturedBefore;

    private final List<DbTransaction> all = new ArrayList<>();
    private long visible;
    private long recorded;

    Database(World world, int region, List<TableShape> shapes, int keys, int regions) {
        this.world = world;
        this.region = region;
        this.mySql = world.profile.isMySql(region);
        this.tables = new Table[shapes.size()];
        for (int i = 0; i < tables.length; i++) {
            tables[i] = new Table(i, shapes.get(i), shapes.get(i) == Table.HEARTBEAT ? regions : keys, regions);
        }
        this.progress = new ProgressRows(regions);
    }

    long clock() {
        return world.now + skew + jump;
    }

    Table table(TableId id) {
        for (Table table : tables) {
            if (table.shape.id().equals(id)) {
                return table;
            }
        }
        throw new IllegalArgumentException("no table " + id);
    }

    DbTransaction begin(int origin, boolean local) {
        DbTransaction begun = new DbTransaction(all.size() + 1, origin, local);
        all.add(begun);
        open.add(begun);
        return begun;
    }

    DbTransaction transaction(long number) {
        return all.get((int) number - 1);
    }

    long snapshot() {
        return visible;
    }

    static boolean sees(DbTransaction self, long snapshot, DbTransaction writer) {
        return writer == self || writer.visibleAt != 0 && writer.visibleAt <= snapshot;
    }

    /** The row version that a snapshot shows, or null. */
    static Tuple seen(Tuple newest, DbTransaction self, long snapshot) {
        for (Tuple tuple = newest; tuple != null; tuple = tuple.older) {
            if (sees(self, snapshot, tuple.xmin)) {
                return tuple.xmax == null || !sees(self, snapshot, tuple.xmax) ? tuple : null;
            }
        }
        return null;
    }

    /** The row as everybody sees it now, or null. */
    Tuple committed(Tuple newest) {
        return seen(newest, null, visible);
    }

    /**
     * For a statement that found a row by its snapshot: locks its newest version, or null when it was deleted meanwhile.
     * Waits for whoever is changing it.
     */
    Tuple locked(Tuple found, DbTransaction self) throws SQLException {
        Tuple tuple = found;
        while (tuple != null && tuple.isDead()) {
            if (tuple.xmax == self) {
                return null;
            }
            if (tuple.xmax.inProgress()) {
                await(self, tuple.xmax);
            }
            tuple = tuple.updatedTo;
        }
        awaitHolder(tuple, self);
        return tuple;
    }

    /** A row that somebody holds (for update) is not changed or held by others. */
    private static void awaitHolder(Tuple tuple, DbTransaction self) throws SQLException {
        if (tuple != null && tuple.lockedBy != null && tuple.lockedBy != self && tuple.lockedBy.inProgress()) {
            await(self, tuple.lockedBy);
        }
    }

    /** For an insert that updates the row it meets: as {@link #live}, and nobody else holds the row. */
    Tuple liveToUpdate(Tuple newest, DbTransaction self) throws SQLException {
        Tuple tuple = live(newest, self);
        awaitHolder(tuple, self);
        return tuple;
    }

    /** As MySQL locks the row of a key until the transaction ends: null, and nothing is locked, when there is none. */
    Tuple held(Tuple newest, DbTransaction self) throws SQLException {
        Tuple row = liveToUpdate(newest, self);
        if (row != null) {
            row.lockedBy = self;
        }
        return row;
    }

    /** For an insert: the live row of the key whatever snapshots show, or null. Waits for whoever is inserting or changing it. */
    Tuple live(Tuple newest, DbTransaction self) throws SQLException {
        for (Tuple tuple = newest; tuple != null; tuple = tuple.older) {
            if (tuple.xmin.state == DbTransaction.State.ABORTED) {
                continue;
            }
            if (tuple.xmin != self && tuple.xmin.inProgress()) {
                await(self, tuple.xmin);
            }
            if (!tuple.isDead()) {
                return tuple;
            }
            if (tuple.xmax != self && tuple.xmax.inProgress()) {
                await(self, tuple.xmax);
            }
            return null;
        }
        return null;
    }

    /**
     * Whether another key's row has a unique value of this row, whatever snapshots show. Waits for whoever is inserting, changing or
     * deleting one that has.
     */
    boolean taken(Table table, int slot, Row row, DbTransaction self) throws SQLException {
        for (int other = 0; other < table.slots.length; other++) {
            for (Tuple tuple = other == slot ? null : table.slots[other]; tuple != null; tuple = tuple.older) {
                if (tuple.xmin.state == DbTransaction.State.ABORTED || !UniqueRows.collide(row, UniqueRows.row(other, tuple.value))) {
                    continue;
                }
                if (tuple.xmin != self && tuple.xmin.inProgress()) {
                    await(self, tuple.xmin);
                }
                if (!tuple.isDead()) {
                    return true;
                }
                if (tuple.xmax != self && tuple.xmax.inProgress()) {
                    await(self, tuple.xmax);
                }
            }
        }
        return false;
    }

    void insert(Tuple[] slots, int slot, DbTransaction self, String value) {
        self.wrote = true;
        slots[slot] = new Tuple(slots[slot], self, value);
    }

    void update(Tuple[] slots, int slot, Tuple live, DbTransaction self, String value) {
        insert(slots, slot, self, value);
        live.xmax = self;
        live.updatedTo = slots[slot];
    }

    void delete(Tuple live, DbTransaction self) {
        self.wrote = true;
        live.xmax = self;
        live.updatedTo = null;
    }

    /** Records a tombstone unless a newer one stands (an equal one is the same delete). */
    void bury(Table table, int slot, DbTransaction self, long micros, int origin, long sequence) throws SQLException {
        Tuple stands = live(table.tombstones[slot], self);
        if (stands == null) {
            insert(table.tombstones, slot, self, null);
        } else if (Versions.ofTombstone(stands) < Versions.of(micros, origin)) {
            update(table.tombstones, slot, stands, self, null);
        } else {
            return;
        }
        Tuple written = table.tombstones[slot];
        written.micros = micros;
        written.origin = origin;
        written.sequence = sequence;
        written.recorded = ++recorded;
    }

    /** Takes back the own tombstone of exactly this timestamp, durably. */
    boolean withdrawTombstone(WrittenKey key, long micros) throws SQLException {
        Table table = table(key.table());
        Tuple tombstone = committed(table.tombstones[key.isWholeTable() ? table.wholeTable() : World.slot(key.key())]);
        if (tombstone == null || tombstone.micros != micros || tombstone.origin != region) {
            return false;
        }
        DbTransaction own = begin(region, false);
        own.durable = true;
        try {
            Tuple locked = locked(tombstone, own);
            if (locked == tombstone) {
                delete(locked, own);
            }
        } catch (Blocked | SQLException e) {
            abort(own);
            throw e;
        }
        append(own);
        makeVisible(own);
        return true;
    }

    long recorded() {
        return recorded;
    }

    /** Of the next transaction. */
    long nextNumber() {
        return all.size() + 1;
    }

    /** Whether some row is to be written from its state still. */
    boolean anyRowWaits() {
        for (Table table : tables) {
            for (Tuple each : table.states) {
                Tuple state = committed(each);
                if (state != null && MemoryKeys.waits(state)) {
                    return true;
                }
            }
        }
        return false;
    }

    long nextRecorded() {
        return ++recorded;
    }

    /** As every statement that writes rows does first: waits while somebody has the table to himself. */
    void share(Table table, DbTransaction self) throws SQLException {
        DbTransaction owner = table.exclusive;
        if (owner != null && owner != self && owner.inProgress()) {
            await(self, owner);
        }
        self.tables |= 1 << table.number;
    }

    /** Waits until nobody else writes the table. */
    void exclude(Table table, DbTransaction self) throws SQLException {
        DbTransaction owner = table.exclusive;
        if (owner != null && owner != self && owner.inProgress()) {
            await(self, owner);
        }
        for (DbTransaction other : open) {
            if (other != self && (other.tables & 1 << table.number) != 0) {
                await(self, other);
            }
        }
        self.tables |= 1 << table.number;
        table.exclusive = self;
    }

    private static void await(DbTransaction self, DbTransaction other) throws SQLException {
        self.waitsFor = other;
        for (DbTransaction next = other; next != null && next.inProgress(); next = next.waitsFor) {
            if (next == self) {
                self.waitsFor = null;
                throw new SQLException("deadlock detected", "40P01");
            }
        }
        throw Blocked.INSTANCE;
    }

    /** In the commit path: the last moment at which the timestamp can be taken. */
    void stamp(DbTransaction self) {
        if (!self.stamped) {
            self.stamped = true;
            self.micros = clock();
        }
        self.waitsFor = null;
    }

    /** The commit record goes to the log. */
    void append(DbTransaction self) {
        stamp(self);
        self.state = DbTransaction.State.COMMITTING;
        log.add(self);
        self.position = log.size();
        self.loggedMicros = world.planted == Fault.READER_TAKES_COMMIT_FOR_VERSION ? clock() : 0;
        if (self.durable || mySql) {
            flushed = log.size();
        }
    }

    void flush() {
        flushed = log.size();
    }

    void makeVisible(DbTransaction self) {
        self.visibleAt = ++visible;
        self.state = DbTransaction.State.COMMITTED;
        ended(self);
        if (self.sequence > 0) {
            world.regions[region].applied(self);
        }
    }

    void abort(DbTransaction self) {
        self.state = DbTransaction.State.ABORTED;
        self.waitsFor = null;
        ended(self);
    }

    private void ended(DbTransaction self) {
        open.remove(self);
        for (Table table : tables) {
            table.exclusive = table.exclusive == self ? null : table.exclusive;
        }
    }

    /** The client is gone: what it has not committed is undone, a commit under way goes on by itself. */
    void leave(DbTransaction self) {
        if (self.state == DbTransaction.State.ACTIVE) {
            abort(self);
        } else if (self.state == DbTransaction.State.COMMITTING) {
            orphans.add(self);
        }
    }

    boolean hasOrphan(int origin) {
        for (DbTransaction orphan : orphans) {
            if (orphan.origin == origin && !orphan.local) {
                return true;
            }
        }
        return false;
    }

    /** The server dies and recovers: what was not flushed has never been. */
    void crash() {
        life++;
        for (int i = log.size() - 1; i >= flushed; i--) {
            DbTransaction lost = log.remove(i);
            lost.state = DbTransaction.State.ABORTED;
            lost.visibleAt = 0;
        }
        for (DbTransaction each : List.copyOf(open)) {
            if (each.position > 0 && each.position <= flushed) {
                makeVisible(each);
            } else {
                abort(each);
            }
        }
        orphans.clear();
    }
}
