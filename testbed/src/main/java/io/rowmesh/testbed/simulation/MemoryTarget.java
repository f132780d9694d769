package io.rowmesh.testbed.simulation;

import io.rowmesh.applier.history.ConflictBatch;
import io.rowmesh.applier.merge.KeyTarget;
import io.rowmesh.applier.merge.MergeTarget;
import io.rowmesh.applier.write.GroupResult;
import io.rowmesh.applier.write.MetDelete;
import io.rowmesh.applier.write.MetRow;
import io.rowmesh.applier.write.Progress;
import io.rowmesh.applier.write.TableKey;
import io.rowmesh.applier.write.Target;
import io.rowmesh.applier.write.TombstoneIndex;
import io.rowmesh.applier.write.Tombstones;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.RowKey;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.TransactionHeader;
import io.rowmesh.schema.Version;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * A session of a simulated database, bound to one replication origin. A call that would have to wait throws {@link Blocked};
 * the same call goes on later where it stopped, with the snapshot that its statement began with.
 */
final class MemoryTarget implements Target {

    private final World world;
    private final Database database;
    /** The region whose changes this session writes; the own one for repairs. */
    private final int origin;
    private final boolean self;
    private final int life;

    private final MemoryMerges merges;
    private DbTransaction open;
    private boolean closed;
    // The statement under way.
    private boolean inStatement;
    private long snapshot;
    private int at;
    private int written;
    private int met;
    private List<Integer> withoutRow;
    private List<MetDelete> deletes;
    private List<MetRow> foreign;
    private int rows;
    private boolean moved;

    MemoryTarget(Database database, int origin) {
        this.world = database.world;
        this.database = database;
        this.origin = origin;
        this.self = origin == database.region;
        this.life = database.life;
        this.merges = new MemoryMerges(database, this, origin);
    }

    private boolean is(Fault fault) {
        return world.planted == fault;
    }

    /** The transaction that the next call belongs to. */
    DbTransaction transaction() throws SQLException {
        ping();
        if (open == null) {
            open = database.begin(origin, false);
        }
        return open;
    }

    /** Begins a statement, or goes on with the one that had to wait. */
    DbTransaction startStatement(Table table) throws SQLException {
        DbTransaction own = transaction();
        if (!inStatement) {
            if (table != null) {
                database.share(table, own);
            }
            snapshot = database.snapshot();
            at = 0;
            written = 0;
            met = 0;
            withoutRow = List.of();
            deletes = List.of();
            foreign = List.of();
            inStatement = true;
        }
        own.waitsFor = null;
        return own;
    }

    boolean isOpen() {
        return !closed && life == database.life;
    }

    /** @throws SQLException when the connection is gone */
    void ping() throws SQLException {
        if (!isOpen()) {
            throw new SQLException("the connection is gone", "08006");
        }
    }

    /** Of the statement under way. */
    long snapshot() {
        return snapshot;
    }

    /** Waits until nobody else writes the table. */
    void exclude(Table table) throws SQLException {
        DbTransaction own = transaction();
        own.waitsFor = null;
        database.exclude(table, own);
    }

    void endStatement() {
        inStatement = false;
    }

    @Override
    public Progress progress(String of) {
        int number = World.number(of);
        if (is(Fault.RESUME_BY_ORIGIN_POSITION)) {
            long reached = world.regions[database.region].originPosition[number];
            return reached == 0 ? Progress.NONE : new Progress(1, reached, 0);
        }
        ProgressRows.ProgressRow last = database.progress.last(number);
        return last == null ? Progress.NONE : new Progress(1, last.sequence(), last.micros());
    }

    @Override
    public long begin(TransactionHeader header, boolean carefully) throws SQLException {
        DbTransaction own = transaction();
        if (!is(Fault.VERSION_OF_APPLYING_REGION)) {
            own.stamped = true;
            own.micros = header.commitMicros();
        }
        own.wrote = true;
        own.sequence = header.sequence();
        rows = 0;
        if (is(Fault.PROGRESS_BEFORE_DATA)) {
            DbTransaction before = database.begin(origin, false);
            before.micros = header.commitMicros();
            before.stamped = true;
            before.wrote = true;
            database.progress.append(origin, header.sequence(), header.commitMicros(), database.log.size(), before);
            database.append(before);
            database.makeVisible(before);
        } else if (!is(Fault.PROGRESS_AFTER_DATA) && !is(Fault.DUPLICATES_APPLIED)) {
            database.progress.append(origin, header.sequence(), header.commitMicros(), database.log.size(), own);
        } else if (is(Fault.DUPLICATES_APPLIED)) {
            database.progress.appendAgain(origin, header.sequence(), header.commitMicros(), database.log.size(), own);
        }
        world.regions[database.region].originPosition[origin] = header.sequence();
        return ahead(header);
    }

    @Override
    public long logPosition() {
        return database.log.size();
    }

    @Override
    public long ahead(TransactionHeader header) throws SQLException {
        transaction();
        if (is(Fault.NO_SKEW_WAIT)) {
            return -1;
        }
        long ahead = header.commitMicros() - database.clock();
        return is(Fault.SKEW_WAIT_AT_EQUAL) ? ahead - 1 : ahead;
    }

    @Override
    public GroupResult upsert(TransactionHeader header, List<RowChange> changes) throws SQLException {
        Table table = database.table(changes.get(0).table().id());
        startStatement(table);
        long incoming = Versions.of(header.commitMicros(), origin);
        for (; at < changes.size(); at++) {
            int slot = World.slot(changes.get(at));
            Tuple tombstone = newer(tombstone(table, slot), tombstone(table, table.wholeTable()));
            if (tombstone != null && Versions.ofTombstone(tombstone) > incoming) {
                meet(tombstone, true);
                continue;
            }
            Tuple shown = Database.seen(table.slots[slot], open, snapshot);
            Tuple live = database.live(table.slots[slot], open);
            if (tombstone != null) {
                meet(tombstone, false);
            }
            meet(shown);
            String value = RowChange.keyImage(changes.get(at)).get(1);
            if (is(Fault.ORIGIN_TAG_LOST_ON_SECOND_CHUNK) && ++rows > 1 && header.chunks() > 1) {
                open.changes.add(changes.get(at));
            }
            if (live == null) {
                if (changes.get(at).kind() == RowChange.Kind.UPDATE && is(Fault.UPDATE_WITHOUT_ROW_DROPPED)) {
                    continue;
                }
                database.insert(table.slots, slot, open, value);
                written++;
            } else if (mayOverwrite(is(Fault.READ_THEN_WRITE) && shown != null ? shown : live, incoming)) {
                database.update(table.slots, slot, live, open, value);
                written++;
            }
        }
        endStatement();
        return new GroupResult(written, met, deletes, withoutRow, foreign);
    }

    private Tuple tombstone(Table table, int slot) {
        return Database.seen(table.tombstones[slot], open, snapshot);
    }

    private static Tuple newer(Tuple one, Tuple other) {
        return one == null || other != null && Versions.ofTombstone(other) > Versions.ofTombstone(one) ? other : one;
    }

    private void meet(Tuple tombstone, boolean newer) {
        if (deletes.isEmpty()) {
            deletes = new ArrayList<>(2);
        }
        deletes.add(new MetDelete(at, new Version(tombstone.micros, World.NAMES[tombstone.origin]), newer));
    }

    /** What the row was before, as the statement's snapshot shows it. */
    private void meet(Tuple shown) {
        if (shown == null) {
            if (withoutRow.isEmpty()) {
                withoutRow = new ArrayList<>(2);
            }
            withoutRow.add(at);
            return;
        }
        met++;
        if (shown.xmin != open && shown.xmin.origin != origin) {
            if (foreign.isEmpty()) {
                foreign = new ArrayList<>(2);
            }
            foreign.add(new MetRow(at, new Version(shown.xmin.micros, World.NAMES[shown.xmin.origin]), null));
        }
    }

    /** The guard (convergence rule 2). A row of the running transaction has no version yet and is older. */
    private boolean mayOverwrite(Tuple row, long incoming) {
        if (row.xmin == open) {
            return true;
        }
        long stored = Versions.of(row);
        if (is(Fault.EQUAL_OF_SAME_ORIGIN_LOSES)) {
            return stored < incoming;
        }
        if (is(Fault.SAME_ORIGIN_ALWAYS_WINS) && row.xmin.origin == origin) {
            return true;
        }
        if (is(Fault.TIE_BY_APPLYING_NODE) && Versions.micros(stored) == Versions.micros(incoming) && row.xmin.origin != origin) {
            return row.xmin.origin != database.region;
        }
        return stored <= incoming;
    }

    @Override
    public GroupResult delete(TransactionHeader header, List<RowChange> changes) throws SQLException {
        Table table = database.table(changes.get(0).table().id());
        startStatement(table);
        long incoming = Versions.of(header.commitMicros(), origin);
        for (; at < changes.size(); at++) {
            int slot = World.slot(changes.get(at));
            if (!is(Fault.NO_TOMBSTONE)) {
                database.bury(table, slot, open, header.commitMicros(), origin, header.sequence());
            }
            Tuple shown = Database.seen(table.slots[slot], open, snapshot);
            if (shown != null && mayDelete(shown, incoming)) {
                Tuple locked = database.locked(shown, open);
                if (locked != null && mayDelete(locked, incoming)) {
                    database.delete(locked, open);
                    written++;
                }
            }
            meet(shown);
        }
        endStatement();
        return new GroupResult(written, met, List.of(), withoutRow, foreign);
    }

    private boolean mayDelete(Tuple row, long incoming) {
        return is(Fault.DELETES_UNCONDITIONAL) || mayOverwrite(row, incoming);
    }

    @Override
    public void truncate(TransactionHeader header, RowChange.Truncate change) throws SQLException {
        Table table = database.table(change.table().id());
        DbTransaction own = transaction();
        own.waitsFor = null;
        if (!is(Fault.TRUNCATE_WITHOUT_TABLE_LOCK)) {
            database.exclude(table, own);
        }
        startStatement(table);
        long incoming = Versions.of(header.commitMicros(), origin);
        for (; at < table.slots.length; at++) {
            Tuple shown = Database.seen(table.slots[at], own, snapshot);
            if (shown != null && mayOverwrite(shown, incoming)) {
                Tuple locked = database.locked(shown, own);
                if (locked != null && mayOverwrite(locked, incoming)) {
                    database.delete(locked, own);
                }
            }
        }
        if (!is(Fault.TRUNCATE_WITHOUT_TOMBSTONE) && !is(Fault.NO_TOMBSTONE)) {
            database.bury(table, table.wholeTable(), own, header.commitMicros(), origin, header.sequence());
        }
        endStatement();
    }

    @Override
    public MergeTarget merges() {
        return merges;
    }

    @Override
    public KeyTarget keys() {
        return new MemoryKeys(this, database, self);
    }

    @Override
    public String writeConflicts(ConflictBatch conflicts) {
        return null;
    }

    @Override
    public boolean isParked(RowChange change) {
        return false;
    }

    @Override
    public void park(TransactionHeader header, RowChange change, SQLException cause) throws SQLException {
        throw new Broken("a row of " + header.origin() + " " + header.sequence() + " was refused: " + cause.getMessage());
    }

    @Override
    public void savepoint() {
        // Nothing that is simulated fails between a savepoint and its release.
    }

    @Override
    public void releaseSavepoint() {
    }

    @Override
    public void backToSavepoint() {
    }

    @Override
    public void pruneProgress(TransactionHeader header) {
    }

    @Override
    public void recordTombstones(int epoch, List<Tombstones.Dated> deletes) throws SQLException {
        startStatement(null);
        open.durable = true;
        for (; at < deletes.size(); at++) {
            Tombstones.Dated each = deletes.get(at);
            Table table = database.table(each.key().table());
            int slot = each.key().isWholeTable() ? table.wholeTable() : World.slot(each.key().key());
            boolean skipped = is(Fault.NO_TOMBSTONE_OF_LOCAL_DELETE) || is(Fault.NO_TOMBSTONE)
                    || each.key().isWholeTable() && is(Fault.TRUNCATE_WITHOUT_TOMBSTONE);
            if (!skipped) {
                database.bury(table, slot, open, each.micros(), origin, each.sequence());
            }
        }
        endStatement();
    }

    @Override
    public void deleteOlder(TableShape shape, List<String[]> keys, List<Long> micros, String of) throws SQLException {
        Table table = database.table(shape.id());
        startStatement(table);
        int number = World.number(of);
        boolean skipped = self ? is(Fault.NO_REASSERTION)
                : is(Fault.NO_SECOND_LOOK_OF_LANE) || is(Fault.NO_SECOND_LOOK_AT_ALL);
        for (; at < keys.size() && !skipped; at++) {
            deleteBelow(table, World.keySlot(keys.get(at)[0]), Versions.of(micros.get(at), number));
        }
        endStatement();
    }

    /** Deletes a row if it is strictly older, as the snapshot shows it and as it is once nobody else changes it. */
    private void deleteBelow(Table table, int slot, long version) throws SQLException {
        Tuple shown = Database.seen(table.slots[slot], open, snapshot);
        if (shown == null || !isOlder(shown, version)) {
            return;
        }
        Tuple locked = database.locked(shown, open);
        if (locked != null && isOlder(locked, version)) {
            database.delete(locked, open);
        }
    }

    private boolean isOlder(Tuple row, long version) {
        return row.xmin == open || Versions.of(row) < version;
    }

    @Override
    public void deleteAllOlder(TableShape shape, long micros, String of) throws SQLException {
        Table table = database.table(shape.id());
        startStatement(table);
        for (; at < table.slots.length && !is(Fault.NO_REASSERTION); at++) {
            deleteBelow(table, at, Versions.of(micros, World.number(of)));
        }
        endStatement();
    }

    @Override
    public void deleteOlderThanTombstonesOf(TransactionHeader header, TableId table) {
        throw new UnsupportedOperationException("simulated transactions are small");
    }

    @Override
    public void deleteBelowTombstones(TableId id, List<String> keys) throws SQLException {
        Table table = database.table(id);
        startStatement(table);
        boolean skipped = is(Fault.NO_SECOND_LOOK_OF_CAPTURE) || is(Fault.NO_SECOND_LOOK_AT_ALL);
        for (; at < keys.size() && !skipped; at++) {
            lookAt(table, World.slot(keys.get(at)));
        }
        endStatement();
    }

    @Override
    public void deleteBelowTombstones(TableId id) throws SQLException {
        Table table = database.table(id);
        startStatement(table);
        for (; at < table.slots.length; at++) {
            lookAt(table, at);
        }
        endStatement();
    }

    private void lookAt(Table table, int slot) throws SQLException {
        Tuple newest = newer(tombstone(table, slot), tombstone(table, table.wholeTable()));
        if (newest != null) {
            deleteBelow(table, slot, Versions.ofTombstone(newest));
        }
    }

    @Override
    public List<TableId> tablesWithTombstones() throws SQLException {
        transaction();
        List<TableId> found = new ArrayList<>();
        for (Table table : database.tables) {
            for (Tuple tombstone : table.tombstones) {
                if (database.committed(tombstone) != null) {
                    found.add(table.shape.id());
                    break;
                }
            }
        }
        return found;
    }

    @Override
    public void loadTombstones(TombstoneIndex index) throws SQLException {
        transaction();
        index.clear();
        for (Table table : database.tables) {
            for (int slot = 0; slot < table.tombstones.length; slot++) {
                if (database.committed(table.tombstones[slot]) != null) {
                    index.add(List.of(new TableKey(table.shape.id(), slot == table.wholeTable() ? RowKey.ALL : World.ROW_KEYS[slot])));
                }
            }
        }
        index.loaded();
    }

    @Override
    public void awaitVisible(long xid) throws SQLException {
        transaction();
        if (database.transaction(xid).inProgress() && !is(Fault.LOOK_BEFORE_VISIBLE)) {
            throw Blocked.INSTANCE;
        }
    }

    @Override
    public void commit() throws SQLException {
        DbTransaction own = transaction();
        if (!own.wrote) {
            database.abort(own);
        } else {
            if (own.state == DbTransaction.State.ACTIVE) {
                database.append(own);
                if (world.choices.perMille(world.profile.trouble())) {
                    throw new SQLException("the connection broke in the commit", "08006");
                }
                if (world.choices.perMille(world.profile.slowCommits())) {
                    moved = true;
                    throw Blocked.INSTANCE;
                }
            }
            database.makeVisible(own);
            if (is(Fault.PROGRESS_AFTER_DATA) && own.sequence > 0) {
                progressAfter(own);
            }
        }
        open = null;
    }

    private void progressAfter(DbTransaction data) throws SQLException {
        DbTransaction after = database.begin(origin, false);
        after.micros = data.micros;
        after.stamped = true;
        after.wrote = true;
        database.progress.appendAgain(origin, data.sequence, data.micros, database.log.size(), after);
        database.append(after);
        if (world.choices.perMille(100)) {
            database.abort(after);
            database.log.remove(database.log.size() - 1);
            open = null;
            throw new SQLException("the connection broke before progress was written", "08006");
        }
        database.makeVisible(after);
    }

    @Override
    public void rollback() throws SQLException {
        if (open != null) {
            database.abort(transaction());
            open = null;
        }
        inStatement = false;
    }

    @Override
    public void forgetTables() {
    }

    /** Whether the step that is to be taken again has done something all the same. */
    boolean hasMoved() {
        boolean has = moved;
        moved = false;
        return has;
    }

    /** The connection ends. */
    void close() {
        closed = true;
        if (open != null && life == database.life) {
            database.leave(open);
        }
        open = null;
    }
}
